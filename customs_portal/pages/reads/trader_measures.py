"""Measures of which a trader was told, on the pages of the filings that they are about."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customs_portal.pages.trader_status import Announced
from declarations.models import Filing, Measure
from declarations.parts import Concerned, concerned, parts_of
from declarations.querysets import MeasureQuerySet
from messaging.models import OutboundMessage

INSTRUCTION_WORDS = {
    Measure.Kind.HOLD.value: _("Held"),
    Measure.Kind.CONTROL.value: _("Control ordered"),
    Measure.Kind.DO_NOT_LOAD.value: _("Do not load"),
    Measure.Kind.REFUSAL.value: _("Refusal of entry"),
}
"""Words of LIFECYCLE section 10; a recommended control that is announced reads as ordered."""


class Instruction(msgspec.Struct, frozen=True, kw_only=True):
    """A measure of which the trader was told."""

    words: str
    subject: str
    place: str
    text: str
    at: datetime


def told_measures(eoris: frozenset[str], at: datetime) -> MeasureQuerySet[Measure]:
    """Return the measures of which a message was written to one of the EORI numbers.

    A carrier without a connection gets no message, so it is shown nothing either.
    """
    told = OutboundMessage.objects.filter(
        Q(ens=OuterRef("ens")) | Q(ens=OuterRef("origin")),
        kind__in=("CC351A", "IE3Q01", "NOTICE", "IE3N08"),
        recipient__in=eoris,
        created_at__gte=OuterRef("announced_at"),
    )
    return Measure.objects.announced(at).filter(Exists(told))


def announced_measures(
    filings: Iterable[int], eoris: frozenset[str], at: datetime
) -> dict[int, list[Announced]]:
    """Return by filing the measures of which its reader has been told."""
    found: dict[int, list[Announced]] = {}
    told = told_measures(eoris, at).open().filter(ens__members__filing__in=list(filings))
    for measure, filing in _with_filings(told.order_by("announced_at", "pk")):
        found.setdefault(filing.part.filing, []).append(_announced(measure, filing))
    return found


def _with_filings(measures: Iterable[Measure]) -> Iterator[tuple[Measure, Concerned]]:
    """Yield each measure with each filing on whose page it stands."""
    read = list(measures)
    parts = parts_of({measure.ens_id for measure in read})
    for measure in read:
        for filing in concerned(parts[measure.ens_id], measure.subject, measure.reference):
            yield measure, filing


def _announced(measure: Measure, filing: Concerned) -> Announced:
    assert measure.announced_at is not None
    return Announced(
        kind=measure.kind,
        subject=_subject(measure, filing),
        text=measure.trader_text,
        place=measure.place,
        announced_at=measure.announced_at,
    )


def _subject(measure: Measure, filing: Concerned) -> str:
    return f"{measure.get_subject_display()} {filing.reference}".strip()


def instructions_of(filing: Filing, eoris: frozenset[str], at: datetime) -> tuple[Instruction, ...]:
    """Return the measures that stand on the page of a filing, the newest first."""
    told = told_measures(eoris, at).filter(ens__members__filing=filing)
    return tuple(
        Instruction(
            words=_instruction_words(measure),
            subject=_subject(measure, own),
            place=measure.place,
            text=measure.trader_text,
            at=measure.announced_at,
        )
        for measure, own in _with_filings(told.order_by("-announced_at", "-pk"))
        if measure.announced_at is not None and own.part.filing == filing.pk
    )


def _instruction_words(measure: Measure) -> str:
    words = str(INSTRUCTION_WORDS[measure.kind])
    return words if measure.is_open else gettext("%s: ended") % words
