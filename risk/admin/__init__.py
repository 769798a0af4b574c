"""Cases, assessments, rules and lists in the admin."""

from risk.admin import assessments, cases, rules

__all__ = ["assessments", "cases", "rules"]
