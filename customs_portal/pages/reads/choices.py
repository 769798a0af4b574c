"""What can be decided on a case now: the verbs with their reasons, or why one is not allowed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain, islice

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _

from customs_portal.pages.reads import sendings
from customs_portal.pages.reads.members import filings_of
from customs_portal.pages.reads.sendings import Sending
from customs_portal.reference.snapshot import Snapshot
from customs_portal.reference.sources import ReasonRow
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.models import ConsignmentLife, Ens, Measure, Referral
from declarations.parts import parts_of
from declarations.services.advance_notice import are_to_come
from declarations.services.do_not_load import do_not_load_refused
from declarations.services.goods import IN_CUSTODY
from declarations.subjects import first_filing
from messaging.pointers import elements_of
from risk.forms import REASONS_OF_VERB, Selectable
from risk.models import Case, Decision, TextTemplate
from risk.services.asking import asking_unlawful, usual_hours
from risk.services.guards import waiting_assessment
from risk.services.orders import MEASURE_OF, QUESTIONS, needs_signature

Verb = Decision.Verb
KEYS = {
    Verb.NO_FURTHER_ACTION: "c",
    Verb.RFI: "i",
    Verb.AMD: "m",
    Verb.RFS: "f",
    Verb.CONTROL: "t",
    Verb.HOLD: "h",
    Verb.DO_NOT_LOAD: "d",
}
"""The single key that chooses a decision."""
_MOST_ELEMENTS = 60


class ReasonOption(msgspec.Struct, frozen=True, kw_only=True):
    """A reason code that can be chosen, with its help and what it says of telling the trader."""

    code: str
    title: str
    announced: str
    note: str
    definition: str
    use_when: str
    do_not_use_when: str
    trader_text: str
    signature: str


class VerbOption(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that can be taken: its key, its reasons, and what is sent to whom.

    `sendings` go out in any case, `announced` only where the trader is told.
    """

    verb: str
    label: str
    short: str
    key: str
    button: str
    consequence: str
    sendings: tuple[Sending, ...]
    announced: tuple[Sending, ...]
    reasons: tuple[ReasonOption, ...]


class NotAllowed(msgspec.Struct, frozen=True, kw_only=True):
    """A decision that cannot be taken now, and why."""

    label: str
    why: str


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """The decisions that can be taken and the others, with texts to start from.

    `elements` are what a question may be about, with their words; `by_consignment` says whether it
    may be about one consignment.
    """

    verbs: tuple[VerbOption, ...]
    refused: tuple[NotAllowed, ...]
    notes: tuple[TextTemplate, ...]
    questions: tuple[TextTemplate, ...]
    hours: float
    elements: tuple[tuple[str, str], ...]
    by_consignment: bool


def refused_verbs(case: Case, at: datetime) -> dict[str, str]:
    """Return by verb why it cannot be chosen on the case now."""
    assessment = waiting_assessment(case)
    found = {verb: asking_unlawful(case.ens, assessment, verb) for verb in QUESTIONS}
    found[Verb.DO_NOT_LOAD] = do_not_load_refused(case.ens, at) or ""
    return {verb.value: why for verb, why in found.items() if why}


def choices_of(
    case: Case, document: Document, choices: Selectable, snapshot: Snapshot, at: datetime
) -> Choices:
    """Return what the page offers."""
    told = sendings.told_persons(case.ens, Measure.Subject.DECLARATION, "", at)
    complete = sendings.of_conclusion(case.ens, document, at)
    of_ics2 = document.type in filing_types()
    leads = first_filing(case.ens) if of_ics2 else filings_of(case.ens)[0]
    texts = list(TextTemplate.objects.filter(Q(active=True)))
    found = [
        _verb(verb, leads.sender, document, choices, snapshot, told, complete)
        for verb in REASONS_OF_VERB
        if verb not in choices.refused
    ]
    if of_ics2 and are_to_come(case.ens, Measure.Subject.DECLARATION, ""):
        found = [_with_arrival(each) if each.verb == Verb.CONTROL else each for each in found]
    return Choices(
        verbs=tuple(found),
        refused=(*_refused(choices.refused), *_elsewhere(case.ens)),
        notes=tuple(each for each in texts if each.use == TextTemplate.Use.NOTE),
        questions=tuple(each for each in texts if each.use == TextTemplate.Use.QUESTION),
        hours=usual_hours(case.ens, at),
        elements=tuple(islice(_elements(case.ens, document), _MOST_ELEMENTS)),
        by_consignment=of_ics2,
    )


SCREENING_REASON = "DNL-02"


def prepared(case: Case, choices: Selectable) -> dict[str, str]:
    """Return what the form begins with: after an alarm at a screening, not to load that house."""
    if case.cause != Case.Cause.ALARM or Verb.DO_NOT_LOAD in choices.refused:
        return {}
    answered = case.ens.referrals.filter(type=Referral.Type.RFS, answered_at__isnull=False)
    last = answered.order_by("-answered_at").first()
    subject = f"{Measure.Subject.CONSIGNMENT.value}:{last.consignment}" if last else ""
    return {"verb": Verb.DO_NOT_LOAD, "reason_code": SCREENING_REASON, "subject": subject}


