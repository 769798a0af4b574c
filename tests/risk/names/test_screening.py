"""Names are held against lists before the rules are asked, once each; and again with new lists."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.test.utils import CaptureQueriesContext

from customs_portal.accounts.models import Role
from declarations.document import Document, Party
from declarations.models import Ens
from risk import rule_sets, versions
from risk.engine import sql
from risk.engine.evaluate import CompiledRuleSet
from risk.engine.lists import ListEntry
from risk.engine.operators import Operator as Op
from risk.engine.tree import Leaf
from risk.models import (
    AnalysedItem,
    Assessment,
    Case,
    MatchVerdict,
    NameHit,
    NameMatch,
    ReferenceList,
    Rescreening,
    ScreenedName,
)
from risk.names.evidence import in_words
from risk.names.screening import recall
from risk.services import rescreening
from risk.services.lists import Loaded, NewList, load_list
from risk.services.replay import replay
from risk.tasks import rescreen
from tests.factories.declarations import (
    assessed,
    harmless,
    lodged,
    publish_demo_rules,
    with_item,
)
from tests.factories.people import person
from tests.messaging.builders import goods_item
from tests.risk.engine.test_agreement import rule

AT = datetime(2026, 11, 20, 10, tzinfo=UTC)
LISTED = ListEntry(value="Zuiderlicht Lampen Import BV", country="NL", identifier="NL900000931")


@pytest.fixture(autouse=True)
def _rules(db: None) -> None:
    rule_sets.forget()
    publish_demo_rules(AT)


def consigned_to(name: str, *, country: str = "NL", **more: str) -> Document:
    return harmless(AT, consignee=Party(name=name, country=country, **more))


def made(document: Document) -> Assessment:
    return Assessment.objects.get(ens=assessed(lodged(document, AT), AT))


def codes(assessment: Assessment) -> list[str]:
    return [hit["rule"] for hit in assessment.hits]


def watch(*entries: ListEntry, code: str = "watch_entities") -> Loaded:
    with transaction.atomic():
        loaded = load_list(NewList(code=code, entries=entries, may_shrink=True), at=AT)
    assert isinstance(loaded, Loaded)
    return loaded


def finish_rescreening() -> None:
    while Rescreening.objects.filter(state="running").exists():
        rescreen()


def test_the_assessment_sees_the_matches_of_its_declaration() -> None:
    assessment = made(consigned_to("Zuyderlicht Lampen Imports"))
    assert codes(assessment) == ["KNE-01"]
    match = NameMatch.objects.get()
    assert (match.score, match.agrees, match.revision) == (Decimal("0.9608"), True, 1)
    words = in_words(match.reasons)
    assert words.supports == (
        "Same words: lampen", "zuyderlicht is like zuiderlicht (96 %)",
        "imports is like import (86 %)", "Same country",
    )  # fmt: skip
    assert words.contradicts == ()
    assert NameHit.objects.get().ens_id == assessment.ens_id
    assert replay([assessment])[0].is_same


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("Zuyderlicht Lampen Imports", {"country": "DE"}),
        ("Zonlicht Lampen Import", {}),
        ("Noorderlicht Verlichting BV", {}),
        ("Z", {}),
        ("BV", {}),
        ("\u202eZ\u200b", {}),
        ("Lampen " * 10, {}),
    ],
)
def test_another_country_or_name_is_no_hit(name: str, more: dict[str, str]) -> None:
    assert codes(made(consigned_to(name, **more))) == []


@pytest.mark.parametrize(
    "name",
    [
        "BELAYA SOVA LOGISTIKA OOO",
        "Logistika Belaya Sova",
        "Бeлaя Сова Логистика",
        "Thalassinos Anemos SA",
        "Yousef Haddad",
    ],
)
def test_spelling_script_and_order_do_not_hide_a_name(name: str) -> None:
    assert codes(made(consigned_to(name, country=""))) == ["KNE-01"]


def test_a_name_seen_before_costs_a_look_up() -> None:
    first = lodged(consigned_to("Zuyderlicht Lampen Imports"), AT)
    second = lodged(consigned_to("ZUYDERLICHT LAMPEN IMPORTS B.V."), AT)
    assessed(first, AT)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert codes(Assessment.objects.get(ens=assessed(second, AT))) == ["KNE-01"]
    assert not [query for query in seen.captured_queries if "similarity" in query["sql"]]
    assert NameMatch.objects.count() == 1
    assert NameHit.objects.count() == 2


def test_a_new_entry_opens_a_case_on_what_is_open() -> None:
    ens = assessed(lodged(consigned_to("Oude Haven Antiek"), AT), AT)
    assert (ens.status, Case.objects.count()) == ("assessed", 0)
    watch(LISTED, ListEntry(value="Oude Haven Antiek"))
    finish_rescreening()
    job = Rescreening.objects.get(revision=2)
    assert (job.state, job.total, job.looked_at) == ("finished", job.total, job.total)
    assert (job.matched, job.reassessed) == (1, 1)
    again = Assessment.objects.get(ens=ens, status="review")
    assert codes(again) == ["KNE-01"]
    assert Case.objects.get().ens_id == ens.pk
    assert not NameMatch.objects.filter(open_after__isnull=False).exists()
    finish_rescreening()
    assert Assessment.objects.filter(ens=ens).count() == 2


def test_another_worker_goes_on_where_one_died(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a dead worker had not committed is done again, and nothing twice."""
    monkeypatch.setattr(rescreening, "ENTRIES", 1)
    names = ("Oude Haven Antiek", "Westerkade Tegels", "Bosrand Meubels")
    declared = [assessed(lodged(consigned_to(name), AT), AT) for name in names]
    watch(LISTED, *(ListEntry(value=name) for name in names))
    while Rescreening.objects.get(revision=2).matched == 0:
        portion()
    before = Rescreening.objects.get(revision=2)
    with monkeypatch.context() as dying:
        dying.setattr(Rescreening, "save", die)
        with pytest.raises(KeyboardInterrupt):
            portion()
    after = Rescreening.objects.get(revision=2)
    assert (after.last_entry, after.matched) == (before.last_entry, 1)
    assert NameMatch.objects.count() == 1
    finish_rescreening()
    job = Rescreening.objects.get(revision=2)
    assert (job.matched, job.reassessed, job.looked_at) == (3, 3, job.total)
    assert NameMatch.objects.count() == 3
    assert sorted(Case.objects.values_list("ens", flat=True)) == sorted(e.pk for e in declared)


