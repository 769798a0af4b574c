"""Loading the register of operators: all of a file or nothing."""

from datetime import date
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customs_portal.accounts import register
from customs_portal.accounts.models import Operator

HEAD = "eori,name,country,valid_from,valid_to,aeo,aeo_number,aeo_suspended"
TODAY = date(2026, 5, 10)

pytestmark = pytest.mark.django_db


def file(folder: Path, *lines: str, head: str = HEAD) -> Path:
    path = folder / "operators.csv"
    path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return path


def load(folder: Path, *lines: str) -> register.Difference:
    return register.load(register.read(file(folder, *lines)), on=TODAY)


def ten(start: int = 0) -> list[str]:
    return [f"NL{number},Firm {number},NL,,,,," for number in range(start, start + 10)]


def test_it_adds_changes_and_ends_and_never_deletes(tmp_path: Path) -> None:
    load(tmp_path, *ten())
    rows = ["NL0,New name,NL,,,AEOS,NLAEOS1,1", *ten()[1:9], "NL77,Firm 77,BE,,2026-06-01,,,"]
    found = load(tmp_path, *rows)
    assert (found.added, found.changed, found.ended, found.unchanged) == (1, 1, ("NL9",), 8)
    assert Operator.objects.get(eori="NL9").valid_to == TODAY
    first = Operator.objects.get(eori="NL0")
    assert (first.name, first.aeo, first.aeo_number, first.aeo_suspended) == (
        "New name", "AEOS", "NLAEOS1", True,
    )  # fmt: skip
    assert load(tmp_path, *rows).unchanged == 10


def test_who_ended_already_does_not_end_again(tmp_path: Path) -> None:
    load(tmp_path, *ten())
    load(tmp_path, *ten()[:9])
    assert load(tmp_path, *ten()[:9]).ended == ()


def test_a_file_that_shrinks_the_register_is_refused_but_on_demand(tmp_path: Path) -> None:
    load(tmp_path, *ten())
    path = file(tmp_path, *ten()[:7])
    with pytest.raises(CommandError, match="3 numbers would end"):
        call_command("load_operators", str(path))
    assert not Operator.objects.exclude(valid_to=None).exists()
    call_command("load_operators", str(path), "--allow-shrink")
    assert Operator.objects.exclude(valid_to=None).count() == 3


def test_a_fifth_may_end(tmp_path: Path) -> None:
    load(tmp_path, *ten())
    assert load(tmp_path, *ten()[:8]).ended == ("NL8", "NL9")


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("nl1,x,NL,,,,,", "Two capital letters"),
        ("NL1 2,x,NL,,,,,", "Two capital letters"),
        ("NL1234567890123456,x,NL,,,,,", "17 characters"),
        ("NL1,,NL,,,,,", "cannot be blank"),
        ("NL1," + "x" * 71 + ",NL,,,,,", "70 characters"),
        ("NL1,x,NL,10.5.2026,,,,", "isoformat"),
        ("NL1,x,NL,2026-05-02,2026-05-01,,,", "2026-05-01 is before 2026-05-02"),
        ("NL1,x,NL,,,AEOX,1,", "not a valid choice"),
        ("NL1,x,NL,,,AEOC,,", "belong together"),
        ("NL1,x,NL,,,,,1", "belong together"),
        ("NL1,x,NL,,,AEOC,1,yes", "aeo_suspended is 1, 0 or empty"),
        ("NL1,x", "another number of columns"),
        ("NL1,x,NL,,,,,,,", "another number of columns"),
        ("NL0,x,NL,,,,,", "NL0 stands there twice"),
    ],
)
def test_one_bad_row_refuses_the_file_and_names_its_line(
    tmp_path: Path, line: str, text: str
) -> None:
    path = file(tmp_path, "NL0,Firm,NL,,,,,", line)
    with pytest.raises(CommandError, match="line 3") as refused:
        call_command("load_operators", str(path))
    assert text in str(refused.value)
    assert not Operator.objects.exists()


@pytest.mark.parametrize(
    "head", ["name,country", "eori,name,name", "eori,name,password", "eori;name", ""]
)
def test_a_head_that_cannot_be_is_refused(tmp_path: Path, head: str) -> None:
    with pytest.raises(register.Faulty):
        register.read(file(tmp_path, "NL1,x", head=head))


def test_what_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "operators.csv"
    path.write_bytes(b"eori,name\nNL1,\xff\xfe\n")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_operators", str(path))
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_operators", str(tmp_path / "missing.csv"))


def test_too_many_errors_are_cut_and_a_huge_file_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file(tmp_path, *(["x,y,NL,,,,,"] * 100))
    with pytest.raises(register.Faulty) as refused:
        register.read(path)
    assert len(refused.value.reasons) == register.MOST_ERRORS
    monkeypatch.setattr(register, "LARGEST_FILE", 10)
    with pytest.raises(register.Faulty, match="more than 10 bytes"):
        register.read(path)
