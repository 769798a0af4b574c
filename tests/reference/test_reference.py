"""The product's own reference data, its snapshot and its loader."""

import csv
import re
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
from django.core.management import CommandError, call_command

from customs_portal.reference import services, snapshot, sources
from customs_portal.reference.models import Code, Country, Load, Office, ReasonCode

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_product_files_have_the_known_numbers_of_rows() -> None:
    found = snapshot.offline(AT)
    assert {name: len(codes) for name, codes in found.codes.items()} == {
        "AdditionalInformationIdCommon": 7,
        "AmendmentRejectionMotivation": 7,
        "DocumentTypeCommon": 603,
        "FunctionalErrorCodes": 15,
        "KindOfPackages": 406,
        "LanguageCodes": 190,
        "MessageTypes": 30,
        "SpecificCircumstanceIndicator": 5,
        "TransportChargesMethodOfPayment": 7,
        "TransportMode": 7,
        "XmlErrorCodes": 16,
    }
    assert (len(found.countries), len(found.offices), len(found.reasons)) == (
        263,
        41,
        56,
    )


def test_members_of_union_and_ics2() -> None:
    found = snapshot.offline(AT)
    union = {code for code in found.countries if found.is_eu(code)}
    ics2 = {code for code in found.countries if found.is_ics2(code)}
    assert len(union) == 27
    assert ics2 - union == {"NO", "CH", "XI"}


def test_memberships_are_dated() -> None:
    assert snapshot.offline(datetime(2019, 1, 1, tzinfo=UTC)).is_eu("GB")
    assert not snapshot.offline(datetime(2020, 2, 1, tzinfo=UTC)).is_eu("GB")
    assert not snapshot.offline(datetime(2013, 6, 30, tzinfo=UTC)).is_eu("HR")
    assert snapshot.offline(datetime(2013, 7, 1, tzinfo=UTC)).is_eu("HR")


def test_offices_are_well_formed_and_stand_in_their_country() -> None:
    for office in sources.from_csv().offices:
        assert re.fullmatch(r"[A-Z]{2}[A-Z0-9]{6}", office.reference)
        assert office.reference[:2] == office.country == office.place[:2]
        assert office.kind in Office.Kind.values
        assert office.illustrative


def test_offices_of_the_five_administrations_with_a_risk_centre_each() -> None:
    offices = sources.from_csv().offices
    assert {office.country for office in offices} == {"NL", "BE", "DE", "FR", "PL"}
    centres = sorted(office.country for office in offices if office.kind == "risk_centre")
    assert centres == ["BE", "DE", "FR", "NL", "PL"]
    named = {office.reference: office.place for office in offices}
    assert (named["NL000396"], named["BE101000"]) == ("NLRTM", "BEANR")


def test_reason_codes_use_known_policies_only() -> None:
    for reason in sources.from_csv().reasons:
        assert reason.decision in ReasonCode.Decision.values
        assert reason.announced in ReasonCode.Announced.values
        assert reason.second_signature in ReasonCode.SecondSignature.values
    policies = {reason.code: reason.announced for reason in sources.from_csv().reasons}
    assert policies["DNL-03"] == "always"
    assert policies["HLD-01"] == policies["CTL-02"] == "choice"
    assert policies["NFA-01"] == policies["HLD-06"] == "never"
    assert policies["REF-01"] == "letter"


def test_unknown_codes_stand_for_themselves() -> None:
    found = snapshot.offline(AT)
    assert found.code_name("KindOfPackages", "CT") == "Carton"
    assert found.code_name("KindOfPackages", "??") == "??"
    assert not found.has_code("NoSuchList", "CT")
    assert (found.country_name("NL"), found.country_name("ZZ")) == ("Netherlands", "ZZ")
    assert found.office("NL999999") is None
    assert found.reason("XXX-99") is None


@pytest.mark.django_db
def test_loading_twice_changes_nothing() -> None:
    first = services.load(tables=sources.from_csv(), at=AT)
    before = list(Code.objects.values_list()), list(Country.objects.values_list())
    assert services.load(tables=sources.from_csv(), at=AT) == first
    assert (
        list(Code.objects.values_list()),
        list(Country.objects.values_list()),
    ) == before
    assert Load.objects.count() == 1
    assert first == {"code": 1293, "country": 265, "office": 41, "reasoncode": 56}


@pytest.mark.django_db
def test_database_and_files_give_the_same_snapshot() -> None:
    services.load(tables=sources.from_csv(), at=AT)
    snapshot.forget()
    online, offline = snapshot.current(AT), snapshot.offline(AT)
    assert online.codes == offline.codes
    assert online.countries == offline.countries
    assert online.offices == offline.offices
    assert online.reasons == offline.reasons


@pytest.mark.django_db
def test_a_row_gone_from_the_file_ends_and_comes_back(tmp_path: Path) -> None:
    services.load(tables=sources.from_csv(), at=AT)
    folder = Path(copytree(sources.DATA, tmp_path / "data"))
    _drop_line(folder / "offices.csv", "reference", "NL000510")
    services.load(tables=sources.from_csv(folder), at=AT)
    assert Office.objects.get(reference="NL000510").valid_to == date(2026, 11, 22)
    assert not Office.objects.valid_on(AT.date()).filter(reference="NL000510").exists()
    services.load(tables=sources.from_csv(), at=AT)
    assert Office.objects.get(reference="NL000510").valid_to is None


@pytest.mark.django_db
def test_a_newer_load_is_seen_after_the_pause_between_checks(tmp_path: Path) -> None:
    services.load(tables=sources.from_csv(), at=AT)
    snapshot.forget()
    assert snapshot.current(AT).office("NL000510") is not None
    folder = Path(copytree(sources.DATA, tmp_path / "data"))
    _drop_line(folder / "offices.csv", "reference", "NL000510")
    services.load(tables=sources.from_csv(folder), at=AT)
    assert snapshot.current(AT).office("NL000510") is not None
    assert snapshot.current(AT + snapshot.VERSION_CHECK_EVERY).office("NL000510") is None


@pytest.mark.django_db
def test_command_prints_counts_and_refuses_a_bad_folder(tmp_path: Path) -> None:
    output = StringIO()
    call_command("load_reference", stdout=output)
    assert output.getvalue().split("\n")[:2] == ["code 1293", "country 265"]
    with pytest.raises(CommandError):
        call_command("load_reference", str(tmp_path))
    assert Load.objects.count() == 1


def _drop_line(path: Path, column: str, value: str) -> None:
    with path.open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, rows[0])
        writer.writeheader()
        writer.writerows(row for row in rows if row[column] != value)
