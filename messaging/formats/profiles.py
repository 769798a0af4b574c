"""Which body of rules a message is judged by."""

from enum import StrEnum


class Profile(StrEnum):
    """EU: the common rules. GB: the common rules with the national ones of Great Britain."""

    EU = "EU"
    GB = "GB"


class RuleSet(StrEnum):
    """Structure and rules are switched together; the current set has fewer mandatory fields."""

    CURRENT = "current"
    OLD = "old"


def default_rule_set(profile: Profile) -> RuleSet:
    """Return the rule set in force under a profile."""
    return RuleSet.CURRENT if profile is Profile.GB else RuleSet.OLD
