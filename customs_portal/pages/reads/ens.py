"""One ENS as officials read it: declaration, opinion, orders, story."""

from collections.abc import Sequence
from datetime import datetime
from math import inf

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.pages.reads import declaration, story
from customs_portal.pages.reads.declaration import Asked, DeclarationView
from customs_portal.pages.reads.hits import (
    MOST_COMPARED,
    Near,
    Reason,
    hits_by_ens,
    items_of,
    list_titles,
    nearly,
    reasons,
    with_others,
)
from customs_portal.pages.reads.limits import Limits, limits_of
from customs_portal.pages.reads.marks import Marker
from customs_portal.pages.reads.members import filings_of
from customs_portal.pages.reads.quality import QualityView, quality_of
from customs_portal.pages.reads.queue import OUTCOME_COLOURS, person
from customs_portal.pages.reads.screenings import Screenings, screenings_of
from customs_portal.pages.reads.story import Happening, MessageLine
from customs_portal.pages.reads.superseded import Superseded, superseded_by
from customs_portal.pages.reads.told import Told, told_of
from customs_portal.pages.reads.tree import Tree, tree_of
from customs_portal.reference.snapshot import Snapshot
from declarations.document import Document
from declarations.models import Ens, Measure
from declarations.persons import NO_VEIL, veil_of
from risk.engine.subject import Context
from risk.models import Assessment, Decision


class AssessmentLine(msgspec.Struct, frozen=True, kw_only=True):
    """One assessment in one line."""

    version: int
    kind: str
    outcome: str
    colour: str
    severity: str
    score: int
    status: str
    result: str
    made_at: datetime
    rule_set: int | None


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """A decision of an officer, and what it ordered."""

    at: datetime
    verb: str
    reason: str
    subject: str
    place: str
    note: str
    told: str
    who: str


class EnsView(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that the portal knows of one ENS, laid out."""

    id: int
    mrn: str
    version: int
    status: str
    registered_at: datetime
    analysis_ends_at: datetime
    reasons: list[Reason]
    hits: int
    nearly: list[Near] | None
    quality: QualityView
    declaration: DeclarationView
    assessments: list[AssessmentLine]
    orders: list[Order]
    story: list[Happening]
    messages: list[MessageLine]
    limits: Limits
    superseded: list[Superseded]
    tree: Tree | None
    told: Told
    screenings: Screenings
    is_only_screened: bool
    role: str
    is_analysed_elsewhere: bool
    persons_hidden: bool


def read(
    ens: Ens,
    document: Document,
    documents: Sequence[Document],
    user: User,
    snapshot: Snapshot,
    at: datetime,
    *,
    asked: Asked,
) -> EnsView:
    """Return the ENS as the user reads it; `documents` are what its filings declare, one by one."""
    assessments = Assessment.objects.filter(ens=ens)
    rows = assessments.select_related("ens_version", "rule_set").defer("hits").order_by("-pk")
    found = list(rows)
    current = next((each for each in found if each.status != "superseded"), None)
    hits = hits_by_ens(assessments.current()).get(ens.pk, ())
    veil = veil_of(ens.mrn, [document], user, at)
    titles = list_titles()
    why = reasons(hits, titles, veil)
    marker = Marker(why, titles)
    around = declaration.surroundings(document, snapshot, at, veil)
    laid_out = declaration.view(veil.document(document), marker, around, page=asked.items)
    most = inf if asked.near else MOST_COMPARED
    return EnsView(
        id=ens.pk,
        mrn=ens.mrn,
        version=ens.version,
        status=ens.get_status_display(),
        registered_at=ens.registered_at,
        analysis_ends_at=ens.analysis_ends_at,
        reasons=[
            with_others(_linked(each, marker, laid_out), laid_out.shown, titles) for each in why
        ],
        hits=sum(len(each.hits) for each in why),
        nearly=nearly(document, _context(ens, document), at, most=most),
        quality=quality_of(current, document, veil),
        declaration=laid_out,
        assessments=[_assessment(each) for each in found],
        orders=_orders(ens),
        story=story.happenings(ens),
        messages=story.messages_of(ens, user),
        limits=limits_of(ens, document),
        told=told_of(ens, user),
        screenings=screenings_of(ens),
        is_only_screened=ens.role == Ens.OurRole.INVOLVED,
        is_analysed_elsewhere=ens.role == Ens.OurRole.SUBSEQUENT_ENTRY,
        role="" if ens.role == Ens.OurRole.FIRST_ENTRY else str(ens.get_role_display()),
        superseded=superseded_by(ens, user),
        tree=tree_of(ens, documents, user, veil, page=asked.filings),
        persons_hidden=veil is not NO_VEIL,
    )


def _linked(reason: Reason, marker: Marker, laid_out: DeclarationView) -> Reason:
    """Return the reason with a link to its first mark, or to the page of its first goods item."""
    items = sorted(items_of(reason.hits[0]), key=int)
    if marker.has_marked(reason):
        link = f"#field-{reason.number}"
    elif items and items[0] in laid_out.page_of:
        link = f"?items={laid_out.page_of[items[0]]}#item-{items[0]}"
    else:
        link = "#declaration"
    return msgspec.structs.replace(reason, link=link)


def _context(ens: Ens, document: Document) -> Context:
    """Return the circumstances under which the rules judge the ENS."""
    own = [filing for filing in filings_of(ens) if filing.mrn == ens.mrn]
    lodged = next((filing.lodged_at for filing in own), None)
    return Context(mrn=ens.mrn, received_at=lodged or ens.registered_at, filing_type=document.type)


def _assessment(found: Assessment) -> AssessmentLine:
    return AssessmentLine(
        version=found.ens_version.number,
        kind=found.get_kind_display(),
        outcome=found.get_outcome_display(),
        colour=OUTCOME_COLOURS[found.outcome],
        severity=found.get_severity_display(),
        score=found.score,
        status=found.get_status_display(),
        result=found.get_result_display(),
        made_at=found.made_at,
        rule_set=found.rule_set.number if found.rule_set else None,
    )


def _orders(ens: Ens) -> list[Order]:
    """Return decisions and measures, newest first; a measure tells what its decision ordered."""
    measures = Measure.objects.filter(ens=ens).select_related("placed_by")
    decisions = Decision.objects.filter(
        case__ens=ens, verb=Decision.Verb.NO_FURTHER_ACTION
    ).select_related("officer")
    found = [*map(_measure, measures), *map(_no_further_action, decisions)]
    return sorted(found, key=lambda order: order.at, reverse=True)


def _measure(measure: Measure) -> Order:
    return Order(
        at=measure.placed_at,
        verb=f"{measure.get_kind_display()}, {measure.get_status_display()}",
        reason=measure.reason_code,
        subject=f"{measure.get_subject_display()} {measure.reference}".strip(),
        place=measure.place,
        note=measure.note,
        told="yes" if measure.announced_at else "no",
        who=person(measure.placed_by) if measure.placed_by else _("the system"),
    )


def _no_further_action(decision: Decision) -> Order:
    return Order(
        at=decision.decided_at,
        verb=decision.get_verb_display(),
        reason=decision.reason_code,
        subject="",
        place="",
        note=decision.note,
        told="",
        who=person(decision.officer),
    )
