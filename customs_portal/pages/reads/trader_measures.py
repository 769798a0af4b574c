"""Measures of which a trader was told, on the pages of the filings that they are about."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customs_portal.pages.trader_status import Announced
from declarations.models import EnsMember, Filing, Measure
from declarations.querysets import MeasureQuerySet
from declarations.subjects import consignments_touched, current_documents
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
    measures = list(_with_filings(told.order_by("announced_at", "pk")))
    concerned = _concerned(measures)
    for measure in measures:
        for filing in concerned[measure.pk]:
            found.setdefault(filing, []).append(_announced(measure))
    return found


def _with_filings(measures: MeasureQuerySet[Measure]) -> MeasureQuerySet[Measure]:
    filings = Filing.objects.prefetch_related("consignments")
    members = EnsMember.objects.prefetch_related(Prefetch("filing", filings))
    return measures.select_related("ens").prefetch_related(Prefetch("ens__members", members))


def _concerned(measures: Sequence[Measure]) -> dict[int, list[int]]:
    """Return by measure the filings on whose pages it stands.

    Of several in one ENS those whose goods it is about, and the highest, whose filer is told.
    """
    several = {each.ens_id: each.ens for each in measures if len(each.ens.members.all()) > 1}
    documents = current_documents(several.values())
    found: dict[int, list[int]] = {}
    for each in measures:
        filings = [member.filing for member in each.ens.members.all()]
        if each.ens_id in documents:
            document = documents[each.ens_id]
            keys = set(consignments_touched(document, each.subject, each.reference))
            filings = [own for own in filings if own.mrn == each.ens.mrn or _has(own, keys)]
        found[each.pk] = [filing.pk for filing in filings]
    return found


def _has(filing: Filing, keys: set[str]) -> bool:
    return any(life.key in keys for life in filing.consignments.all())


def _announced(measure: Measure) -> Announced:
    assert measure.announced_at is not None
    return Announced(
        kind=measure.kind,
        subject=f"{measure.get_subject_display()} {measure.reference}".strip(),
        text=measure.trader_text,
        place=measure.place,
        announced_at=measure.announced_at,
    )


def instructions_of(filing: Filing, eoris: frozenset[str], at: datetime) -> tuple[Instruction, ...]:
    """Return the measures that stand on the page of a filing, the newest first."""
    told = told_measures(eoris, at).filter(ens__members__filing=filing)
    measures = list(_with_filings(told.order_by("-announced_at", "-pk")))
    concerned = _concerned(measures)
    return tuple(
        Instruction(
            words=_instruction_words(measure),
            subject=f"{measure.get_subject_display()} {measure.reference}".strip(),
            place=measure.place,
            text=measure.trader_text,
            at=measure.announced_at,
        )
        for measure in measures
        if measure.announced_at is not None and filing.pk in concerned[measure.pk]
    )


def _instruction_words(measure: Measure) -> str:
    words = str(INSTRUCTION_WORDS[measure.kind])
    return words if measure.is_open else gettext("%s: ended") % words
