"""Each illustrative rule finds what it is for, and nothing that is one change away."""

from decimal import Decimal
from typing import NamedTuple

import msgspec
import pytest

from declarations.document import Document, GoodsItem, Means, Packages, Party, Seal, Spot
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.lists import ListEntry, ReferenceList
from risk.engine.loading import load_lists, load_rules
from risk.engine.outcomes import Outcome, Severity
from risk.engine.rules import Hit, decode, encode
from risk.engine.tree import Leaf
from tests.risk.builders import CONTAINER, context, document, item
from tests.risk.engine.test_history_rules import CASES as BY_HISTORY

RULES = load_rules()
SUSPICION = CompiledRuleSet([rule for rule in RULES if rule.family != "random"], load_lists())

Found = tuple[str, str, str]
"""Field, value and threshold of a condition."""


class Case(NamedTuple):
    """A declaration that hits, what it hits with and where, and its near miss."""

    rule: str
    hit: Document
    bound: tuple[Found, ...]
    spots: tuple[tuple[str, str, str], ...]
    miss: Document


def one(**overrides: object) -> Document:
    return document((item(1, **overrides),))


def with_header(goods: GoodsItem, **overrides: object) -> Document:
    return document((goods,), **overrides)


PERSON = Party(name="Mehmet Yildiz", country="TR")
ONE_CARTON = (Packages(kind="CT", packages=1),)
ARMS = item(commodity_code="93059900", description="Slide and barrel of a replica")
NITRATE = item(un_number="1942", commodity_code="310230", description="Ammonium nitrate prilled")
TORCHES = item(commodity_code="851310", description="Torches with lithium cells", containers=())
TO_ORDER = item(special_mentions=("10600",))
BANANAS = item(commodity_code="080390", description="Fresh bananas in boxes")
OIL = item(commodity_code="270900", description="Petroleum oils in tank containers")
FORWARDER = Party(identifier="NL900000022")
ITEM, CONSIGNEE = ("item", "1"), ("party", "consignee")
HEADER, BOX = ("declaration", ""), ("equipment", CONTAINER)

