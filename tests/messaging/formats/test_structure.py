"""Structure errors: code, place, line and value, for the European and the national list."""

from pathlib import Path

import pytest

from customs_portal.findings import Finding, Stage
from messaging.formats.profiles import Profile, RuleSet
from messaging.formats.registry import check
from tests.messaging.builders import minimal_ie315

HOSTILE = Path(__file__).resolve().parents[1] / "hostile"
BODY = minimal_ie315()


def findings(body: bytes, profile: Profile = Profile.EU) -> list[Finding]:
    found = list(check(body, profile=profile, rule_set=RuleSet.OLD).findings)
    assert all(finding.stage is Stage.STRUCTURE for finding in found)
    return found


def told(body: bytes, profile: Profile = Profile.EU) -> list[tuple[str, str]]:
    return [(finding.code, finding.location) for finding in findings(body, profile)]


def changed(old: str, new: str) -> bytes:
    assert BODY.count(old.encode()) == 1
    return BODY.replace(old.encode(), new.encode())


PACKAGE = "GOOITEGDS[1].PACGS2[1]"
BOX = "<KinOfPacGS23>CT</KinOfPacGS23>"


@pytest.mark.parametrize(
    ("old", "new", "code", "location"),
    [
        ("<MesTypMES20>CC315A<", "<MesTypMES20>CC999A<", "12", "MesTypMES20"),
        ("  <RefNumHEA4>LRN0000000001</RefNumHEA4>\n", "", "13", "HEAHEA.RefNumHEA4"),
        (BOX, "", "13", f"{PACKAGE}.KinOfPacGS23"),
        ("  <TINPLD1>NL123456789</TINPLD1>\n", "", "13", "PERLODSUMDEC.TINPLD1"),
        (BOX, BOX + "<Extra/>", "15", f"{PACKAGE}.Extra"),
        (BOX, BOX * 2, "35", f"{PACKAGE}.KinOfPacGS23"),
        ("<HEAHEA>", '<HEAHEA lang="en">', "15", "HEAHEA"),
        ("<HEAHEA>", "<HEAHEA>text", "15", "HEAHEA"),
        ("<GroMasGDS46>1250.5", "<GroMasGDS46>1,5", "19", "GOOITEGDS[1].GroMasGDS46"),
        ("<GroMasGDS46>1250.5", "<GroMasGDS46>1.2345", "19", "GOOITEGDS[1].GroMasGDS46"),
        ("<GroMasGDS46>1250.5", "<GroMasGDS46>123456789012", "19", "GOOITEGDS[1].GroMasGDS46"),
        ("<NumOfPacGS24>40", "<NumOfPacGS24>123456", "39", f"{PACKAGE}.NumOfPacGS24"),
        ("<TINPLD1>NL123456789", "<TINPLD1>NL", "40", "PERLODSUMDEC.TINPLD1"),
        ("<KinOfPacGS23>CT", "<KinOfPacGS23>C", "40", f"{PACKAGE}.KinOfPacGS23"),
        ("<NumOfPacGS24>40", "<NumOfPacGS24>4O", "51", f"{PACKAGE}.NumOfPacGS24"),
        ("<DatOfPreMES9>261122", "<DatOfPreMES9>26112", "40", "DatOfPreMES9"),
        ("<DatOfPreMES9>261122", "<DatOfPreMES9>2611222", "39", "DatOfPreMES9"),
        ("<CouOfRouCodITI1>CN", "<CouOfRouCodITI1>cn", "51", "ITI[1].CouOfRouCodITI1"),
    ],
)
def test_code_and_location(old: str, new: str, code: str, location: str) -> None:
    assert told(changed(old, new)) == [(code, location)]


def test_finding_has_line_column_and_value() -> None:
    (finding,) = findings(changed("<NumOfPacGS24>40", "<NumOfPacGS24>4O"))
    line = BODY.decode().splitlines().index("   <NumOfPacGS24>40</NumOfPacGS24>") + 1
    assert (finding.line, finding.column, finding.value) == (line, 4, "4O")


