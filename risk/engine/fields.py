"""The one catalogue of fields that rules, search and explanation know."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from declarations.document import GoodsItem, Spot
from risk.engine import attributes, comparing, goods_words
from risk.engine.field import Field, FieldType, Level, Reader, SpotReader
from risk.engine.history import HISTORY
from risk.engine.names import NAMES
from risk.engine.quality import QUALITY
from risk.engine.subject import Subject, code, codes, party_codes
from risk.engine.words import words


def _spot_header(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
    return (Spot(kind="declaration", field=field),)


def _spot_item(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
    return (Spot(kind="item", reference=str(subject.goods().number), field=field),)


def _spot_containers(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
    return _spot_numbers(field, subject, attributes.containers(subject) or ())


def _spot_numbers(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
    found = tuple(Spot(kind="equipment", reference=number, field=field) for number in matched)
    return found or _spot_item(field, subject, matched)


def _spot_item_or_header(attribute: str) -> SpotReader:
    def spots(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
        on_item = getattr(subject.item, attribute, None)
        return (_spot_item if on_item else _spot_header)(field, subject, matched)

    return spots


def _header(name: str, label: Promise, type: FieldType, read: Reader, **more: Any) -> Field:
    return Field(
        name=name, label=label, type=type, of_item=False, read=read,
        **{"level": Level.HEADER, "spots": _spot_header, **more},
    )  # fmt: skip


def _item(name: str, label: Promise, type: FieldType, read: Reader, **more: Any) -> Field:
    return Field(
        name=name, label=label, type=type, of_item=True, read=read,
        **{"level": Level.ITEM, "spots": _spot_item, **more},
    )  # fmt: skip


def _route(name: str, label: Promise, attribute: str, read: Reader, **more: Any) -> Field:
    spots = _spot_item_or_header(attribute)
    return _item(
        name, label, CODE, read, level=Level.ROUTING, spots=spots,
        declared_on_item=(attribute,), **more,
    )  # fmt: skip


def _container(name: str, label: Promise, type: FieldType, read: Reader, **more: Any) -> Field:
    return _item(
        name, label, type, read, **{"level": Level.EQUIPMENT, "spots": _spot_containers, **more}
    )


def _party(role: str, labels: tuple[Promise, Promise, Promise]) -> tuple[Field, ...]:
    of_item = role in GoodsItem.__struct_fields__

    def spots(field: str, subject: Subject, matched: tuple[str, ...]) -> tuple[Spot, ...]:
        return (attributes.spot_of_party(role, field, subject),)

    def field(part: str, label: Promise, type: FieldType, read: Reader, distinct: int) -> Field:
        return Field(
            name=f"{role}.{part}", label=label, type=type, level=Level.PARTY, of_item=of_item,
            read=read, spots=spots, distinct=distinct, filled=0.7,
            declared_on_item=(role,) if of_item else (),
        )  # fmt: skip

    identifier = attributes.party_reader(role, lambda party: code(party.identifier))
    name = attributes.party_reader(role, lambda party: party.name or None)
    country = attributes.party_reader(role, lambda party: code(party.country))
    return (
        field("identifier", labels[0], CODE, identifier, 50_000),
        field("name", labels[1], TEXT, name, 50_000),
        field("country", labels[2], CODE, country, 150),
    )


TEXT, CODE, NUMBER = FieldType.TEXT, FieldType.CODE, FieldType.NUMBER
TIME, CODES = FieldType.TIME, FieldType.CODES

_HEADER = (
    _header("declaration.mrn", _("MRN"), CODE, lambda s: code(s.context.mrn), distinct=10**6),
    _header(
        "declaration.type", _("filing type"), CODE,
        lambda s: code(s.context.filing_type) or code(s.document.type), distinct=5,
    ),
    _header(
        "declaration.mode", _("mode of transport"), CODE,
        lambda s: code(s.document.transport_mode), distinct=3, sql="ens.transport_mode",
    ),
    _header(
        "declaration.circumstance", _("specific circumstance"), CODE,
        lambda s: code(s.document.specific_circumstance), distinct=4, filled=0.1,
    ),
    _header(
        "declaration.office_of_first_entry", _("office of first entry"), CODE,
        lambda s: code(s.document.office_of_first_entry), distinct=10,
        sql="ens.office_of_first_entry",
    ),
    _header(
        "declaration.country_of_first_entry", _("country of first entry"), CODE,
        lambda s: attributes.country_of(s.document.office_of_first_entry), distinct=1,
        sql="left(ens.office_of_first_entry, 2)",
    ),
    _header(
        "declaration.office_of_lodgement", _("office of lodgement"), CODE,
        lambda s: code(s.document.office_of_lodgement), filled=0.2,
    ),
    _header(
        "declaration.conveyance_reference", _("conveyance reference"), CODE,
        lambda s: code(s.document.conveyance_reference), distinct=5_000, filled=0.6,
    ),
    _header(
        "declaration.item_count", _("number of goods items"), NUMBER,
        lambda s: s.declared.item_count,
    ),
    _header(
        "declaration.total_packages", _("total number of packages"), NUMBER,
        lambda s: s.document.total_packages, filled=0.7,
    ),
    _header(
        "declaration.total_gross_mass", _("total gross mass"), NUMBER,
        lambda s: s.document.total_gross_mass, filled=0.7, unit="kg",
    ),
    _header(
        "means.identification", _("identity of the means of transport"), CODE,
        lambda s: code(s.document.means.identification) if s.document.means else None,
        distinct=3_000,
    ),
    _header(
        "means.imo", _("IMO number of the ship"), CODE, attributes.imo_number,
        distinct=3_000, filled=0.7,
    ),
    _header(
        "means.nationality", _("flag of the means of transport"), CODE,
        lambda s: code(s.document.means.nationality) if s.document.means else None, distinct=60,
    ),
    _header(
        "seals.identities", _("seal number"), CODES,
        lambda s: codes(seal.identity for seal in s.document.seals),
        level=Level.EQUIPMENT, distinct=50_000, filled=0.6,
    ),
    _header(
        "seals.count", _("number of seals"), NUMBER, lambda s: len(s.document.seals),
        level=Level.EQUIPMENT, filled=1.0,
    ),
    _header(
        "seals.changed", _("seal changed since the version before"), CODES,
        comparing.changed_seals, level=Level.EQUIPMENT, distinct=50_000, filled=0.01,
    ),
)  # fmt: skip

_ROUTING = (
    _header(
        "routing.itinerary", _("country of the itinerary"), CODES,
        lambda s: codes(s.document.itinerary), level=Level.ROUTING, distinct=60,
    ),
    _header(
        "routing.subsequent_offices", _("office of subsequent entry"), CODES,
        lambda s: codes(s.document.subsequent_offices), level=Level.ROUTING, filled=0.3,
    ),
    _item(
        "routing.countries", _("country of loading, itinerary, unloading or flag"), CODES,
        attributes.routing_countries, level=Level.ROUTING, distinct=40,
        declared_on_item=("place_of_loading", "place_of_unloading"),
    ),
    _route(
        "routing.place_of_loading", _("place of loading"), "place_of_loading",
        lambda s: attributes.place(s.item_or_header("place_of_loading")), distinct=1_000,
    ),
    _route(
        "routing.country_of_loading", _("country of loading"), "place_of_loading",
        lambda s: attributes.country_of(s.item_or_header("place_of_loading")), distinct=100,
    ),
    _route(
        "routing.place_of_unloading", _("place of unloading"), "place_of_unloading",
        lambda s: attributes.place(s.item_or_header("place_of_unloading")), distinct=100,
    ),
    _route(
        "routing.country_of_unloading", _("country of unloading"), "place_of_unloading",
        lambda s: attributes.country_of(s.item_or_header("place_of_unloading")), distinct=30,
    ),
)  # fmt: skip

_PARTIES = (
    *_party("consignor", (_("consignor EORI"), _("consignor name"), _("consignor country"))),
    *_party("consignee", (_("consignee EORI"), _("consignee name"), _("consignee country"))),
    *_party(
        "notify_party",
        (_("notify party EORI"), _("notify party name"), _("notify party country")),
    ),
    *_party("carrier", (_("carrier EORI"), _("carrier name"), _("carrier country"))),
    *_party("declarant", (_("declarant EORI"), _("declarant name"), _("declarant country"))),
    *_party(
        "representative",
        (_("representative EORI"), _("representative name"), _("representative country")),
    ),
    _item(
        "parties.identifiers", _("EORI of any party"), CODES,
        lambda s: party_codes(s, lambda party: party.identifier),
        level=Level.PARTY, spots=attributes.spots_of_parties, distinct=20_000,
        declared_on_item=("consignor", "consignee", "notify_party"),
    ),
)  # fmt: skip

_ITEM = (
    _item(
        "item.commodity_code", _("commodity code"), CODE,
        lambda s: code(s.goods().commodity_code), distinct=6_000, filled=0.8,
        sql="item.commodity_code",
    ),
    _item(
        "item.hs2", _("HS chapter"), CODE, attributes.prefix(2), distinct=90, filled=0.8,
        sql="left(item.commodity_code, 2)",
    ),
    _item(
        "item.hs4", _("HS heading"), CODE, attributes.prefix(4), distinct=1_200, filled=0.8,
        sql="left(item.commodity_code, 4)",
    ),
    _item(
        "item.hs6", _("HS subheading"), CODE, attributes.prefix(6), distinct=5_000, filled=0.8,
        sql="left(item.commodity_code, 6)",
    ),
    _item(
        "item.description", _("goods description"), TEXT,
        lambda s: s.goods().description or None, distinct=3_000, sql="item.description",
    ),
    _item(
        "item.description_words", _("word of the goods description"), CODES,
        lambda s: codes(words(s.goods().description or "")), distinct=600,
    ),
    _item(
        "item.description_word_count", _("words in the goods description"), NUMBER,
        attributes.word_count,
    ),
    _item(
        "item.description_sections", _("HS section that the description names"), CODES,
        goods_words.sections, distinct=21, filled=0.4,
    ),
    _item(
        "item.description_section_count", _("HS sections that the description names"), NUMBER,
        goods_words.section_count,
    ),
    _item(
        "item.un_name_words", _("word in the name of the UN number"), CODES,
        goods_words.un_name_words, distinct=500, filled=0.1,
    ),
    _item(
        "item.un_chapter", _("UN number with HS chapter"), CODE, goods_words.un_chapter,
        distinct=1_000, filled=0.1,
    ),
    _item(
        "item.un_number", _("UN number"), CODE, lambda s: code(s.goods().un_number),
        distinct=500, filled=0.1, sql="item.un_number",
    ),
    _item(
        "item.gross_mass", _("gross mass"), NUMBER, lambda s: s.gross_mass(), unit="kg",
        sql="item.gross_mass",
    ),
    _item("item.packages", _("number of packages"), NUMBER, attributes.packages_total),
    _item(
        "item.package_kinds", _("kind of package"), CODES,
        lambda s: codes(line.kind for line in s.goods().packages), distinct=20,
    ),
    _item(
        "item.mass_per_package", _("gross mass for each package"), NUMBER,
        attributes.mass_per_package, unit="kg",
    ),
    _item(
        "item.payment_method", _("method of payment of transport charges"), CODE,
        lambda s: code(s.item_or_header("payment_method")),
        spots=_spot_item_or_header("payment_method"), distinct=6, filled=0.3,
        declared_on_item=("payment_method",),
    ),
    _item(
        "item.special_mentions", _("special mention"), CODES,
        lambda s: codes(s.goods().special_mentions), distinct=10, filled=0.1,
    ),
    _item(
        "item.document_types", _("type of produced document"), CODES,
        lambda s: codes(document.type for document in s.goods().documents), distinct=10,
    ),
    _item(
        "item.country_goods", _("country on the way with HS subheading"), CODES,
        attributes.country_goods, distinct=50_000,
    ),
    _item(
        "consignment.transport_documents", _("transport document"), CODES,
        lambda s: codes(d.reference for d in s.consignment.transport_documents)
        if s.consignment else None,
        level=Level.CONSIGNMENT, distinct=50_000,
    ),
)  # fmt: skip

_EQUIPMENT = (
    _container(
        "equipment.containers", _("container number"), CODES, attributes.containers,
        spots=_spot_numbers, distinct=50_000, filled=0.6,
    ),
    _container(
        "equipment.container_count", _("number of containers"), NUMBER,
        lambda s: len(s.goods().containers), filled=1.0,
    ),
    _container(
        "equipment.container_gross_mass", _("gross mass of all goods in the container"), NUMBER,
        attributes.container_gross_mass, unit="kg", filled=0.6,
    ),
    _container(
        "equipment.container_un_numbers", _("UN number of any goods in the container"), CODES,
        attributes.shared(lambda item: item.un_number), distinct=500, filled=0.1,
    ),
    _container(
        "equipment.container_chapters", _("HS chapter of any goods in the container"), CODES,
        attributes.shared(lambda item: (item.commodity_code or "")[:2]), distinct=90, filled=0.5,
    ),
    _container(
        "equipment.wrong_check_digits", _("container number with a wrong check digit"), CODES,
        attributes.wrong_check_digits, spots=_spot_numbers, distinct=50_000, filled=0.01,
    ),
)  # fmt: skip

_TIMING = (
    _header(
        "timing.expected_arrival", _("expected arrival"), TIME,
        lambda s: s.document.expected_arrival, level=Level.TIMING, sql="ens.expected_arrival",
    ),
    _header(
        "timing.received_at", _("time of receipt"), TIME, lambda s: s.context.received_at,
        level=Level.TIMING,
    ),
    _header(
        "timing.hours_to_arrival", _("hours from receipt to arrival"), NUMBER,
        attributes.hours_to_arrival, level=Level.TIMING, unit="h",
    ),
    _header(
        "timing.hours_to_analysis_end", _("hours from receipt to the end of the analysis window"),
        NUMBER, attributes.hours_to_analysis_end, level=Level.TIMING, unit="h",
    ),
)  # fmt: skip

_VERSIONS = (
    _header(
        "versions.changed", _("change since the version before"), CODES, comparing.changed,
        level=Level.VERSIONS, distinct=11, filled=0.05,
    ),
)  # fmt: skip

CATALOGUE: Mapping[str, Field] = {
    field.name: field
    for group in (
        _HEADER,
        _ROUTING,
        _PARTIES,
        _ITEM,
        _EQUIPMENT,
        _TIMING,
        _VERSIONS,
        HISTORY,
        NAMES,
        QUALITY,
    )
    for field in group
}
