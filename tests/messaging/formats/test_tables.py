"""The product tables say what the messages of ICS phase 1 are."""

import pytest
from lxml import etree

from messaging.formats.ics1.schema import schema, schema_source
from messaging.formats.ics1.tables import (
    DATA,
    Element,
    Form,
    by_path,
    catalogue,
    group_names,
    repeatable_names,
    simple_types,
    table,
)
from messaging.formats.ics1.tree import GROUPS

NATIONAL = "http://www.govtalk.gov.uk/enforcement/ICS"


def names(element: Element) -> str:
    return " ".join(child.name for child in element.children)


@pytest.mark.parametrize(
    ("message", "elements", "groups"),
    [
        ("CC304A", 60, 10),
        ("CC305A", 40, 6),
        ("CC313A", 143, 22),
        ("CC315A", 145, 23),
        ("CC316A", 20, 3),
        ("CC323A", 32, 7),
        ("CC324A", 20, 3),
        ("CC325A", 23, 4),
        ("CC328A", 54, 10),
        ("CC349A", 20, 3),
        ("CC351A", 69, 12),
        ("CD301A", 155, 24),
        ("CD302A", 25, 6),
        ("CD303A", 165, 27),
        ("CD319A", 155, 24),
        ("CD906B", 18, 3),
        ("CD917B", 23, 4),
        ("UK347A", 32, 6),
        ("UK348A", 28, 4),
        ("XF319A", 17, 3),
        ("XF4Q01A", 20, 4),
        ("XF4S01A", 19, 3),
    ],
)
def test_number_of_elements_and_groups(message: str, elements: int, groups: int) -> None:
    found = list(table(message).walk())
    assert len(found) == elements
    assert sum(element.type is None for element in found) == groups


def test_catalogue_and_tables_agree() -> None:
    files = {path.stem for path in (DATA / "messages").iterdir()}
    assert set(catalogue()) == files
    assert len(files) == 22


def test_order_of_a_declaration() -> None:
    assert names(table("CC315A")) == (
        "MesSenMES3 MesRecMES6 DatOfPreMES9 TimOfPreMES10 PriMES15 MesIdeMES19 MesTypMES20 "
        "CorIdeMES25 HEAHEA TRACONCO1 TRACONCE1 NOTPAR670 GOOITEGDS ITI CUSOFFLON TRAREP "
        "PERLODSUMDEC SEAID529 CUSOFFFENT730 CUSOFFSENT740 TRACARENT601"
    )


def test_order_of_an_item() -> None:
    assert names(by_path("CC315A")["/CC315A/GOOITEGDS"]) == (
        "IteNumGDS7 GooDesGDS23 GooDesGDS23LNG GroMasGDS46 MetOfPayGDI12 ComRefNumGIM1 "
        "UNDanGooCodGDI1 PlaLoaGOOITE333 PlaLoaGOOITE333LNG PlaUnlGOOITE333 PlaUnlGOOITE333LNG "
        "PRODOCDC2 SPEMENMT2 TRACONCO2 COMCODGODITM TRACONCE2 CONNR2 IDEMEATRAGI970 PACGS2 "
        "PRTNOT640"
    )


def test_order_of_an_amendment_header() -> None:
    assert names(by_path("CC313A")["/CC313A/HEAHEA"]).startswith("DocNumHEA5 TraModAtBorHEA76")
    assert names(by_path("CC313A")["/CC313A/HEAHEA"]).endswith("CodPlUnHEA357LNG DatTimAmeHEA113")
    assert "/CC313A/CUSOFFLON" not in by_path("CC313A")


@pytest.mark.parametrize(
    ("path", "least", "most"),
    [
        ("/CC315A/GOOITEGDS", 1, None),
        ("/CC315A/GOOITEGDS/PRODOCDC2", 0, 99),
        ("/CC315A/GOOITEGDS/SPEMENMT2", 0, 99),
        ("/CC315A/GOOITEGDS/CONNR2", 0, 99),
        ("/CC315A/GOOITEGDS/PACGS2", 0, 99),
        ("/CC315A/GOOITEGDS/IDEMEATRAGI970", 0, None),
        ("/CC315A/ITI", 0, 99),
        ("/CC315A/CUSOFFSENT740", 0, 99),
        ("/CC315A/SEAID529", 0, None),
        ("/CC315A/PERLODSUMDEC", 1, 1),
        ("/CC315A/TRACARENT601", 0, 1),
        ("/CC315A/MesRecMES6", 0, 1),
        ("/CC315A/HEAHEA/TotNumOfIteHEA305", 1, 1),
        ("/CC316A/FUNERRER1", 0, None),
        ("/CC351A/CUSINT632", 1, None),
        ("/CD319A/RISANA", 0, 999),
        ("/CD302A/IMPOPE200", 0, 9999),
        ("/CD917B/XMLERR805", 1, None),
    ],
)
def test_cardinality(path: str, least: int, most: int | None) -> None:
    found = by_path(path.split("/")[1])[path]
    assert (found.min, found.max) == (least, most)


