"""Data quality of what was declared: flags with a reason, never a rejection of their own."""
