"""Publications: a change of the rules in force, proposed by one person and published by another.

A rule set version is made in one transaction; assessments go on with the one before until it is
committed, and never see half of one.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from customs_portal.accounts.models import User
from customs_portal.events.services import NewEvent, record, record_many
from customs_portal.findings import Finding
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Refused, refusal
from risk import policies
from risk.composition import Change, compose, unsound
from risk.events import (
    RULE_PUBLISHED,
    RULE_RETIRED,
    RULE_SET_PROPOSED,
    RULE_SET_PUBLISHED,
    RULE_SET_WITHDRAWN,
)
from risk.models import Publication, RiskProfile, Rule, RuleSetVersion, RuleVersion
from risk.services.back_test import start_impact
from risk.services.publish import hold_publishing, newest_rule_set, store_rule_set
from risk.services.reassessment import start_reassessment


class Proposed(msgspec.Struct, frozen=True, kw_only=True):
    """The publication that now waits for another person."""

    publication: int


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The rule set that is in force from now on."""

    rule_set: int
    number: int


def propose_publication(
    change: Change, *, reach: Publication.Reach, reason: str, proposer: User, at: datetime
) -> Proposed | Refused:
    """Propose a change of the published rules, and ask history what it would have found."""
    assert_in_transaction()
    base = newest_rule_set()
    findings = _may_propose(proposer) or _change_findings(change, base, at)
    if findings:
        return Refused(findings=findings)
    made = Publication.objects.create(
        base=base,
        again_id=change.again,
        versions=sorted(change.versions),
        retired=sorted(change.retired),
        switched_on=sorted(change.switched_on),
        switched_off=sorted(change.switched_off),
        reach=reach,
        reason=reason.strip(),
        proposed_by=proposer,
        proposed_at=at,
    )
    record(RULE_SET_PROPOSED, at=at, data={"publication": made.pk}, actor=proposer.pk)
    held = set(base.rule_versions) if base else set()
    came = [version for version in compose(change, base, at) if version.pk not in held]
    start_impact(came, by=proposer, at=at)
    return Proposed(publication=made.pk)


def change_of(publication: Publication) -> Change:
    """Return the change that the publication makes."""
    return Change(
        versions=tuple(publication.versions),
        retired=tuple(publication.retired),
        switched_on=tuple(publication.switched_on),
        switched_off=tuple(publication.switched_off),
        again=publication.again_id,
    )


def publish(publication: int, *, seen: int, publisher: User, at: datetime) -> Published | Refused:
    """Bring the change into force at once.

    `seen` is the number of the rule set in force (0 for none) that the publisher compared with.
    Refused to who proposed it or wrote on one of its rules, and where another rule set has come
    into force meanwhile.
    """
    hold_publishing()
    found = Publication.objects.select_for_update().filter(pk=publication).first()
    base = newest_rule_set()
    findings = _may_publish(found, publisher, base, seen)
    if found is None or findings:
        return Refused(findings=findings)
    findings = _change_findings(change_of(found), base, at)
    if findings:
        return Refused(findings=findings)
    return _publish(found, base, publisher, at)


def withdraw_publication(publication: int, *, by: User, at: datetime) -> Proposed | Refused:
    """End a publication that nobody has published."""
    assert_in_transaction()
    found = Publication.objects.select_for_update().filter(pk=publication).first()
    findings = _may_propose(by) or _open_findings(found)
    if found is None or findings:
        return Refused(findings=findings)
    found.state = Publication.State.WITHDRAWN
    found.decided_by, found.decided_at = by, at
    found.save()
    record(RULE_SET_WITHDRAWN, at=at, data={"publication": found.pk}, actor=by.pk)
    return Proposed(publication=found.pk)


def publish_urgently(
    version: RuleVersion, *, proposed_by: User, approver: User, at: datetime
) -> Published:
    """Bring one urgent version into force beside what it replaces for a while."""
    hold_publishing()
    base = newest_rule_set()
    made = Publication.objects.create(
        base=base,
        versions=[version.pk],
        urgent=True,
        proposed_by=proposed_by,
        proposed_at=at,
    )
    return _publish(made, base, approver, at)


