"""Publications: what can be published, what a publication changes, and earlier rule sets."""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from customs_portal.accounts.models import User
from customs_portal.pages.reads.back_test import Impact, impact
from customs_portal.pages.reads.hits import list_titles
from customs_portal.pages.reads.queue import person
from customs_portal.pages.reads.rule import MONTH
from customs_portal.pages.reads.rules import hits_since
from risk import policies
from risk.builder.difference import Difference, differences
from risk.builder.warnings import Warning as RuleWarning
from risk.builder.warnings import warnings
from risk.composition import Change, compose
from risk.models import (
    Publication,
    Reassessment,
    RiskProfile,
    Rule,
    RuleReview,
    RuleSetVersion,
    RuleVersion,
)
from risk.rule_sets import engine_lists, engine_rule, versions_held, versions_valid
from risk.services.back_test import MOST, tests_of
from risk.services.publications import barred, change_of
from risk.services.publish import newest_rule_set

SETS_SHOWN = 30


class Ready(msgspec.Struct, frozen=True, kw_only=True):
    """What a publication can be made of."""

    approved: list[RuleVersion]
    active: list[Rule]
    switched_on: list[RiskProfile]
    switched_off: list[RiskProfile]
    waiting: list[Publication]
    reviews: list[RuleReview]


class Changed(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that a publication changes: `verb` is new, changed, back or retired."""

    verb: str
    rule: Rule
    number: int
    differences: list[Difference]
    warnings: list[RuleWarning]


class ImpactLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule that changes: assessments hit in 30 days, and what its new version would hit."""

    code: str
    lately: int
    leaves: bool
    found: Impact | None


class PublicationPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page of a publication."""

    publication: Publication
    changed: list[Changed]
    profiles_on: list[RiskProfile]
    profiles_off: list[RiskProfile]
    impact: list[ImpactLine]
    most_tested: int
    before: int
    after: int
    seen: int
    may_publish: bool
    is_barred: bool
    reassessment: Reassessment | None


class SetLine(msgspec.Struct, frozen=True, kw_only=True):
    """One rule set of the past or the one in force."""

    id: int
    number: int
    rules: int
    published_at: datetime
    who: str
    publication: Publication | None
    is_in_force: bool
    reassessment: Reassessment | None


def ready() -> Ready:
    """Return what can be published now."""
    newest = newest_rule_set()
    held = {version.pk: version for version in (versions_held(newest) if newest else ())}
    profiles = list(RiskProfile.objects.all())
    return Ready(
        approved=_approved(held),
        active=sorted({v.rule for v in held.values()}, key=lambda rule: rule.code),
        switched_on=[profile for profile in profiles if profile.active],
        switched_off=[profile for profile in profiles if not profile.active],
        waiting=list(
            Publication.objects.filter(state="proposed").select_related("proposed_by", "again")
        ),
        reviews=list(
            RuleReview.objects.filter(reviewed_at__isnull=True).select_related("version__rule")
        ),
    )


def _approved(held: dict[int, RuleVersion]) -> list[RuleVersion]:
    """Return the newest version of each rule where no rule set ever held it."""
    versions = RuleVersion.objects.select_related("rule").order_by("rule_id", "-number")
    fresh = [v for v in versions.distinct("rule_id") if v.pk not in held and not v.urgent]
    known = RuleSetVersion.objects.filter(rule_versions__overlap=[v.pk for v in fresh])
    ever = {pk for found in known for pk in found.rule_versions}
    return sorted((v for v in fresh if v.pk not in ever), key=lambda v: v.rule.code)


def read(publication: Publication, user: User, at: datetime) -> PublicationPage:
    """Return the page of a publication, compared with the rules in force now."""
    change, base = change_of(publication), _base(publication)
    before = versions_held(base) if base else []
    after = _after(publication, change, base, at)
    changed = _changed(before, after, at)
    return PublicationPage(
        publication=publication,
        changed=changed,
        impact=_impact(changed, after, at),
        most_tested=MOST,
        profiles_on=list(RiskProfile.objects.filter(pk__in=change.switched_on)),
        profiles_off=list(RiskProfile.objects.filter(pk__in=change.switched_off)),
        before=len({version.rule_id for version in before}),
        after=len({version.rule_id for version in after}),
        seen=base.number if base else 0,
        may_publish=publication.state == Publication.State.PROPOSED
        and policies.may_approve_rules(user)
        and user.pk not in barred(publication),
        is_barred=policies.may_approve_rules(user) and user.pk in barred(publication),
        reassessment=Reassessment.objects.filter(rule_set=publication.rule_set_id).first()
        if publication.rule_set_id
        else None,
    )


def _impact(changed: list[Changed], after: list[RuleVersion], at: datetime) -> list[ImpactLine]:
    numbers = {(each.rule.code, each.number) for each in changed}
    came = [version for version in after if (version.rule.code, version.number) in numbers]
    tests, hits = tests_of(came), hits_since(at - MONTH)
    found = {version.rule.code: tests[version.pk] for version in came if version.pk in tests}
    return [
        ImpactLine(
            code=each.rule.code,
            lately=hits.get(each.rule.code, 0),
            leaves=each.verb == "retired",
            found=impact(found[each.rule.code]) if each.rule.code in found else None,
        )
        for each in changed
    ]


def _base(publication: Publication) -> RuleSetVersion | None:
    """Return what the change is compared with: for a published one, the rule set before its own."""
    if publication.rule_set is None:
        return newest_rule_set()
    return RuleSetVersion.objects.filter(number__lt=publication.rule_set.number).first()


def _after(
    publication: Publication, change: Change, base: RuleSetVersion | None, at: datetime
) -> list[RuleVersion]:
    if publication.rule_set is not None:
        return versions_held(publication.rule_set)
    return compose(change, base, at)


def _changed(before: list[RuleVersion], after: list[RuleVersion], at: datetime) -> list[Changed]:
    old, new = _newest(before), _newest(after)
    came = [each for each in after if each.pk not in {version.pk for version in before}]
    titles = list_titles()
    lists = engine_lists([engine_rule(version) for version in came])
    others = [engine_rule(version) for version in versions_valid(after, at)]
    found = [
        Changed(
            verb="changed" if version.rule_id in old else "new",
            rule=version.rule,
            number=version.number,
            differences=differences(old.get(version.rule_id), version, titles, set(titles)),
            warnings=warnings(engine_rule(version), lists, others, at.date()),
        )
        for version in came
    ]
    gone = [version for key, version in old.items() if key not in new]
    found += [
        Changed(verb="retired", rule=each.rule, number=each.number, differences=[], warnings=[])
        for each in gone
    ]
    return sorted(found, key=lambda change: change.rule.code)


def _newest(versions: Iterable[RuleVersion]) -> dict[int, RuleVersion]:
    ordered = sorted(versions, key=lambda version: version.number)
    return {version.rule_id: version for version in ordered}


def sets() -> list[SetLine]:
    """Return the rule sets, newest first."""
    found = RuleSetVersion.objects.select_related("published_by", "publication", "reassessment")
    return [
        SetLine(
            id=each.pk,
            number=each.number,
            rules=len(each.rule_versions),
            published_at=each.published_at,
            who=person(each.published_by) if each.published_by else "",
            publication=getattr(each, "publication", None),
            is_in_force=place == 0,
            reassessment=getattr(each, "reassessment", None),
        )
        for place, each in enumerate(found[:SETS_SHOWN])
    ]
