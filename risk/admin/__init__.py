"""Cases, assessments, rules and lists in the admin."""

from risk.admin import assessments, cases, rules, shifts

__all__ = ["assessments", "cases", "rules", "shifts"]
