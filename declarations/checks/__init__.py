"""Checks of the document against what customs knows: competence, lifecycle, data quality."""