CASES = (
    Case(
        "KNE-02",
        document(consignee=Party(identifier="NL900000901")),
        (("parties.identifiers", "NL900000901, NL900000011", "watch_eori"),),
        ((*CONSIGNEE, "parties.identifiers"),),
        document(consignee=Party(identifier="NL900000101")),
    ),
    Case(
        "KNE-03",
        document(means=Means(identification="4000905")),
        (("means.imo", "4000905", "watch_imo"),),
        ((*HEADER, "means.imo"),),
        document(means=Means(identification="4000010")),
    ),
    Case(
        "DES-01",
        one(description="GENERAL CARGO."),
        (("item.description", "GENERAL CARGO.", "stop_words"),),
        ((*ITEM, "item.description"),),
        one(description="General cargo of brass candlesticks"),
    ),
    Case(
        "DES-02",
        one(description="Crockery", commodity_code=None),
        (("item.description_word_count", "1", "2"), ("item.hs6", "", "")),
        ((*ITEM, "item.description_word_count"), (*ITEM, "item.hs6")),
        one(description="Crockery", commodity_code="691110"),
    ),
    Case(
        "RTE-01",
        with_header(item(commodity_code="081010"), place_of_loading="ISREK"),
        (("item.hs2", "08", "08"), ("routing.country_of_loading", "IS", "no_fruit_growing")),
        ((*ITEM, "item.hs2"), (*HEADER, "routing.country_of_loading")),
        with_header(item(commodity_code="081010"), place_of_loading="KENBO"),
    ),
    Case(
        "MAS-02",
        one(gross_mass=Decimal("499.9")),
        (
            ("equipment.containers", CONTAINER, ""),
            ("equipment.container_gross_mass", "499.9", "500"),
            ("equipment.container_un_numbers", "", ""),
            ("equipment.container_chapters", "69", "high_value_chapters"),
        ),
        (
            (*BOX, "equipment.containers"),
            (*BOX, "equipment.container_gross_mass"),
            (*BOX, "equipment.container_un_numbers"),
            (*BOX, "equipment.container_chapters"),
        ),
        one(gross_mass=Decimal(500)),
    ),
    Case(
        "MAS-04",
        one(gross_mass=Decimal(20_001), packages=ONE_CARTON),
        (
            ("item.packages", "1", "1"),
            ("item.package_kinds", "CT", "PK, CT, BX"),
            ("item.gross_mass", "20001", "20000"),
        ),
        ((*ITEM, "item.packages"), (*ITEM, "item.package_kinds"), (*ITEM, "item.gross_mass")),
        one(gross_mass=Decimal(20_000), packages=ONE_CARTON),
    ),
    Case(
        "CNT-01",
        with_header(BANANAS, place_of_loading="ECGYE"),
        (
            ("item.hs4", "0803", "cover_cargo"),
            ("routing.place_of_loading", "ECGYE", "cover_ports"),
            ("equipment.containers", CONTAINER, ""),
        ),
        (
            (*ITEM, "item.hs4"),
            (*HEADER, "routing.place_of_loading"),
            (*BOX, "equipment.containers"),
        ),
        with_header(BANANAS, place_of_loading="CRMOB"),
    ),
    Case(
        "CNT-02",
        document(seals=()),
        (("equipment.containers", CONTAINER, ""), ("seals.identities", "", "")),
        ((*BOX, "equipment.containers"), (*HEADER, "seals.identities")),
        document(seals=(Seal(identity="EC44718"),)),
    ),
    Case(
        "CNT-03",
        one(containers=("DMOU1000015",)),
        (("equipment.wrong_check_digits", "DMOU1000015", ""),),
        (("equipment", "DMOU1000015", "equipment.wrong_check_digits"),),
        one(containers=("C1000015",)),
    ),
    Case(
        "DGR-01",
        with_header(NITRATE, consignee=Party(identifier="NL900000044")),
        (
            ("item.un_number", "1942", "explosive_precursors"),
            ("item.hs6", "310230", "explosive_precursors"),
            ("consignee.identifier", "NL900000044", "licensed_precursors"),
        ),
        (
            (*ITEM, "item.un_number"),
            (*ITEM, "item.hs6"),
            (*CONSIGNEE, "consignee.identifier"),
        ),
        with_header(NITRATE, consignee=Party(identifier="NL900000912")),
    ),
    Case(
        "DGR-02",
        with_header(ARMS, specific_circumstance="A"),
        (
            (
                "item.hs4",
                "9305",
                "9301, 9302, 9303, 9304, 9305, 9306, 3601, 3602, 3603, 3604, 3605, 3606",
            ),
            ("declaration.circumstance", "A", "A"),
        ),
        ((*ITEM, "item.hs4"), (*HEADER, "declaration.circumstance")),
        document((ARMS,)),
    ),
    Case(
        "DGR-03",
        with_header(TORCHES, transport_mode="4"),
        (
            ("item.description", "Torches with lithium cells", "battery_words"),
            ("item.un_number", "", ""),
            ("item.hs4", "8513", "9503"),
            ("declaration.mode", "4", "4"),
        ),
        (
            (*ITEM, "item.description"),
            (*ITEM, "item.un_number"),
            (*ITEM, "item.hs4"),
            (*HEADER, "declaration.mode"),
        ),
        with_header(msgspec.structs.replace(TORCHES, un_number="3481"), transport_mode="4"),
    ),
    Case(
        "PAY-01",
        document(consignor=PERSON, payment_method="A"),
        (
            ("item.payment_method", "A", "A"),
            ("consignor.identifier", "", ""),
            ("consignor.name", "Mehmet Yildiz", ""),
            ("consignor.name", "Mehmet Yildiz", "firm_words"),
            ("item.gross_mass", "20500", "100"),
        ),
        (
            (*HEADER, "item.payment_method"),
            ("party", "consignor", "consignor.identifier"),
            ("party", "consignor", "consignor.name"),
            (*ITEM, "item.gross_mass"),
        ),
        document(consignor=Party(name="Mehmet Yildiz Ltd", country="TR"), payment_method="A"),
    ),
    Case(
        "PAY-02",
        with_header(TO_ORDER, consignee=None, notify_party=FORWARDER),
        (
            ("item.special_mentions", "10600", "10600"),
            ("notify_party.identifier", "NL900000022", "forwarders"),
            ("consignee.identifier", "", ""),
            ("consignee.name", "", ""),
        ),
        (
            (*ITEM, "item.special_mentions"),
            ("party", "notify_party", "notify_party.identifier"),
            (*CONSIGNEE, "consignee.identifier"),
            (*CONSIGNEE, "consignee.name"),
        ),
        with_header(TO_ORDER, consignee=Party(name="Hull Buyers"), notify_party=FORWARDER),
    ),
    Case(
        "SAN-01",
        with_header(OIL, itinerary=("CN", "SY", "NL")),
        (
            ("routing.countries", "CN, SY, NL, PA", "embargo"),
            (
                "item.country_goods",
                "CN:270900, SY:270900, NL:270900, PA:270900",
                "restricted_goods",
            ),
        ),
        ((*ITEM, "routing.countries"), (*ITEM, "item.country_goods")),
        with_header(OIL, itinerary=("CN", "NL")),
    ),
)


@pytest.mark.parametrize("case", CASES, ids=[case.rule for case in CASES])
def test_the_rule_hits_with_its_values_and_places(case: Case) -> None:
    hits = SUSPICION.evaluate(case.hit, context())
    assert [hit.rule for hit in hits] == [case.rule]
    assert tuple((b.field, b.value, b.threshold) for b in hits[0].bound) == case.bound
    assert hits[0].spots == tuple(Spot(kind=k, reference=r, field=f) for k, r, f in case.spots)


@pytest.mark.parametrize("case", CASES, ids=[case.rule for case in CASES])
def test_the_near_miss_does_not_hit(case: Case) -> None:
    assert SUSPICION.evaluate(case.miss, context()) == []


