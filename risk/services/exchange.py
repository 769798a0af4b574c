"""Rule sets as files: a stable JSON form with a digest, written and read back as drafts.

The file holds no secret reason, no owner and nothing of the portal that wrote it but its country.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.conf import settings

from customs_portal.accounts.models import User
from customs_portal.events.services import record
from customs_portal.findings import Finding
from declarations.services.locks import assert_in_transaction
from declarations.services.results import Refused, refusal, refused
from risk import policies
from risk.builder.outline import outline_of, stored
from risk.engine.fields import CATALOGUE
from risk.engine.rules import EngineRule
from risk.engine.tree import validate
from risk.events import RULE_DRAFTED, RULE_SET_EXPORTED, RULES_IMPORTED
from risk.models import ReferenceList, RiskProfile, Rule, RuleDraft, RuleSetVersion, RuleVersion
from risk.rule_sets import engine_rule, versions_held
from risk.services.drafting import stream_of

FORMAT = "customs-portal-rules"
VERSION = 1
MOST_BYTES = 20_000_000
MOST_RULES = 10_000
MOST_FINDINGS = 20


class FileRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rule in a file: what the engine knows of it, its profile, and whether it only observes."""

    profile: str
    observe_only: bool
    rule: EngineRule


class RuleFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The content of a file; `digest` is the SHA-256 of it in canonical form.

    The watermark says who exported it and when, and is no part of the content.
    """

    format: str
    format_version: int
    country: str
    rule_set: int
    published_at: datetime
    profiles: dict[str, str]
    rules: tuple[FileRule, ...]
    digest: str = ""
    watermark: str | msgspec.UnsetType = msgspec.UNSET


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """The drafts that were made, and the codes of rules that are the same here already."""

    drafts: list[int]
    same: list[str]
    digest: str


def digest_of(content: RuleFile) -> str:
    """Return the SHA-256 of the content alone: keys sorted, no white space."""
    bare = msgspec.structs.replace(content, digest="", watermark=msgspec.UNSET)
    return hashlib.sha256(msgspec.json.encode(bare, order="sorted")).hexdigest()


def export_rule_set(rule_set: RuleSetVersion, *, by: User, at: datetime) -> bytes:
    """Return the file of a rule set; the same rule set always gives the same content and digest."""
    assert_in_transaction()
    held = versions_held(rule_set)
    profiles = RiskProfile.objects.filter(rules__versions__in=held).distinct()
    content = RuleFile(
        format=FORMAT,
        format_version=VERSION,
        country=settings.CUSTOMS_COUNTRY,
        rule_set=rule_set.number,
        published_at=rule_set.published_at,
        profiles={profile.code: profile.name for profile in profiles},
        rules=tuple(_file_rule(version) for version in _newest(held)),
    )
    digest = digest_of(content)
    data = {"rule_set": rule_set.number, "digest": digest}
    record(RULE_SET_EXPORTED, at=at, data=data, actor=by.pk)
    mark = f"{by.username} {at.isoformat()}"
    marked = msgspec.structs.replace(content, digest=digest, watermark=mark)
    whole = msgspec.json.encode(marked, order="sorted")
    return msgspec.json.format(whole, indent=1) + b"\n"


def _newest(held: Iterable[RuleVersion]) -> list[RuleVersion]:
    """Return one version of each rule: a file cannot say when versions take turns."""
    kept = {version.rule_id: version for version in held if not version.urgent}
    return sorted(kept.values(), key=lambda version: version.rule.code)


def _file_rule(version: RuleVersion) -> FileRule:
    plain = engine_rule(version)
    weighed = msgspec.structs.replace(
        plain,
        outcome=type(plain.outcome)(version.outcome),
        severity=type(plain.severity)(version.severity),
        score=version.score,
    )
    profile = RiskProfile.objects.get(pk=version.rule.profile_id).code
    return FileRule(profile=profile, observe_only=version.observe_only, rule=weighed)


def import_rules(data: bytes, *, author: User, at: datetime) -> Imported | Refused:
    """Make a draft of each rule of a file that says something else than the rule here.

    All or nothing: a file that is foreign, damaged, or holds a rule that the engine refuses makes
    no draft.
    """
    assert_in_transaction()
    if not policies.may_write_rules(author):
        return refused("role", "Only risk analysts import rules.")
    content = _read(data)
    if isinstance(content, Refused):
        return content
    findings = _file_findings(content)
    if findings:
        return Refused(findings=findings[:MOST_FINDINGS])
    same = [each for each in content.rules if _is_same(each)]
    drafts = [_draft(each, content, author, at) for each in content.rules if each not in same]
    told = {"count": len(drafts), "digest": content.digest}
    record(RULES_IMPORTED, at=at, data=told, actor=author.pk)
    return Imported(drafts=drafts, same=[each.rule.code for each in same], digest=content.digest)


def _read(data: bytes) -> RuleFile | Refused:
    if len(data) > MOST_BYTES:
        return refused("too_large", "The file is larger than 20 MB.")
    try:
        raw: Any = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return refused("no_json", "The file is no JSON text.")
    return _foreign(raw) or _converted(raw)


def _foreign(raw: Any) -> Refused | None:
    if not isinstance(raw, dict) or raw.get("format") != FORMAT:
        return refused("foreign", "The file is no rule set of a customs portal.")
    if raw.get("format_version") != VERSION:
        text = f"The file has another version of the format; this portal reads version {VERSION}."
        return refused("other_version", text)
    return None


def _converted(raw: Any) -> RuleFile | Refused:
    try:
        content = msgspec.convert(raw, RuleFile)
    except (msgspec.ValidationError, RecursionError) as error:
        return refused("damaged", f"The file is damaged: {error}.")
    if digest_of(content) != content.digest:
        return refused("digest", "The digest does not fit: the file was changed or damaged.")
    return content


def _file_findings(content: RuleFile) -> list[Finding]:
    if len(content.rules) > MOST_RULES:
        return [refusal("too_many", f"The file has more than {MOST_RULES} rules.")]
    codes = [each.rule.code for each in content.rules]
    doubled = sorted({code for code in codes if codes.count(code) > 1})[:MOST_FINDINGS]
    found = [refusal("doubled", f"{code} stands in the file twice.", code) for code in doubled]
    lists = set(ReferenceList.objects.values_list("code", flat=True))
    open_drafts = RuleDraft.objects.filter(state__in=("draft", "proposed"))
    drafted = set(open_drafts.values_list("rule__code", flat=True))
    for each in content.rules:
        found += [_unsound(each, one) for one in validate(each.rule.expression, CATALOGUE, lists)]
        found += _form_findings(each, content, drafted)
    return found


def _unsound(each: FileRule, finding: Finding) -> Finding:
    value = f" ({finding.value})" if finding.value else ""
    text = f"{each.rule.code}: {finding.text}{value}"
    return refusal(finding.code, text, each.rule.code)


def _form_findings(each: FileRule, content: RuleFile, drafted: set[str]) -> list[Finding]:
    rule, found = each.rule, []
    if not 0 < len(rule.code) <= 16 or len(rule.title) > 120 or len(rule.family) > 60:
        found.append(refusal("too_long", f"{rule.code[:16]}: a name is too long.", rule.code[:16]))
    if not 0 <= rule.score <= 100:
        found.append(refusal("points", f"{rule.code}: points from 0 to 100.", rule.code))
    if each.profile not in content.profiles or len(each.profile) > 24:
        found.append(refusal("no_profile", f"{rule.code}: its profile is missing.", rule.code))
    if rule.code in drafted and not _is_same(each):
        found.append(refusal("drafted", f"{rule.code} has an open draft here.", rule.code))
    return found


def _is_same(each: FileRule) -> bool:
    """Whether the newest version here says the same."""
    versions = RuleVersion.objects.select_related("rule").filter(rule__code=each.rule.code)
    newest = versions.order_by("-number").first()
    if newest is None:
        return False
    ours = _file_rule(newest)
    same = msgspec.structs.replace(
        each.rule, version=ours.rule.version, title=ours.rule.title, family=ours.rule.family
    )
    return ours.rule == same and ours.observe_only == each.observe_only


def _draft(each: FileRule, content: RuleFile, author: User, at: datetime) -> int:
    wanted = each.rule
    profile, _made = RiskProfile.objects.get_or_create(
        code=each.profile, defaults={"name": content.profiles[each.profile][:120]}
    )
    rule, _made = Rule.objects.get_or_create(
        code=wanted.code,
        defaults={"profile": profile, "title": wanted.title, "family": wanted.family},
    )
    draft = RuleDraft.objects.create(
        rule=rule,
        base=rule.versions.order_by("-number").first(),
        outline=stored(outline_of(wanted.expression)),
        outcome=wanted.outcome,
        severity=wanted.severity,
        score=wanted.score,
        instruction=wanted.instruction,
        trader_text=wanted.trader_text,
        modes=list(wanted.modes),
        offices=list(wanted.offices),
        filing_types=list(wanted.filing_types),
        referral=wanted.referral,
        reason=wanted.reason,
        note=wanted.note,
        observe_only=each.observe_only,
        owner=author,
        author=author,
        editors=[author.pk],
        created_at=at,
        changed_at=at,
    )
    data = {"rule": rule.code, "draft": draft.pk, "digest": content.digest}
    record(RULE_DRAFTED, at=at, data=data, stream=stream_of(rule), actor=author.pk)
    return draft.pk
