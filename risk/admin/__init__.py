"""Cases, assessments, rules and lists in the admin."""

from risk.admin import assessments, cases, names, notes, quality, rules, screenings, shifts

__all__ = [
    "assessments",
    "cases",
    "names",
    "notes",
    "quality",
    "rules",
    "screenings",
    "shifts",
]
