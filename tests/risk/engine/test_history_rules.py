"""The illustrative rules on history, versions and chance: each with a hit and a near miss."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import NamedTuple

import msgspec
import pytest

from declarations.checks.quality.flags import Flag, FlagKind
from declarations.document import Document, Packages
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.loading import load_lists, load_rules
from risk.engine.subject import Context, Features, Number
from risk.engine.tree import leaves
from tests.risk.builders import RECEIVED_AT, context, document, item

RULES = {rule.code: rule for rule in load_rules()}
LISTS = load_lists()


class Case(NamedTuple):
    """A declaration with its history that hits the rule, and one that all but does."""

    rule: str
    hit: tuple[Document, Context]
    miss: tuple[Document, Context]


def known(history: Mapping[str, Number], **changes: object) -> Context:
    """Return the circumstances of a declaration of which history says this."""
    names = {f"history.{name}": value for name, value in history.items()}
    return context(features=Features(declaration=names), **changes)


def flagged(kind: FlagKind) -> Context:
    """Return the circumstances of a declaration whose first goods item has this flag."""
    flag = Flag(kind=kind, field="description", chapters=("61", "62", "63"))
    return context(features=Features(flags={1: (flag,)}))


def goods(**changes: object) -> Document:
    return document((item(1, **changes),))


PHONES = goods(commodity_code="851713")
FROM_SOURCE = msgspec.structs.replace(PHONES, place_of_loading="KPNAM", itinerary=("KP", "NL"))
COVER_PORT = document(place_of_loading="ECGYE")
PARCEL = document((item(1, gross_mass=Decimal("1.9")),), transport_mode="4")
HEAVIER = document((item(1, gross_mass=Decimal(2)),), transport_mode="4")
MANY = (Packages(kind="CT", packages=100),)
MIXED = goods(description="Shoes, toys, cables and timber", packages=MANY)
THREE = goods(description="Shoes, toys and timber", packages=MANY)
NITRATE = goods(un_number="1942", commodity_code="960200", description="Wax figures")
NAMED = goods(un_number="1942", commodity_code="960200", description="Ammonium nitrate")
PRECURSOR = goods(commodity_code="291424")
CHIPS = goods(commodity_code="854232")
ONWARD = msgspec.structs.replace(CHIPS, itinerary=("CN", "KG", "NL"))
TWENTY = goods(packages=(Packages(kind="PX", packages=20),), gross_mass=Decimal(20))
SAME = document()
MOVED = document(place_of_unloading="BEANR")
HEAVY = goods(gross_mass=Decimal(20_501))
SOON = timedelta(hours=1, minutes=59)
ADDRESS = {"address_filings_24h": 20, "address_consignors_24h": 8}
BUSY = {"consignor_filings_365d": 20, "consignee_filings_365d": 20}
RANGE = {"package_mass_low": Decimal("1.5"), "package_mass_high": Decimal(900)}
NEAR = RECEIVED_AT + timedelta(hours=47)

CASES = (
    Case(
        "KNE-04",
        (SAME, known({"party_finds_730d": 1})),
        (SAME, known({"party_finds_730d": 0})),
    ),
    Case(
        "KNE-05",
        (SAME, known({"container_finds_365d": 1})),
        (SAME, known({"container_finds_365d": 0})),
    ),
    Case(
        "NEW-01",
        (FROM_SOURCE, known({"consignee_filings_365d": 0})),
        (FROM_SOURCE, known({"consignee_filings_365d": 1})),
    ),
    Case(
        "NEW-02",
        (SAME, known({"consignor_silent_days": 540, "consignor_mean_mass": 6833})),
        (SAME, known({"consignor_silent_days": 540, "consignor_mean_mass": 6834})),
    ),
    Case(
        "NEW-03",
        (COVER_PORT, known(BUSY | {"pair_filings_365d": 0})),
        (COVER_PORT, known(BUSY | {"pair_filings_365d": 0, "consignor_filings_365d": 19})),
    ),
    Case(
        "NEW-04",
        (SAME, known({"filer_consignee_filings_365d": 0, "consignee_filings_365d": 50})),
        (SAME, known({"filer_consignee_filings_365d": 0, "consignee_filings_365d": 49})),
    ),
    Case(
        "VEL-01",
        (PARCEL, known(ADDRESS | {"address_heaviest_24h": Decimal("1.999")})),
        (HEAVIER, known(ADDRESS | {"address_heaviest_24h": Decimal("1.999")})),
    ),
    Case(
        "VEL-02",
        (SAME, known({"series_items_30d": 4, "series_mass_30d": Decimal("999.999")})),
        (SAME, known({"series_items_30d": 4, "series_mass_30d": 1000})),
    ),
    Case(
        "VEL-03",
        (SAME, known({"withdrawn_30d": 3, "withdrawn_variants_30d": 2})),
        (SAME, known({"withdrawn_30d": 3, "withdrawn_variants_30d": 1})),
    ),
    Case("DES-03", (SAME, flagged(FlagKind.CHAPTER)), (SAME, flagged(FlagKind.REPEATS_CODE))),
    Case("DES-04", (MIXED, context()), (THREE, context())),
    Case(
        "DES-05",
        (SAME, known({"consignee_items_365d": 30, "consignee_chapter_items_365d": 0})),
        (SAME, known({"consignee_items_365d": 30, "consignee_chapter_items_365d": 1})),
    ),
    Case(
        "RTE-02",
        (SAME, known({"heading_country_items_365d": 4, "heading_items_365d": 1000})),
        (SAME, known({"heading_country_items_365d": 5, "heading_items_365d": 1000})),
    ),
    Case(
        "RTE-04",
        (
            msgspec.structs.replace(MOVED, expected_arrival=NEAR),
            known({"case_was_open": 1}, previous=SAME),
        ),
        (
            msgspec.structs.replace(MOVED, expected_arrival=NEAR + timedelta(hours=1)),
            known({"case_was_open": 1}, previous=SAME),
        ),
    ),
    Case(
        "MAS-01",
        (TWENTY, known(RANGE)),
        (TWENTY, known(RANGE | {"package_mass_low": Decimal(1)})),
    ),
    Case(
        "CNT-04",
        (SAME, known({"container_elsewhere": 1})),
        (SAME, known({"container_elsewhere": 0})),
    ),
    Case("DGR-04", (NITRATE, context()), (NAMED, context())),
    Case(
        "DGR-05",
        (PRECURSOR, known({"pair_filings_365d": 0})),
        (PRECURSOR, known({"pair_filings_365d": 1})),
    ),
    Case(
        "BEH-01",
        (HEAVY, context(previous=SAME, analysis_ends_at=RECEIVED_AT + SOON)),
        (HEAVY, context(previous=SAME, analysis_ends_at=RECEIVED_AT + timedelta(hours=2))),
    ),
    Case(
        "BEH-02",
        (SAME, known({"filer_late_30d": 3, "filer_filings_30d": 60})),
        (SAME, known({"filer_late_30d": 3, "filer_filings_30d": 61})),
    ),
    Case(
        "SAN-02",
        (ONWARD, known({"consignee_filings_365d": 0})),
        (CHIPS, known({"consignee_filings_365d": 0})),
    ),
)


def hits(rule: str, declared: tuple[Document, Context]) -> list[str]:
    found = CompiledRuleSet([RULES[rule]], LISTS, b"secret").evaluate(*declared)
    return [hit.rule for hit in found]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_the_rule_hits_and_its_near_miss_does_not(case: Case) -> None:
    assert hits(case.rule, case.hit) == [case.rule]
    assert hits(case.rule, case.miss) == []


def test_without_history_nothing_is_suspected() -> None:
    rules = [rule for rule in RULES.values() if rule.family != "random"]
    assert CompiledRuleSet(rules, LISTS).evaluate(document(), context()) == []


def test_a_change_after_the_conclusion_hits() -> None:
    late = known({"concluded_before": 1}, previous=SAME)
    assert hits("BEH-01", (HEAVY, late)) == ["BEH-01"]
    assert hits("BEH-01", (SAME, late)) == []


def test_the_two_random_samples_are_drawn_apart() -> None:
    drawn = {"RND-01": set[int](), "RND-02": set[int]()}
    for code, found in drawn.items():
        rule = RULES[code]
        [leaf] = leaves(rule.expression)
        tree = msgspec.structs.replace(leaf, values=("500",))
        rules = CompiledRuleSet([msgspec.structs.replace(rule, expression=tree)], {}, b"secret")
        for number in range(1_000):
            if rules.evaluate(document(), context(mrn=f"26NL0003960{number:07d}")):
                found.add(number)
    assert all(20 <= len(found) <= 100 for found in drawn.values())
    assert drawn["RND-01"] != drawn["RND-02"]
