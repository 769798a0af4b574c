"""The builder: a draft as it is written, told, tried and compared."""

from datetime import datetime

import msgspec

from customs_portal.accounts.models import User
from customs_portal.findings import Finding
from customs_portal.pages.reads.hits import list_titles
from customs_portal.pages.reads.queue import person
from declarations.models import Ens
from risk import versions
from risk.builder import view
from risk.builder.checking import problems, told
from risk.builder.difference import Difference, differences
from risk.builder.engine import engine_draft
from risk.builder.outline import Group, read
from risk.builder.trial import Trial, tried
from risk.builder.warnings import Warning as RuleWarning
from risk.builder.warnings import warnings
from risk.engine.explain import Titles
from risk.engine.rules import EngineRule
from risk.models import BackTest, RuleDraft, RuleVersion
from risk.rule_sets import NoRuleSet, engine_lists, in_force

BACK_TESTS_SHOWN = 5


class Clash(msgspec.Struct, frozen=True, kw_only=True):
    """What a colleague has saved meanwhile, and how what was typed differs from it."""

    colleague: str
    at: datetime
    differences: list[Difference]


class DraftPage(msgspec.Struct, frozen=True, kw_only=True):
    """Everything on the page of a draft besides its form."""

    draft: RuleDraft
    sentence: str
    whole: view.GroupShown
    choices: view.BuilderChoices
    warnings: list[RuleWarning]
    differences: list[Difference]
    mrn: str
    trial: Trial | None
    unknown_mrn: bool
    back_tests: list[BackTest]
    clash: Clash | None


def read_draft(
    draft: RuleDraft,
    user: User,
    at: datetime,
    *,
    mrn: str,
    findings: list[Finding],
    saved: RuleDraft | None = None,
) -> DraftPage:
    """Return the page; `findings` of a refused proposal stand at their conditions.

    `saved` is what a colleague saved while the draft was typed that is shown.
    """
    outline, titles = read(draft.outline), list_titles()
    lists = set(titles)
    found = problems(outline, lists)
    told_at_once = [each for each in found if each.code != "incomplete"]
    ens = Ens.objects.visible_to(user).filter(mrn=mrn).first() if mrn else None
    trial = _tried(outline, ens, draft.rule.code) if ens else None
    return DraftPage(
        draft=draft,
        sentence=told(outline, titles, lists),
        whole=view.shown(
            outline,
            {each.location: each.text for each in (*findings, *told_at_once)},
            trial.judged if trial else {},
        ),
        choices=view.choices(titles),
        warnings=[] if found else _warnings(engine_draft(draft), at),
        differences=differences(_compared(draft), draft, titles, lists),
        mrn=mrn,
        trial=trial,
        unknown_mrn=bool(mrn) and ens is None,
        back_tests=list(draft.back_tests.all()[:BACK_TESTS_SHOWN]),
        clash=_clash(saved, draft, titles, lists) if saved else None,
    )


def _clash(saved: RuleDraft, typed: RuleDraft, titles: Titles, lists: set[str]) -> Clash:
    return Clash(
        colleague=person(saved.changed_by) if saved.changed_by else "",
        at=saved.changed_at,
        differences=differences(saved, typed, titles, lists),
    )


def _compared(draft: RuleDraft) -> RuleVersion | None:
    if draft.base_id is None:
        return None
    return RuleVersion.objects.select_related("rule").get(pk=draft.base_id)


def _tried(outline: Group, ens: Ens, code: str) -> Trial | None:
    current = ens.versions.get(number=ens.version)
    [version] = versions.load([current.pk]).values()
    if version.features is not None:
        version.subjects.readings.declared.learn(version.features, {})
    return tried(outline, version.subjects, code=code)


def _warnings(rule: EngineRule, at: datetime) -> list[RuleWarning]:
    return warnings(rule, engine_lists([rule]), _others(at), at.date())


def _others(at: datetime) -> list[EngineRule]:
    try:
        return list(in_force(at).rules.values())
    except NoRuleSet:
        return []
