"""The fixed catalogue of history: what earlier declarations say of this one.

Computed once for each version by `risk.history`, stored with its assessment, and only read here.
Windows end at the time of receipt. Counts look at the latest rows of the window only (how many is
said in `risk.history`), so that a busy trader costs no more than a quiet one.
"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.document import Spot
from risk.engine.field import Field, FieldType, Level, Reader
from risk.engine.subject import Number, Subject


def _spots(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
    if subject.item is None:
        return (Spot(kind="declaration", field=field),)
    return (Spot(kind="item", reference=str(subject.item.number), field=field),)


def _reader(name: str) -> Reader:
    def read(subject: Subject) -> Number | None:
        return subject.context.features.of(name, subject.place)

    return read


def _feature(name: str, label: Promise, *, of_item: bool, unit: str = "") -> Field:
    full = f"history.{name}"
    return Field(
        name=full, label=label, type=FieldType.NUMBER, level=Level.HISTORY, of_item=of_item,
        read=_reader(full), spots=_spots, unit=unit, filled=0.6,
    )  # fmt: skip


HISTORY = (
    _feature(
        "consignee_filings_365d", _("earlier declarations for the consignee, 365 days"),
        of_item=True,
    ),
    _feature(
        "consignee_items_365d", _("earlier goods items for the consignee, 365 days"), of_item=True
    ),
    _feature(
        "consignee_chapter_items_365d",
        _("earlier goods items of this HS chapter for the consignee, 365 days"), of_item=True,
    ),
    _feature(
        "consignee_section_items_365d",
        _("earlier goods items of this HS section for the consignee, 365 days"), of_item=True,
    ),
    _feature(
        "pair_filings_365d", _("earlier declarations of this consignor and consignee, 365 days"),
        of_item=True,
    ),
    _feature(
        "filer_consignee_filings_365d",
        _("earlier declarations of this filer for the consignee, 365 days"), of_item=True,
    ),
    _feature(
        "consignor_filings_365d", _("earlier declarations for the consignor, 365 days"),
        of_item=True,
    ),
    _feature(
        "consignor_silent_days", _("days since the last declaration for the consignor"),
        of_item=True,
    ),
    _feature(
        "consignor_mean_mass", _("mean gross mass of earlier goods items of the consignor"),
        of_item=True, unit="kg",
    ),
    _feature(
        "address_filings_24h", _("earlier declarations to the consignee's address, 24 hours"),
        of_item=True,
    ),
    _feature(
        "address_consignors_24h", _("consignors to the consignee's address, 24 hours"),
        of_item=True,
    ),
    _feature(
        "address_heaviest_24h", _("heaviest goods item to the consignee's address, 24 hours"),
        of_item=True, unit="kg",
    ),
    _feature(
        "series_items_30d",
        _("goods items of this HS subheading, consignor and consignee, 30 days, this one included"),
        of_item=True,
    ),
    _feature(
        "series_mass_30d",
        _("gross mass of this HS subheading, consignor and consignee, 30 days, this item included"),
        of_item=True, unit="kg",
    ),
    _feature(
        "heading_items_365d", _("earlier goods items of this HS heading, 365 days"), of_item=True
    ),
    _feature(
        "heading_country_items_365d",
        _("earlier goods items of this HS heading from this country of loading, 365 days"),
        of_item=True,
    ),
    _feature(
        "package_mass_low", _("lowest usual gross mass for each package of this HS subheading"),
        of_item=True, unit="kg",
    ),
    _feature(
        "package_mass_high", _("highest usual gross mass for each package of this HS subheading"),
        of_item=True, unit="kg",
    ),
    _feature(
        "container_elsewhere", _("other declarations under way with this container elsewhere"),
        of_item=True,
    ),
    _feature(
        "party_finds_730d", _("confirmed finds with the consignor or consignee, 730 days"),
        of_item=True,
    ),
    _feature(
        "container_finds_365d", _("confirmed finds in the container, 365 days"), of_item=True
    ),
    _feature("filer_filings_30d", _("earlier filings of the filer, 30 days"), of_item=False),
    _feature("filer_late_30d", _("late filings of the filer, 30 days"), of_item=False),
    _feature("filer_rejected_24h", _("rejected filings of the filer, 24 hours"), of_item=False),
    _feature(
        "withdrawn_30d",
        _("withdrawn declarations of the filer for the same transport document, 30 days"),
        of_item=False,
    ),
    _feature(
        "withdrawn_variants_30d",
        _("different parties, goods or masses among those and this one"), of_item=False,
    ),
    _feature("case_was_open", _("cases open when it was received"), of_item=False),
    _feature("concluded_before", _("assessments of it concluded before"), of_item=False),
)  # fmt: skip
