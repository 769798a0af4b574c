"""Lists of names are loaded whole or not at all, whatever stands in the file."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import repeat
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customs_portal.accounts.models import Role
from customs_portal.events.models import Change
from declarations.services.results import Refused
from risk.engine.lists import ListEntry
from risk.models import ReferenceList, ReferenceListEntry, Rescreening
from risk.services import lists
from risk.services.lists import Loaded, NewList, change_list, load_list
from tests.factories.people import person

pytestmark = pytest.mark.django_db
AT = datetime(2026, 11, 20, tzinfo=UTC)
Kind = ReferenceList.Kind


def load(
    *entries: ListEntry, kind: ReferenceList.Kind = Kind.COMPANIES, shrink: bool = False
) -> Loaded | Refused:
    return load_list(NewList(code="w", entries=entries, kind=kind, may_shrink=shrink), at=AT)


@pytest.mark.parametrize(
    ("value", "kind", "code"),
    [
        ("=HYPERLINK(1)", Kind.COMPANIES, "formula"),
        ("+1 Trading", Kind.COMPANIES, "formula"),
        ("Zuider\x07licht", Kind.COMPANIES, "control-sign"),
        ("Zuider\x00licht", Kind.COMPANIES, "control-sign"),
        ("---", Kind.PERSONS, "wrong-form"),
        ("\u202e\u200b", Kind.PERSONS, "wrong-form"),
        ("x" * 10_000, Kind.COMPANIES, "long-value"),
        ("12345678", Kind.VESSELS, "wrong-form"),
        ("DMOU1000015", Kind.CONTAINERS, "wrong-form"),
        ("N1", Kind.EORI, "wrong-form"),
    ],
)
def test_an_entry_that_is_none_is_refused_with_all_others(
    value: str, kind: ReferenceList.Kind, code: str
) -> None:
    good = {Kind.VESSELS: "4000010", Kind.CONTAINERS: "DMOU1000014", Kind.EORI: "NL900000901"}
    refused = load(
        ListEntry(value=good.get(kind, "Zuiderlicht")), ListEntry(value=value), kind=kind
    )
    assert isinstance(refused, Refused)
    assert code in {finding.code for finding in refused.findings}
    assert not ReferenceListEntry.objects.exists()
    assert not ReferenceList.objects.exists()


def test_more_than_the_most_is_refused_without_reading_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "LONGEST", 10)
    endless = repeat(ListEntry(value="Zuiderlicht"))
    refused = load_list(NewList(code="w", entries=endless, kind=Kind.COMPANIES), at=AT)
    assert isinstance(refused, Refused)
    assert {"too-long", "twice"} <= {finding.code for finding in refused.findings}


def test_what_tells_who_a_name_is_makes_another_entry_and_a_note_does_not() -> None:
    load(ListEntry(value="Zuiderlicht", country="NL", note="Ask."))
    told = load(ListEntry(value="Zuiderlicht", country="NL", note="Ask first.", place="Urk"))
    assert told == Loaded(revision=1, added=0, removed=0, total=1)
    assert ReferenceListEntry.objects.get().place == "Urk"
    moved = load(ListEntry(value="Zuiderlicht", country="BE"))
    assert moved == Loaded(revision=2, added=1, removed=1, total=1)
    assert Rescreening.objects.count() == 2


def test_the_log_of_changes_tells_a_load_once_and_what_changes_in_place() -> None:
    load(ListEntry(value="Zuiderlicht"), ListEntry(value="Noordkade"))
    load(ListEntry(value="Zuiderlicht"), ListEntry(value="Oosterwold"))
    logged = Change.objects.filter(changed_table="risk_referencelistentry")
    assert not logged.exists()
    assert Change.objects.filter(changed_table="risk_referencelist").exists()
    load(ListEntry(value="Zuiderlicht", note="Ask first."), ListEntry(value="Oosterwold"))
    assert logged.get().after == {"note": "Ask first."}


def test_a_lower_threshold_holds_all_names_against_the_list_again() -> None:
    load(ListEntry(value="Zuiderlicht"))
    found, owner = ReferenceList.objects.get(), person(Role.ANALYST)
    for threshold, revision, jobs in (("0.90", 2, 1), ("0.80", 3, 2), ("0.80", 3, 2)):
        change_list(found.pk, threshold=Decimal(threshold), owner=owner, person=owner, at=AT)
        found.refresh_from_db()
        assert (found.revision, Rescreening.objects.count()) == (revision, jobs)


@pytest.mark.parametrize(
    "content",
    [
        "Zuiderlicht\n".encode("utf-16"),
        b"value,label,valid_from,valid_to,note\n\xff\xfe,,,,\n",
        b"name\nZuiderlicht\n",
        b"value,label,valid_from,valid_to,note\nZuiderlicht,,tomorrow,,\n",
        b'value,label,valid_from,valid_to,note\n"Zuiderlicht,,,,\n',
    ],
)
def test_a_file_that_is_no_list_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes(content)
    with pytest.raises(CommandError, match="Nothing is loaded"):
        call_command("load_list", "w", str(file), kind="companies")
    assert not ReferenceListEntry.objects.exists()