def _verb(
    verb: Verb,
    sender: str,
    document: Document,
    choices: Selectable,
    snapshot: Snapshot,
    told: Sequence[tuple[str, str]],
    complete: list[Sending],
) -> VerbOption:
    reasons = [row for row in choices.reasons if row.decision == REASONS_OF_VERB[verb]]
    return VerbOption(
        verb=verb.value,
        label=str(verb.label),
        short=_short()[verb],
        key=KEYS[verb],
        button=_buttons()[verb],
        consequence=_consequence(verb, document),
        sendings=tuple(_sendings(verb, sender, document, snapshot, complete)),
        announced=tuple(sendings.of_announcement(told, document)) if _is_announced(verb) else (),
        reasons=tuple(_option(row, verb) for row in reasons),
    )


def _is_announced(verb: Verb) -> bool:
    return verb in MEASURE_OF and verb != Verb.DO_NOT_LOAD


def _short() -> Mapping[Verb, str]:
    """Return the words of the line that names the keys."""
    return {
        Verb.NO_FURTHER_ACTION: _("no further action"),
        Verb.RFI: _("information"),
        Verb.AMD: _("amendment"),
        Verb.RFS: _("screening"),
        Verb.CONTROL: _("control"),
        Verb.HOLD: _("hold"),
        Verb.DO_NOT_LOAD: _("do not load"),
    }


def _buttons() -> Mapping[Verb, str]:
    return {
        Verb.NO_FURTHER_ACTION: _("Decide no further action"),
        Verb.RFI: _("Ask for information"),
        Verb.AMD: _("Ask for an amendment"),
        Verb.RFS: _("Ask for screening"),
        Verb.CONTROL: _("Decide control"),
        Verb.HOLD: _("Decide hold"),
        Verb.DO_NOT_LOAD: _("Propose do not load"),
    }


def _with_arrival(option: VerbOption) -> VerbOption:
    """Return a control of which nobody is told before the goods are here (ICS2)."""
    text = _("The trader is told of a control when the goods are here, by the office of control.")
    return msgspec.structs.replace(option, announced=(), consequence=text)


def _consequence(verb: Verb, document: Document) -> str:
    if verb == Verb.NO_FURTHER_ACTION:
        if document.type in filing_types():
            return _("The filer is told the same as after any other result.")
        return _("Nothing is sent. The trader sees no difference.")
    if verb == Verb.RFS:
        return _("The message has no room for your text: the filer reads it in the portal.")
    if verb in QUESTIONS:
        return _("The filer sees the question; the analysis rests until it is answered.")
    if verb == Verb.DO_NOT_LOAD:
        return _("Nothing is sent now: another officer has to sign before the window ends.")
    return ""


def _sendings(
    verb: Verb,
    sender: str,
    document: Document,
    snapshot: Snapshot,
    complete: list[Sending],
) -> list[Sending]:
    if verb in QUESTIONS:
        return sendings.of_question(sender, document, verb)
    if verb == Verb.DO_NOT_LOAD:
        return []
    if verb not in (Verb.CONTROL, Verb.HOLD):
        return complete
    risk = sendings.of_risk(MEASURE_OF[verb], document, snapshot)
    return complete + risk + (sendings.of_hold(document) if verb == Verb.HOLD else [])


def _option(row: ReasonRow, verb: Verb) -> ReasonOption:
    signature = ""
    if needs_signature(row.second_signature, verb):
        supervisor = row.second_signature == "supervisor"
        signature = _("a supervisor signs") if supervisor else _("another officer signs")
    return ReasonOption(
        code=row.code,
        title=row.title,
        announced=row.announced,
        note=row.announced_note,
        definition=row.definition,
        use_when=row.use_when,
        do_not_use_when=row.do_not_use_when,
        trader_text=row.trader_text,
        signature=signature,
    )


def _refused(refused: Mapping[str, str]) -> list[NotAllowed]:
    return [
        NotAllowed(label=str(verb.label), why=refused[verb])
        for verb in REASONS_OF_VERB
        if verb in refused
    ]


def _elsewhere(ens: Ens) -> list[NotAllowed]:
    """Return what is decided on the goods themselves, and when that is possible."""
    here = ConsignmentLife.objects.filter(filing__membership__ens=ens, goods__in=IN_CUSTODY)
    if here.exists():
        refuse = _("On the page of the ENS, for goods that were presented.")
        standing = Measure.objects.filter(ens=ens).open().exists()
        release = _("Not while a measure is open.") if standing else _("After this decision.")
    else:
        refuse = release = _("Only once the goods were presented.")
    return [
        NotAllowed(label=_("Refuse entry"), why=refuse),
        NotAllowed(label=_("Release goods"), why=release),
    ]


def _elements(ens: Ens, document: Document) -> Iterator[tuple[str, str]]:
    """Yield what a question may be about, to choose from while typing, filing by filing."""
    if document.type not in filing_types():
        yield from ((words, words) for words in _words(document))
        return
    parts = parts_of([ens.pk])[ens.pk]
    for part in parts:
        for pointer, words in elements_of(part.document):
            yield pointer, words if len(parts) == 1 else f"{part.mrn}, {words}"


def _words(document: Document) -> Iterable[str]:
    names = (_("description"), _("commodity code"), _("gross mass"), _("packages"))
    text = _("Goods item %(number)d: %(name)s")
    items = (
        text % {"number": item.number, "name": name} for item in document.items() for name in names
    )
    whole = (_("Consignor"), _("Consignee"), _("Route"), _("Seals"), _("Transport document"))
    return chain(whole, items)
