"""One failing and one passing declaration for every rule, as edits of one base declaration.

An edit names an element by its path (`GOOITEGDS[1].PACGS2.KinOfPacGS23`, counted from 0) and gives
its text, its group, or None to leave it out.
"""

import copy
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from messaging.formats.ics1.contents import declaration_content
from messaging.formats.ics1.markup import write
from messaging.formats.ics1.rules.book import rows
from messaging.formats.ics1.tables import parties
from tests.messaging.builders import MRN, minimal_document

Edits = Mapping[str, Any]
TIN = "GB123456789000"


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with the edits that break it and those that keep it."""

    number: str
    scope: str
    profile: str
    rule_set: str
    failing: Edits
    passing: Edits


def base() -> dict[str, Any]:
    """Return the content of a declaration that both profiles and both rule sets accept."""
    content: dict[str, Any] = dict(declaration_content(minimal_document()))
    content |= {
        "MesSenMES3": f"{TIN}/1234567890",
        "DatOfPreMES9": "261122",
        "TimOfPreMES10": "1030",
        "MesIdeMES19": "M0000000000001",
        "MesTypMES20": "CC315A",
        "PERLODSUMDEC": {"TINPLD1": TIN},
        "TRACONCE1": {"TINCE159": "GB987654321000"},
    }
    return content


def document(edits: Edits, message: str = "CC315A") -> bytes:
    """Return the base declaration with the edits, written as that message."""
    content = copy.deepcopy(base())
    if message == "CC313A":
        content["HEAHEA"] |= {
            "DocNumHEA5": MRN,
            "AmdPlaHEA598": "Rotterdam",
            "DatTimAmeHEA113": "202611221030",
        }
    for path, value in edits.items():
        _put(content, path, copy.deepcopy(value))
    return write(message, content)


def _put(content: Any, path: str, value: Any) -> None:
    *steps, last = path.split(".")
    for step in steps:
        name, index = _step(step)
        content = content.setdefault(name, {}) if index is None else content[name][index]
        if isinstance(content, list):
            content = content[0]
    name, index = _step(last)
    if index is None:
        content[name] = value
        return
    found = content.setdefault(name, [])
    if index == len(found):
        found.append(value)
    else:
        found[index] = value


def _step(step: str) -> tuple[str, int | None]:
    found = re.fullmatch(r"(\w+)(?:\[(\d+)\])?", step)
    assert found
    return found[1], int(found[2]) if found[2] else None


def item(number: int, **more: Any) -> dict[str, Any]:
    """Return another goods item."""
    return {**copy.deepcopy(base()["GOOITEGDS"][0]), "IteNumGDS7": str(number), **more}


def full_party(group: str, **more: str | None) -> dict[str, Any]:
    """Return a party with its address and without TIN."""
    _, name, street, postcode, city, country, _ = parties()[group]
    address = {name: "Ado Ltd", street: "Way 1", postcode: "X1", city: "Leeds", country: "CN"}
    return {**address, **more}


_TO_ORDER = {"GOOITEGDS.SPEMENMT2": [{"AddInfCodMT23": " 10600 "}], "TRACONCE1": None}
_BY_ROAD = {
    "HEAHEA.TraModAtBorHEA76": "3",
    "HEAHEA.IdeOfMeaOfTraCroHEA85": "AB-12-CD",
    "HEAHEA.NatOfMeaOfTraCroHEA87": "NL",
}
_BY_AIR = {
    "HEAHEA.TraModAtBorHEA76": "4",
    "HEAHEA.IdeOfMeaOfTraCroHEA85": None,
    "HEAHEA.ConRefNumHEA": "KLM1234A",
}
_ITEM_MEANS = {
    "HEAHEA.IdeOfMeaOfTraCroHEA85": None,
    "GOOITEGDS.IDEMEATRAGI970": [
        {"NatIDEMEATRAGI973": "NL", "IdeMeaTraGIMEATRA971": "9074729"},
    ],
}
_NO_PACKAGES: Edits = {"GOOITEGDS.PACGS2": [], "HEAHEA.TotNumOfPacHEA306": None}
_CONSIGNOR = full_party("TRACONCO2")
_OTHER_CONSIGNOR = full_party("TRACONCO2", NamCO27="Bdo Ltd")
_TWO_CONSIGNORS = {
    "TRACONCO1": None,
    "HEAHEA.TotNumOfIteHEA305": "2",
    "HEAHEA.TotNumOfPacHEA306": "80",
    "GOOITEGDS[0].TRACONCO2": _CONSIGNOR,
    "GOOITEGDS[1]": item(2, TRACONCO2=_OTHER_CONSIGNOR),
}
_NOTIFIED = {**_TO_ORDER, "GOOITEGDS.PRTNOT640": full_party("PRTNOT640")}
_LINE = "GOOITEGDS.PACGS2[0]"

_OWN: dict[tuple[str, str], tuple[Edits, Edits]] = {
    ("8193", "/"): (
        {**_TWO_CONSIGNORS, "GOOITEGDS[1]": item(2, TRACONCO2=_CONSIGNOR)},
        _TWO_CONSIGNORS,
    ),
    ("8102", "/"): ({"GOOITEGDS.IteNumGDS7": "2"}, {}),
    ("8688", "/"): (_NO_PACKAGES, {}),
    ("8684", "/"): ({"ITI": [{"CouOfRouCodITI1": "NL"}]}, {}),
    ("4065", "/MesSenMES3"): ({"MesSenMES3": TIN}, {}),
    ("8107", "/HEAHEA"): ({"HEAHEA.IdeOfMeaOfTraCroHEA85": None}, {}),
    ("8108", "/HEAHEA"): ({**_BY_ROAD, "HEAHEA.NatOfMeaOfTraCroHEA87": None}, _BY_ROAD),
    ("8109", "/HEAHEA"): ({"HEAHEA.TotNumOfPacHEA306": None}, {}),
    ("8111", "/HEAHEA"): (
        {"HEAHEA.SpeCirIndHEA1": "C"},
        {**_BY_ROAD, "HEAHEA.SpeCirIndHEA1": "C"},
    ),
    ("8112", "/HEAHEA"): (
        {"HEAHEA.SpeCirIndHEA1": "D"},
        {"HEAHEA.SpeCirIndHEA1": "D", "HEAHEA.TraModAtBorHEA76": "2"},
    ),
    ("8689", "/HEAHEA"): ({"HEAHEA.TraModAtBorHEA76": "5"}, {"HEAHEA.TraModAtBorHEA76": "11"}),
    ("8113", "/HEAHEA"): ({**_BY_AIR, "HEAHEA.IdeOfMeaOfTraCroHEA85": "PH-BXA"}, _BY_AIR),
    ("8114", "/HEAHEA"): ({"HEAHEA.IdeOfMeaOfTraCroHEA85": "907472"}, {}),
    ("8115", "/HEAHEA"): ({"HEAHEA.NatOfMeaOfTraCroHEA87": "NL"}, _BY_ROAD),
    ("8116", "/HEAHEA"): ({**_NO_PACKAGES, "HEAHEA.TotNumOfPacHEA306": "40"}, {}),
    ("8206", "/HEAHEA"): ({"HEAHEA.TotNumOfIteHEA305": "2"}, {}),
    ("8117", "/HEAHEA"): ({"HEAHEA.TotNumOfPacHEA306": "41"}, {}),
    ("8118", "/HEAHEA"): ({**_BY_AIR, "HEAHEA.ConRefNumHEA": "KLM-12"}, _BY_AIR),
    ("8691", "/HEAHEA"): ({"HEAHEA.SpeCirIndHEA1": "F"}, {"HEAHEA.SpeCirIndHEA1": "E"}),
    ("8685", "/HEAHEA"): (
        {"HEAHEA.ConRefNumHEA": "XFER AB"},
        {"HEAHEA.ConRefNumHEA": "XFERAB1:2"},
    ),
    ("8686", "/HEAHEA"): (
        {"HEAHEA.TotGroMasHEA307": "1250.4"},
        {"HEAHEA.TotGroMasHEA307": "1250.5"},
    ),
    ("8119", "/TRACONCO1"): ({"GOOITEGDS.TRACONCO2": _CONSIGNOR}, {}),
    ("8204", "/TRACONCE1"): ({"GOOITEGDS.SPEMENMT2": [{"AddInfCodMT23": "10600"}]}, {}),
    ("8105", "/TRACONCE1"): (
        {"HEAHEA.SpeCirIndHEA1": "E", "TRACONCE1": full_party("TRACONCE1")},
        {"HEAHEA.SpeCirIndHEA1": "E"},
    ),
    ("8619", "/NOTPAR670"): (
        {"NOTPAR670": full_party("NOTPAR670")},
        {**_TO_ORDER, "NOTPAR670": full_party("NOTPAR670")},
    ),
    ("8207", "/GOOITEGDS"): (
        {"GOOITEGDS.GooDesGDS23": None, "GOOITEGDS.COMCODGODITM": None},
        {"GOOITEGDS.GooDesGDS23": None},
    ),
    ("8687", "/GOOITEGDS"): (
        {"HEAHEA.PlaUnlGOOITE334": None},
        {"HEAHEA.PlaUnlGOOITE334": None, "GOOITEGDS.PlaUnlGOOITE333": "NLRTM"},
    ),
    ("8199", "/GOOITEGDS"): ({"HEAHEA.IdeOfMeaOfTraCroHEA85": None}, _ITEM_MEANS),
    ("8622", "/GOOITEGDS"): (_TO_ORDER, _NOTIFIED),
    ("8623", "/GOOITEGDS"): (
        {"TRACONCE1": None},
        {"TRACONCE1": None, "GOOITEGDS.TRACONCE2": full_party("TRACONCE2")},
    ),
    ("8103", "/GOOITEGDS"): ({"GOOITEGDS.GroMasGDS46": None}, {}),
    ("8104", "/GOOITEGDS"): (
        {"HEAHEA.PlaLoaGOOITE334": None},
        {"HEAHEA.PlaLoaGOOITE334": None, "GOOITEGDS.PlaLoaGOOITE333": "CNSHA"},
    ),
    ("8170", "/GOOITEGDS"): (
        {"GOOITEGDS.PRODOCDC2": []},
        {"GOOITEGDS.PRODOCDC2": [], "HEAHEA.ComRefNumHEA": "UCR 1"},
    ),
    ("8135", "/GOOITEGDS/MetOfPayGDI12"): (
        {"HEAHEA.TraChaMetOfPayHEA1": "H", "GOOITEGDS.MetOfPayGDI12": "A"},
        {"GOOITEGDS.MetOfPayGDI12": "A"},
    ),
    ("8136", "/GOOITEGDS/PlaLoaGOOITE333"): (
        {"GOOITEGDS.PlaLoaGOOITE333": "CNSHA"},
        {"HEAHEA.PlaLoaGOOITE334": None, "GOOITEGDS.PlaLoaGOOITE333": "CNSHA"},
    ),
    ("8171", "/GOOITEGDS/PlaUnlGOOITE333"): (
        {"GOOITEGDS.PlaUnlGOOITE333": "NLRTM", "HEAHEA.SpeCirIndHEA1": "E"},
        {"HEAHEA.PlaUnlGOOITE334": None, "GOOITEGDS.PlaUnlGOOITE333": "NLRTM"},
    ),
    ("8119", "/GOOITEGDS/TRACONCO2"): ({"GOOITEGDS.TRACONCO2": _CONSIGNOR}, _TWO_CONSIGNORS),
    ("8624", "/GOOITEGDS/TRACONCE2"): (
        {**_TO_ORDER, "GOOITEGDS.TRACONCE2": full_party("TRACONCE2")},
        {"TRACONCE1": None, "GOOITEGDS.TRACONCE2": full_party("TRACONCE2")},
    ),
    ("8625", "/GOOITEGDS/TRACONCE2"): (
        {"GOOITEGDS.TRACONCE2": full_party("TRACONCE2")},
        {"TRACONCE1": None, "GOOITEGDS.TRACONCE2": full_party("TRACONCE2")},
    ),
    ("8208", "/GOOITEGDS/TRACONCE2"): (
        {"HEAHEA.SpeCirIndHEA1": "E", "GOOITEGDS.TRACONCE2": full_party("TRACONCE2")},
        {"HEAHEA.SpeCirIndHEA1": "C", "GOOITEGDS.TRACONCE2": full_party("TRACONCE2")},
    ),
    ("8147", "/GOOITEGDS/IDEMEATRAGI970"): (
        {**_ITEM_MEANS, "GOOITEGDS.IDEMEATRAGI970": [{"IdeMeaTraGIMEATRA971": "9074729"}]},
        _ITEM_MEANS,
    ),
    ("8198", "/GOOITEGDS/IDEMEATRAGI970"): (
        {**_ITEM_MEANS, "HEAHEA.IdeOfMeaOfTraCroHEA85": "9074729"},
        _ITEM_MEANS,
    ),
    ("8114", "/GOOITEGDS/IDEMEATRAGI970/IdeMeaTraGIMEATRA971"): (
        {**_ITEM_MEANS, "GOOITEGDS.IDEMEATRAGI970[0].IdeMeaTraGIMEATRA971": "PH-1"},
        _ITEM_MEANS,
    ),
    ("8149", "/GOOITEGDS/PACGS2"): (
        {f"{_LINE}.KinOfPacGS23": "VQ"},
        {_LINE: {"KinOfPacGS23": "VQ"}},
    ),
    ("8150", "/GOOITEGDS/PACGS2"): (
        {_LINE: {"KinOfPacGS23": "NE"}},
        {_LINE: {"KinOfPacGS23": "NE", "NumOfPieGS25": "3"}},
    ),
    ("8151", "/GOOITEGDS/PACGS2"): ({f"{_LINE}.NumOfPieGS25": "3"}, {}),
    ("8152", "/GOOITEGDS/PACGS2"): (
        {f"{_LINE}.MarNumOfPacGSL21": None},
        {f"{_LINE}.MarNumOfPacGSL21": None, "HEAHEA.SpeCirIndHEA1": "E"},
    ),
    ("8153", "/GOOITEGDS/PACGS2"): (
        {f"{_LINE}.NumOfPacGS24": "0"},
        {
            f"{_LINE}.NumOfPacGS24": "0",
            "GOOITEGDS.PACGS2[1]": {
                "KinOfPacGS23": "PX",
                "NumOfPacGS24": "1",
                "MarNumOfPacGSL21": "TILES 1-40",
            },
        },
    ),
    ("8620", "/GOOITEGDS/PRTNOT640"): (
        {"GOOITEGDS.PRTNOT640": full_party("PRTNOT640")},
        _NOTIFIED,
    ),
    ("8621", "/GOOITEGDS/PRTNOT640"): (
        {**_NOTIFIED, "NOTPAR670": full_party("NOTPAR670")},
        _NOTIFIED,
    ),
    ("8616", "/CUSOFFLON/RefNumCOL1"): (
        {"CUSOFFLON": {"RefNumCOL1": "NL000396"}},
        {"CUSOFFLON": {"RefNumCOL1": "NL000432"}},
    ),
    ("8692", "/PERLODSUMDEC/TINPLD1"): ({"PERLODSUMDEC.TINPLD1": "NL123456789"}, {}),
    ("8164", "/TRACARENT601"): (
        {"TRACARENT601": full_party("TRACARENT601")},
        {"TRACARENT601": {"TINTRACARENT602": "GB111111111000"}},
    ),
    ("8195", "/TRACARENT601/TINTRACARENT602"): (
        {"TRACARENT601": {"TINTRACARENT602": TIN}},
        {"TRACARENT601": {"TINTRACARENT602": "GB111111111000"}},
    ),
}
_VALUES = {
    "no_leading_zero": ("01", "1"),
    "no_sign": ("-1", "1"),
    "mass_zero": ("01.5", "0.5"),
    "mass_digits": ("000000000001", "00000000001"),
    "mass_decimals": ("1.5000", "1.500"),
    "mass_point": ("5.", "5.0"),
}
_MANY: Mapping[str, Callable[[int], Edits]] = {
    "GOOITEGDS": lambda count: {"GOOITEGDS": [item(place) for place in range(1, count + 1)]},
    "SEAID529": lambda count: {"SEAID529": [{"SeaIdSEAID530": "S"}] * count},
    "IDEMEATRAGI970": lambda count: {
        "GOOITEGDS.IDEMEATRAGI970": [{"IdeMeaTraGIMEATRA971": "9074729"}] * count
    },
}


def cases() -> Iterator[Case]:
    """Yield the cases of every row of the book of rules, one for each profile and set."""
    for row in rows():
        failing, passing = _edits(row)
        for profile in row["profiles"].split():
            yield Case(
                number=row["number"],
                scope=row["scope"],
                profile=profile,
                rule_set=row["sets"].split()[-1],
                failing=failing,
                passing=passing,
            )


def _edits(row: dict[str, str]) -> tuple[Edits, Edits]:
    family, scope = row["family"], row["scope"].strip("/").replace("/", ".")
    if not family:
        return _OWN[row["number"], row["scope"]]
    if family in _VALUES:
        target = row["target"]
        path = scope if scope.endswith(target) else f"{scope}.{target}"
        wrong, right = _VALUES[family]
        return {path: wrong}, {path: right}
    if family == "at_most":
        name, limit = row["argument"].split()
        return _MANY[name](int(limit) + 1), _MANY[name](int(limit))
    return _party_edits(family, scope, row)


def _party_edits(family: str, scope: str, row: dict[str, str]) -> tuple[Edits, Edits]:
    group = scope if family.startswith("given") else scope.rpartition(".")[0]
    name = group.rpartition(".")[2]
    tin = parties()[name][0]
    field = row["target"]
    if family == "given_without_tin":
        return {group: full_party(name, **{field: None})}, {group: full_party(name)}
    if family == "given_with_foreign_tin":
        foreign = full_party(name, **{tin: "CN12345"})
        return {group: {**foreign, field: None}}, {group: foreign}
    named = {"not_with_british_tin": TIN, "not_with_tin": "CN12345", "never": "CN12345"}[family]
    failing: Edits = {group: {tin: named, field: "NL"}}
    return failing, {group: full_party(name)} if family != "never" else {group: {tin: named}}