def test_missing_element_is_named() -> None:
    (finding,) = findings(changed(" <MesIdeMES19>M0000000000001</MesIdeMES19>\n", ""))
    assert (finding.code, finding.location) == ("13", "MesIdeMES19")
    assert finding.text == "This element is required here. Missing: MesIdeMES19."


def test_second_item_has_its_position() -> None:
    item = BODY[BODY.index(b" <GOOITEGDS>") : BODY.index(b" <ITI>")]
    bad = item.replace(b"<ComNomCMD1>690721", b"<ComNomCMD1>69")
    assert told(BODY.replace(item, item + bad)) == [("51", "GOOITEGDS[2].COMCODGODITM.ComNomCMD1")]


def test_several_errors_come_together() -> None:
    body = (HOSTILE / "schema_invalid.xml").read_bytes()
    assert sorted(told(body)) == [
        ("13", "PERLODSUMDEC"),
        ("15", "HEAHEA.DocNumHEA5"),
        ("51", "GOOITEGDS[1].IteNumGDS7"),
        ("51", "TimOfPreMES10"),
    ]


def test_errors_are_bounded() -> None:
    body = BODY.replace(b" <ITI>", b" <SEAID529/>" * 5 + b" <ITI>", 1)
    many = BODY.replace(b"</PERLODSUMDEC>", b"</PERLODSUMDEC>" + b"<SEAID529/>" * 300)
    assert len(findings(body)) == 1
    assert len(findings(many)) == 100


def test_national_code_and_location_use_the_names_of_the_document() -> None:
    body = changed("<NumOfPacGS24>40", "<NumOfPacGS24>4O").replace(b"ie:", b"x:")
    body = body.replace(b"xmlns:ie", b"xmlns:x")
    where = "/x:CC315A[1]/GOOITEGDS[1]/PACGS2[1]/NumOfPacGS24[1]"
    assert told(body, Profile.GB) == [("4085", where)]


def test_default_namespace_on_children_is_refused() -> None:
    body = BODY.replace(b"ie:CC315A xmlns:ie=", b"CC315A xmlns=").replace(b"/ie:", b"/")
    assert told(body) == [("15", "MesSenMES3")]


def test_current_form_of_great_britain_demands_less() -> None:
    body = changed("  <TotNumOfIteHEA305>1</TotNumOfIteHEA305>\n", "")
    assert told(body) == [("13", "HEAHEA.TotNumOfIteHEA305")]
    current = check(body, profile=Profile.GB, rule_set=RuleSet.CURRENT)
    assert all(finding.stage is Stage.RULES for finding in current.findings)


@pytest.mark.parametrize("value", [" 1", "\n1\t"])
def test_white_space_around_a_token_is_allowed(value: str) -> None:
    assert told(changed("<TraModAtBorHEA76>1<", f"<TraModAtBorHEA76>{value}<")) == []


def test_white_space_in_a_tin_is_kept() -> None:
    body = changed("<TINPLD1>NL123456789<", "<TINPLD1> NL123456789<")
    assert told(body) == [("51", "PERLODSUMDEC.TINPLD1")]


def test_a_bar_is_accepted_as_second_digit_of_the_month() -> None:
    assert told(changed("<DatOfPreMES9>261122", "<DatOfPreMES9>260|22")) == []


def test_tens_of_thousands_of_errors_take_no_longer_than_they_must() -> None:
    seals = b"<SEAID529/>" * 85_000
    body = BODY.replace(b"</PERLODSUMDEC>", b"</PERLODSUMDEC>" + seals)
    found = told(body)
    assert len(found) == 100
    assert found[0] == ("13", "SEAID529[1].SeaIdSEAID530")


def test_an_error_far_behind_many_right_ones_is_still_an_error() -> None:
    seals = b"<SEAID529><SeaIdSEAID530>S</SeaIdSEAID530></SEAID529>" * 5_000
    right = BODY.replace(b"</PERLODSUMDEC>", b"</PERLODSUMDEC>" + seals)
    wrong = BODY.replace(b"</PERLODSUMDEC>", b"</PERLODSUMDEC>" + seals + b"<SEAID529/>")
    assert told(right) == []
    assert told(wrong) == [("18", "")]