def portion() -> None:
    with transaction.atomic():
        rescreening.match_portion(at=AT)


def die(*args: object, **kwargs: object) -> None:
    raise KeyboardInterrupt


def test_a_new_eori_on_a_list_opens_a_case_too() -> None:
    ens = assessed(lodged(consigned_to("Oude Haven Antiek", identifier="NL900000777"), AT), AT)
    watch(ListEntry(value="NL900000777"), code="watch_eori")
    finish_rescreening()
    assert codes(Assessment.objects.get(ens=ens, status="review")) == ["KNE-02"]


def test_a_removed_or_ended_entry_matches_no_more() -> None:
    document = consigned_to("Zuiderlicht Lampen Import")
    assert codes(made(document)) == ["KNE-01"]
    watch(ListEntry(value=LISTED.value, valid_to=date(2026, 11, 19)))
    assert codes(made(consigned_to("Zuiderlicht Lampen Import"))) == []


def test_a_list_that_rules_read_is_emptied_at_most_and_the_past_replays() -> None:
    document = consigned_to("Zuiderlicht Lampen Import")
    before = made(document)
    with pytest.raises(ProtectedError):
        ReferenceList.objects.get(code="watch_entities").delete()
    watch()
    after = made(consigned_to("Zuiderlicht Lampen Import"))
    assert (codes(before), codes(after), after.status) == (["KNE-01"], [], "concluded")
    assert [one.is_same for one in replay([before, after])] == [True, True]


def test_the_same_identifier_settles_it_and_another_one_speaks_against() -> None:
    same = made(consigned_to("Zuiderlicht Licht Import", identifier="NL900000931"))
    other = made(consigned_to("Zuiderlicht Lampen Import", identifier="NL900000932"))
    scores = [
        NameHit.objects.get(ens=each.ens_id).match.score if each.hits else None
        for each in (same, other)
    ]
    assert scores == [Decimal(1), Decimal("0.98")]


def test_addresses_are_matched_against_lists_of_addresses() -> None:
    with transaction.atomic():
        new = NewList(
            code="watch_places",
            entries=[ListEntry(value="Havenstraat 12, 3024 AB, Rotterdam")],
            kind=ReferenceList.Kind.ADDRESSES,
        )
        load_list(new, at=AT)
    finish_rescreening()
    made(consigned_to("Oude Haven", street="Havenstr. 12", postcode="3024 AB", city="Roterdam"))
    made(consigned_to("Oude Haven", street="Havenstraat 14", postcode="3024 AB", city="Rotterdam"))
    [match] = NameMatch.objects.all()
    assert match.name.kind == ScreenedName.Kind.ADDRESS


def test_a_dismissed_pair_is_suppressed_until_its_day_and_counted() -> None:
    made(consigned_to("Zuyderlicht Lampen Imports"))
    match = NameMatch.objects.get()
    verdict = MatchVerdict.objects.create(
        match=match, verdict="dismissed", reason="Another firm.", until=AT.date(),
        given_by=person(Role.OFFICER), given_at=AT,
    )  # fmt: skip
    assert codes(made(consigned_to("Zuyderlicht Lampen Imports"))) == []
    assert verdict.suppressed.count() == 1
    MatchVerdict.objects.update(until=AT.date() - timedelta(days=1))
    assert codes(made(consigned_to("Zuyderlicht Lampen Imports"))) == ["KNE-01"]
    assert Ens.objects.count() == 3


@pytest.mark.parametrize(
    ("field", "operator", "values"),
    [
        ("names.best_score", Op.AT_LEAST, ("0.9608",)),
        ("names.best_score", Op.ABOVE, ("0.9608",)),
        ("names.lists", Op.OVERLAPS, ("WATCH_ENTITIES",)),
        ("names.lists_agreeing", Op.OVERLAPS, ("WATCH_ENTITIES",)),
        ("names.lists", Op.MISSING, ()),
        ("names.address_lists", Op.PRESENT, ()),
    ],
)
def test_back_tests_find_by_join_what_evaluation_finds(
    field: str, operator: Op, values: tuple[str, ...]
) -> None:
    """Evaluation and SQL agree, on items with parties of their own too."""
    abroad = consigned_to("Zuyderlicht Lampen Imports", country="DE")
    near = Party(name="Zuyderlicht Lampen Imports", country="NL")
    mixed = with_item(harmless(AT), goods_item(consignee=near))
    for document in (consigned_to("Oude Haven"), abroad, mixed):
        made(document)
    asked = rule(1, Leaf(field=field, operator=operator, values=values), ())
    found = versions.load(AnalysedItem.objects.values_list("ens_version", flat=True)).values()
    subjects = [version.subjects for version in found]
    recall(subjects)
    compiled = CompiledRuleSet([asked], {})
    evaluated = {e.ens_version for e in subjects if compiled.codes_hit(e.readings)}
    query = sql.hits(asked, {})
    with connection.cursor() as cursor:
        cursor.execute(query.text.replace("{where}", ""), query.values)
        assert {row[0] for row in cursor.fetchall()} == evaluated
