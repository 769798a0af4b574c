"""Cases, assessments, rules and lists in the admin."""

from risk.admin import assessments, cases, names, rules, shifts

__all__ = ["assessments", "cases", "names", "rules", "shifts"]
