"""Typed page data, composed of what the apps below know."""