def _publish(
    publication: Publication, base: RuleSetVersion | None, publisher: User, at: datetime
) -> Published:
    change = change_of(publication)
    rule_set = store_rule_set(
        [version.pk for version in compose(change, base, at)], publisher=publisher, at=at
    )
    RiskProfile.objects.filter(pk__in=change.switched_on).update(active=True)
    RiskProfile.objects.filter(pk__in=change.switched_off).update(active=False)
    publication.state = Publication.State.PUBLISHED
    publication.decided_by, publication.decided_at = publisher, at
    publication.rule_set = rule_set
    publication.save()
    _record(publication, base, rule_set, publisher, at)
    if publication.reach == Publication.Reach.OPEN:
        start_reassessment(rule_set, at=at)
    return Published(rule_set=rule_set.pk, number=rule_set.number)


def _record(
    publication: Publication,
    base: RuleSetVersion | None,
    rule_set: RuleSetVersion,
    publisher: User,
    at: datetime,
) -> None:
    before, after = set(base.rule_versions if base else ()), set(rule_set.rule_versions)
    came = RuleVersion.objects.select_related("rule").filter(pk__in=after - before)
    told = [(RULE_PUBLISHED, version.rule, {"version": version.number}) for version in came]
    kept = RuleVersion.objects.filter(pk__in=after).values("rule")
    gone = Rule.objects.filter(versions__in=before - after).exclude(pk__in=kept).distinct()
    told += [(RULE_RETIRED, rule, {}) for rule in gone]
    record_many([
        NewEvent(
            kind=kind,
            at=at,
            stream=-rule.pk,
            actor=publisher.pk,
            data={"rule": rule.code, "rule_set": rule_set.number, **data},
        )
        for kind, rule, data in told
    ])  # fmt: skip
    data = {
        "publication": publication.pk,
        "rule_set": rule_set.number,
        "count": len(rule_set.rule_versions),
        "reach": publication.reach,
    }
    record(RULE_SET_PUBLISHED, at=at, data=data, actor=publisher.pk)


def _change_findings(change: Change, base: RuleSetVersion | None, at: datetime) -> list[Finding]:
    if change.is_empty():
        return [refusal("nothing", "Choose what is to change.")]
    composed = compose(change, base, at)
    if not composed:
        text = "No rule would be left. Without rules nothing is assessed."
        return [refusal("no_rules", text)]
    if base and sorted(base.rule_versions) == sorted(version.pk for version in composed):
        return [refusal("nothing", "The rules in force would stay as they are.")]
    return unsound(composed)


def _may_propose(user: User) -> list[Finding]:
    if policies.may_write_rules(user) or policies.may_approve_rules(user):
        return []
    return [refusal("role", "Only risk analysts and approvers propose publications.")]


def _open_findings(found: Publication | None) -> list[Finding]:
    if found is None:
        return [refusal("not_found", "There is no such publication.")]
    if found.state != Publication.State.PROPOSED:
        state = found.get_state_display().lower()
        return [refusal("state", f"The publication is {state} by now.")]
    return []


def _may_publish(
    found: Publication | None, publisher: User, base: RuleSetVersion | None, seen: int
) -> list[Finding]:
    if not policies.may_approve_rules(publisher):
        return [refusal("role", "Only risk approvers publish rules.")]
    findings = _open_findings(found)
    if found is None or findings:
        return findings
    if publisher.pk in barred(found):
        text = "Another person must publish what you proposed or wrote."
        return [refusal("own_publication", text)]
    if seen != (base.number if base else 0):
        text = "Another rule set has come into force meanwhile. Look at the change again."
        return [refusal("changed", text)]
    return []


def barred(publication: Publication) -> set[int]:
    """Return the people who may not publish it: who proposed it, and who wrote its rules."""
    versions = RuleVersion.objects.select_related("draft").filter(pk__in=publication.versions)
    return {publication.proposed_by_id, *_writers(versions)}


def _writers(versions: Iterable[RuleVersion]) -> set[int]:
    found: set[int] = set()
    for version in versions:
        draft = getattr(version, "draft", None)
        found |= set(draft.editors) if draft else {version.created_by_id or 0}
    return found
