"""The draft of a risk information form (RIF) on what a control found, for who enters it in CRMS.

The form itself is not public. The draft has what such a form is known to hold, and leaves out what
stays here: rules, scores, internal reasons, and everything about natural persons.
"""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from customs_portal.pages.reads.queue import MODE_NAMES
from customs_portal.reference.models import ReasonCode
from declarations.document import Document, GoodsItem
from declarations.models import Measure
from declarations.subjects import consignments_touched, current_document

VALID = timedelta(days=90)
WORTH_TELLING = (Measure.Status.IRREGULAR, Measure.Status.SEIZED)
MOST_ITEMS = 20


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A heading of the form with its lines."""

    title: str
    lines: tuple[tuple[str, str], ...]


def is_worth_telling(measure: Measure) -> bool:
    """Whether the measure is a control that confirmed a risk (UCC Art. 46(5)(a))."""
    return measure.kind == Measure.Kind.CONTROL and measure.status in WORTH_TELLING


def draft(measure: Measure) -> list[Part]:
    """Return the parts of the draft; lines of which nothing is known are left out."""
    document = current_document(measure.ens)
    parts = (
        (_("Form"), _form(measure)),
        (_("Goods"), _goods(measure, document)),
        (_("Movement"), _movement(measure, document)),
        (_("Operators"), _operators(document)),
        (_("Control"), _control(measure)),
    )
    return [
        Part(title=title, lines=tuple((name, value) for name, value in lines if value))
        for title, lines in parts
    ]


def _form(measure: Measure) -> Iterator[tuple[str, str]]:
    at = measure.control.recorded_at
    yield _("Reference"), f"{settings.CUSTOMS_COUNTRY}-{measure.pk}"
    yield _("Originating State and office"), f"{settings.CUSTOMS_COUNTRY}, {measure.place}"
    if at:
        yield _("Date"), f"{at:%Y-%m-%d}"
        yield _("Valid"), f"{at:%Y-%m-%d} - {at + VALID:%Y-%m-%d}"
    yield _("Legal basis"), measure.legal_basis or _("UCC Art. 46(5)(a)")


def _goods(measure: Measure, document: Document) -> Iterator[tuple[str, str]]:
    for item in _items(measure, document)[:MOST_ITEMS]:
        text = ", ".join(filter(None, (item.commodity_code, item.description)))
        mass = f", {item.gross_mass} kg" if item.gross_mass is not None else ""
        yield _("Goods item %d") % item.number, f"{text}{mass}"


def _items(measure: Measure, document: Document) -> list[GoodsItem]:
    keys = consignments_touched(document, measure.subject, measure.reference)
    return [item for each in document.consignments if each.key in keys for item in each.items]


def _movement(measure: Measure, document: Document) -> Iterator[tuple[str, str]]:
    items = _items(measure, document)
    mode = MODE_NAMES.get(document.transport_mode, document.transport_mode)
    means = document.means.identification if document.means else ""
    yield _("Means"), f"{mode} {means} {document.conveyance_reference or ''}".strip()
    yield _("Place of loading"), document.place_of_loading or ""
    yield _("Place of unloading"), document.place_of_unloading or ""
    yield _("Route"), " > ".join(document.itinerary)
    yield _("First entry"), document.office_of_first_entry
    yield _("Offices after it"), ", ".join(document.subsequent_offices)
    yield _("Containers"), _each(box for item in items for box in item.containers)
    yield _("Seals"), _each(seal.identity for seal in document.seals)
    yield _("Transport documents"), _each(paper.reference for i in items for paper in i.documents)
    yield _("MRN"), measure.ens.mrn


def _each(values: Iterator[str]) -> str:
    return ", ".join(list(dict.fromkeys(values))[:MOST_ITEMS])


def _operators(document: Document) -> Iterator[tuple[str, str]]:
    parties = {
        _("Declarant"): document.declarant,
        _("Carrier"): document.effective_carrier(),
        _("Consignor"): document.consignor,
        _("Consignee"): document.consignee,
    }
    for role, party in parties.items():
        known = (party.identifier or party.country or "") if party else ""
        yield role, known


def _control(measure: Measure) -> Iterator[tuple[str, str]]:
    control = measure.control
    titles = dict(
        ReasonCode.objects.filter(code__in=(control.type, control.result_code)).values_list(
            "code", "title"
        )
    )
    yield _("Kind of control"), titles.get(control.type, control.type)
    yield _("What was done, and how"), control.method
    yield _("Result"), titles.get(control.result_code, control.result_code)
    yield _("Finding"), control.finding
    yield _("Quantities"), ", ".join(" ".join(pair) for pair in control.quantities)
