"""The demo traffic: the same each time, good ones without findings, faulty ones as labelled."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from stdnum import imo, iso6346

from customs_portal.demo import catalogue, stories
from customs_portal.demo.declaring import declare
from customs_portal.demo.expectations import ACCEPTED, Outcome, agree
from customs_portal.demo.faults import FAULTS, LIFECYCLE_FAULTS, RULE_FAULTS, XML_FAULTS, Fault
from customs_portal.demo.risks import RISKS
from customs_portal.demo.traffic import Sample, faulty, sample, traffic
from customs_portal.findings import Stage
from customs_portal.reference import snapshot
from messaging.formats import registry

AT = datetime(2026, 11, 22, 12, 3, 7, tzinfo=UTC)
COUNTRIES = ("NL", "BE", "DE", "FR", "PL")


def findings_of(message: Sample) -> list[tuple[str, str]]:
    return [(found.code, found.rule) for found in registry.read(message.xml).findings]


def test_same_seed_country_and_time_give_the_same_bytes() -> None:
    first = [each.xml for each in traffic(seed=7, count=60, at=AT, country="NL")]
    assert [each.xml for each in traffic(seed=7, count=60, at=AT, country="NL")] == first
    assert sample(seed=7, index=41, at=AT, country="NL").xml == first[41]


def test_another_seed_gives_other_declarations() -> None:
    one, other = (
        {each.xml for each in traffic(seed=seed, count=40, at=AT, country="NL")} for seed in (1, 2)
    )
    assert not one & other


def test_identifications_differ_between_seeds_indexes_and_times() -> None:
    streams = [
        list(traffic(seed=seed, count=200, at=AT + timedelta(seconds=later), country="NL"))
        for seed, later in ((1, 0), (2, 0), (1, 1))
    ]
    messages = [each for stream in streams for each in stream]
    assert len({each.lrn for each in messages}) == len(messages)
    assert len({each.message_id for each in messages}) == len(messages)
    assert max(len(each.message_id) for each in messages) <= 14
    assert max(len(each.lrn) for each in messages) <= 22


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_plain_declaration_passes_all_checks(country: str) -> None:
    for index in range(250):
        lodging = declare(country=country, seed=3, index=index, at=AT)
        reading = registry.read(lodging.xml())
        assert list(reading.findings) == [], index
        assert reading.document is not None


@pytest.mark.parametrize("country", COUNTRIES)
def test_every_kind_of_voyage_enters_every_country_at_its_own_offices(country: str) -> None:
    offices = snapshot.offline(AT).offices
    for journey in catalogue.journeys():
        document = declare(country=country, seed=1, index=1, at=AT, kind=journey.kind).document
        assert document.transport_mode == journey.mode
        assert offices[document.office_of_first_entry].country == country
        assert document.expected_arrival is not None
        assert document.expected_arrival > AT
        assert all(offices[other].country != country for other in document.subsequent_offices)


def test_all_modes_occur() -> None:
    modes = Counter(
        declare(country="NL", seed=1, index=index, at=AT).document.transport_mode
        for index in range(400)
    )
    assert set(modes) == {"1", "2", "3", "4", "8", "10", "11"}


def test_containers_and_ships_have_right_check_digits() -> None:
    documents = [
        declare(country="NL", seed=1, index=index, at=AT, kind="deep_sea").document
        for index in range(50)
    ]
    containers = {box for each in documents for item in each.items() for box in item.containers}
    ships = {each.means.identification for each in documents if each.means}
    assert len(containers) > 50
    assert all(iso6346.is_valid(box) for box in containers)
    assert all(imo.is_valid(ship) for ship in ships)


def test_sender_lodges_or_represents() -> None:
    for index in range(200):
        lodging = declare(country="NL", seed=4, index=index, at=AT)
        persons = (lodging.document.declarant, lodging.document.representative)
        assert lodging.sender in {person.identifier for person in persons if person}


@pytest.mark.parametrize("fault", RULE_FAULTS + XML_FAULTS, ids=lambda fault: fault.name)
def test_every_fault_gets_exactly_its_label(fault: Fault) -> None:
    for index in range(15):
        message = faulty(fault, seed=5, index=index, at=AT, country="NL")
        found = registry.read(message.xml).findings
        pairs = [(each.code, each.rule) for each in found]
        assert agree(pairs, message.expected), pairs
        refused = message.expected.outcome is Outcome.NOT_READ
        assert {each.stage in (Stage.PARSE, Stage.STRUCTURE) for each in found} == {refused}


@pytest.mark.parametrize("fault", LIFECYCLE_FAULTS, ids=lambda fault: fault.name)
def test_faults_of_the_lifecycle_keep_every_official_rule(fault: Fault) -> None:
    message = faulty(fault, seed=5, index=1, at=AT, country="NL")
    assert findings_of(message) == []
    assert message.expected.outcome is Outcome.REJECTED


def test_a_stream_has_every_fault_and_every_risk_with_its_twin() -> None:
    stream = list(traffic(seed=1, count=400, at=AT, country="NL"))
    labels = Counter(each.label for each in stream)
    assert {fault.name for fault in FAULTS} <= set(labels)
    for risk in RISKS:
        assert labels[f"hits {risk.rule}"] == labels[f"misses {risk.rule}"] > 0
    assert sum(each.expected == ACCEPTED for each in stream) == 340


def test_risky_declarations_and_their_twins_pass_all_checks() -> None:
    for message in traffic(seed=1, count=140, at=AT, country="NL"):
        if message.rule:
            assert findings_of(message) == [], message.label


def test_story_1_opens_with_a_secret_case_and_its_twin() -> None:
    told, twin = stories.changed_seal(at=AT), stories.twin_of_changed_seal(at=AT)
    assert findings_of(told) == findings_of(twin) == []
    document = registry.read(told.xml).document
    assert document is not None
    assert document.expected_arrival == datetime(2026, 12, 3, 12, 3, tzinfo=UTC)
    assert document.subsequent_offices == ("BE101000",)
    assert [item.containers for item in document.items()] == [("DMOU1000014",)]


def test_story_3_opens_with_a_rejection_that_lists_everything() -> None:
    told = stories.rejected_first(at=AT)
    assert agree(findings_of(told), told.expected)
    assert told.lrn == "RF-2026-0311"
    assert registry.read(told.xml).lrn == "RF-2026-0311"


def test_stories_happen_in_their_own_country_only() -> None:
    assert len(stories.opening(country="NL", at=AT)) == 3
    assert stories.opening(country="BE", at=AT) == []