def test_every_rule_has_its_case() -> None:
    by_names = {"KNE-01"}  # tests/risk/names
    elsewhere = {case.rule for case in BY_HISTORY} | by_names
    rules = [rule.code for rule in RULES if rule.family != "random"]
    assert [case.rule for case in CASES] == [code for code in rules if code not in elsewhere]


def test_the_plain_declaration_hits_nothing() -> None:
    assert SUSPICION.evaluate(document(), context()) == []


def test_rules_do_not_hit_outside_their_modes() -> None:
    bananas = with_header(BANANAS, place_of_loading="ECGYE", transport_mode="2")
    assert SUSPICION.evaluate(bananas, context()) == []


def test_a_changed_seal_hits_and_shows_both_seals() -> None:
    changed = document(seals=(Seal(identity="EC90002"),))
    (hit,) = SUSPICION.evaluate(changed, context(previous=document()))
    assert hit.rule == "CNT-02"
    assert hit.bound[1].field == "seals.changed"
    assert hit.bound[1].value == "EC44718, EC90002"


def test_an_unchanged_seal_does_not_hit() -> None:
    assert SUSPICION.evaluate(document(), context(previous=document())) == []


def test_dangerous_goods_in_the_same_container_take_the_light_container_out() -> None:
    light = item(1, gross_mass=Decimal(200))
    dangerous = item(2, gross_mass=Decimal(100), un_number="1263", description="Paint")
    assert SUSPICION.evaluate(document((light, dangerous)), context()) == []


def test_a_container_of_two_items_is_weighed_as_a_whole_and_hits_once() -> None:
    half = (item(1, gross_mass=Decimal(250)), item(2, gross_mass=Decimal(250)))
    assert SUSPICION.evaluate(document(half), context()) == []
    less = (item(1, gross_mass=Decimal(250)), item(2, gross_mass=Decimal("249.999")))
    hits = SUSPICION.evaluate(document(less), context())
    assert [hit.rule for hit in hits] == ["MAS-02"]


def test_a_party_of_the_header_hits_once_however_many_items() -> None:
    watched = Party(identifier="NL900000901")
    goods = tuple(item(number) for number in (1, 2, 3))
    assert len(SUSPICION.evaluate(document(goods, consignee=watched), context())) == 1
    on_items = tuple(item(number, consignee=watched) for number in (1, 2))
    hits = SUSPICION.evaluate(document(on_items, consignee=None), context())
    assert [hit.spots[0].reference for hit in hits] == ["1", "2"]


def test_an_entry_that_has_ended_no_longer_hits() -> None:
    rule = next(rule for rule in RULES if rule.code == "KNE-02")
    day = context().received_at.date()

    def hits(**validity: object) -> list[Hit]:
        entry = msgspec.structs.replace(ListEntry(value="nl900000033 "), **validity)
        lists = {"watch_eori": ReferenceList("watch_eori", "", [entry])}
        return CompiledRuleSet([rule], lists).evaluate(document(), context())

    assert len(hits(valid_to=day)) == 1
    assert hits(valid_to=day.replace(day=day.day - 1)) == []
    assert len(hits(valid_from=day)) == 1
    assert hits(valid_from=day.replace(day=day.day + 1)) == []


def test_hits_are_stored_and_read_back_equal() -> None:
    hits = SUSPICION.evaluate(CASES[10].hit, context())
    assert decode(encode(hits)) == tuple(hits)


def with_rate(rate: int, key: bytes = b"secret") -> CompiledRuleSet:
    rule = next(rule for rule in RULES if rule.code == "RND-01")
    assert isinstance(rule.expression, Leaf)
    tree = msgspec.structs.replace(rule.expression, values=(str(rate),))
    return CompiledRuleSet([msgspec.structs.replace(rule, expression=tree)], {}, key)


def selected(rules: CompiledRuleSet) -> list[int]:
    return [
        number
        for number in range(1_000)
        if rules.evaluate(document(), context(mrn=f"26NL0003960{number:07d}"))
    ]


def test_a_sample_of_ten_thousand_in_ten_thousand_takes_all_and_of_none_takes_none() -> None:
    assert selected(with_rate(10_000)) == list(range(1_000))
    assert selected(with_rate(0)) == []


def test_a_sample_is_the_same_each_time_and_another_under_another_key() -> None:
    first = selected(with_rate(500))
    assert first == selected(with_rate(500))
    assert first != selected(with_rate(500, b"other"))
    assert set(first) < set(selected(with_rate(1_000)))
    assert 20 <= len(first) <= 100


def test_a_sampled_declaration_is_a_control_of_documents_for_no_suspicion() -> None:
    rules = with_rate(10_000)
    rule = rules.rule("RND-01")
    assert (rule.outcome, rule.reason) == (Outcome.DOCUMENTS, "RANDOM")
    conclusion = rules.conclude(rules.evaluate(document(), context()))
    assert (conclusion.outcome, conclusion.severity, conclusion.score) == (
        Outcome.DOCUMENTS,
        Severity.LOW,
        0,
    )