def test_optional_form_frees_two_elements_of_each_declaration() -> None:
    for message, place in (("CC315A", "DecPlaHEA394"), ("CC313A", "AmdPlaHEA598")):
        full, optional = by_path(message), by_path(message, Form.OPTIONAL)
        differing = {path for path, element in full.items() if element.min != optional[path].min}
        header = f"/{message}/HEAHEA"
        assert differing == {f"{header}/{place}", f"{header}/TotNumOfIteHEA305"}


@pytest.mark.parametrize(
    ("name", "base", "patterns"),
    [
        ("TINType", "xs:string", ((r"\p{IsBasicLatin}+",), (r"[A-Z]{2}[^\n\r]*",))),
        ("MRNType", "xs:token", (("[0-9]{2}[A-Z]{2}[A-Z0-9]{13}[0-9]",),)),
        ("CORefNumType", "xs:token", (("[a-zA-Z]{2}[a-zA-Z0-9]{6}",),)),
        ("LanguageCodeType", "xs:token", (("[a-zA-Z]{2}",),)),
        ("CountryCodeType", "xs:token", (("[A-Z]{2}",),)),
        ("AlphanumericSpecMax35Type", "xs:token", (("[a-zA-Z]{2}.{1,33}",),)),
        ("Decimal_11_3", "xs:decimal", ()),
        ("TimeType", "xs:token", (("([2][0-3]|[0][0-9]|[1][0-9])([0-5][0-9])",),)),
    ],
)
def test_simple_type(name: str, base: str, patterns: tuple[tuple[str, ...], ...]) -> None:
    found = simple_types()[name]
    assert (found.base, found.patterns) == (base, patterns)


def test_only_tins_keep_white_space() -> None:
    kept = {
        element.name
        for element in table("CC315A").walk()
        if element.type and element.type.base == "xs:string"
    }
    assert kept == {
        "TINCO159", "TINCE159", "TINNOTPAR671", "TINCO259", "TINCE259", "TINPRTNOT641", "TINTRE1",
        "TINPLD1", "TINTRACARENT602",
    }  # fmt: skip


def test_lengths() -> None:
    found = by_path("CC315A")
    lengths = {
        "HEAHEA/RefNumHEA4": 22,
        "HEAHEA/IdeOfMeaOfTraCroHEA85": 27,
        "GOOITEGDS/GooDesGDS23": 280,
        "GOOITEGDS/PACGS2/MarNumOfPacGSL21": 140,
        "GOOITEGDS/CONNR2/ConNumNR21": 17,
        "PERLODSUMDEC/TINPLD1": 17,
        "MesIdeMES19": 14,
    }
    for path, length in lengths.items():
        kind = found[f"/CC315A/{path}"].type
        assert kind is not None
        assert kind.max_length == length


def test_namespaces() -> None:
    assert catalogue()["CC315A"].namespace == "http://ics.dgtaxud.ec/CC315A"
    assert catalogue()["CD917B"].namespace == "http://ics.dgtaxud.ec/CD917B"
    assert catalogue()["UK347A"].namespace == f"{NATIONAL}/uk347/7"
    assert catalogue()["UK347A"].children == "qualified"
    assert catalogue()["CC328A"].children == "unqualified"


def test_index_knows_the_groups_of_declarations() -> None:
    for message in ("CC315A", "CC313A"):
        assert group_names(message) - {message} <= GROUPS
    assert group_names("CC315A") - {"CC315A"} == GROUPS


def test_repeatable_names_are_repeatable_everywhere() -> None:
    for message in catalogue():
        once = {element.name for element in table(message).walk() if not element.repeatable}
        assert not once & repeatable_names(message)


@pytest.mark.parametrize("form", Form)
def test_every_schema_is_built_once(form: Form) -> None:
    for message in catalogue():
        assert schema(message, form) is schema(message, form)
        etree.XMLSchema(etree.fromstring(schema_source(message, form).encode()))
