"""Large lists are loaded, kept and looked up."""

from datetime import date
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customs_portal.reference import nomenclature
from customs_portal.reference.models import NomenclatureEntry
from customs_portal.reference.nomenclature import Entry, List, add, load_own, names

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


def test_the_own_lists_are_whole_and_loaded_once() -> None:
    assert load_own(on=DAY) == {"hs6": 5613, "un_number": 2265, "place": 87}
    before = list(NomenclatureEntry.objects.order_by("pk").values())
    load_own(on=DAY)
    assert list(NomenclatureEntry.objects.order_by("pk").values()) == before
    assert names(List.UN_NUMBER, ["1203", "9999"]) == {"1203": "MOTOR SPIRIT or GASOLINE or PETROL"}
    assert names(List.HS6, ["080390", "123456"]) == {"080390": ""}
    assert names(List.PLACE, ["NLRTM"]) == {"NLRTM": "Rotterdam"}


def test_what_a_list_no_longer_has_ends_and_is_still_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_own(on=DAY)
    for name in ("hs6.csv", "un_numbers.csv", "places.csv"):
        (tmp_path / name).write_text("code,name\n1203,PETROL\n")
    monkeypatch.setattr(nomenclature, "FOLDER", tmp_path)
    load_own(on=DAY)
    numbers = NomenclatureEntry.objects.filter(list=List.UN_NUMBER)
    assert numbers.get(valid_to__isnull=True).name == "PETROL"
    assert numbers.filter(valid_to=DAY).count() == 2264
    assert NomenclatureEntry.objects.filter(list=List.PLACE, valid_to__isnull=False).count() == 0


def test_an_entry_that_comes_later_holds_from_its_day_and_one_that_comes_back_holds_again() -> None:
    add(List.PLACE, [Entry(code="NLRTM", name="Rotterdam")], on=DAY)
    add(List.PLACE, [Entry(code="NLAMS", name="Amsterdam")], on=DAY)
    assert NomenclatureEntry.objects.get(code="NLRTM").valid_from == nomenclature.BEGINNING
    assert NomenclatureEntry.objects.get(code="NLAMS").valid_from == DAY
    NomenclatureEntry.objects.update(valid_to=DAY)
    add(List.PLACE, [Entry(code="NLAMS", name="Amsterdam")], on=DAY)
    assert NomenclatureEntry.objects.get(valid_to__isnull=True).code == "NLAMS"


def test_the_whole_list_of_places_comes_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    path.write_text("locode,name,subdivision\nXXAAA,Somewhere,\nXXBBB,Elsewhere,Y\n")
    output = StringIO()
    call_command("load_locodes", str(path), stdout=output)
    assert output.getvalue() == "2 places\n"
    assert names(List.PLACE, ["XXAAA", "XXBBB"]) == {"XXAAA": "Somewhere", "XXBBB": "Elsewhere"}


@pytest.mark.parametrize("content", [None, "code,name\nXXAAA,Somewhere\n"])
def test_a_file_that_cannot_be_read_changes_nothing(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "places.csv"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("load_locodes", str(path))
    assert not NomenclatureEntry.objects.exists()
