"""The national list of errors, and findings as problem details."""

import json

import pytest
from django.core.management import CommandError, call_command
from lxml import etree

from customs_portal.findings import Finding
from messaging.formats.ics1.national import NAMESPACE, write_national_list
from messaging.formats.problems import write_problem
from messaging.formats.profiles import Profile
from messaging.formats.registry import check
from tests.messaging.builders import minimal_ie315

WRONG = minimal_ie315({"IteNumGDS7": "3", "MesSenMES3": "GB123456789000/1234567890"})


def errors(body: bytes) -> list[dict[str, str]]:
    root = etree.fromstring(write_national_list(check(body, profile=Profile.GB).findings))
    assert root.tag == f"{{{NAMESPACE}}}ErrorResponse"
    assert root.get("SchemaVersion") == "2.0"
    found = root.findall("{*}Error")
    assert root.findtext("{*}MessageCount") == str(len(found))
    return [{etree.QName(each).localname: each.text or "" for each in one} for one in found]


def test_a_broken_rule_is_an_error_of_business() -> None:
    listed = {error["Number"]: error for error in errors(WRONG)}
    assert listed["8102"] == {
        "RaisedBy": "HMRC",
        "Number": "8102",
        "Type": "business",
        "Text": "Item numbers must be 1, 2, 3 and so on, in the order of the items.",
        "Location": "/ie:CC315A[1]",
    }


def test_a_wrong_structure_is_an_error_of_schema() -> None:
    [error] = errors(minimal_ie315({"TraModAtBorHEA76": "abc"}))
    assert (error["Type"], error["Number"][0]) == ("schema", "4")
    assert error["Location"].endswith("/HEAHEA[1]/TraModAtBorHEA76[1]")


def test_a_valid_message_has_an_empty_list() -> None:
    assert etree.fromstring(write_national_list([])).findtext("{*}MessageCount") == "0"


def test_at_most_a_hundred_errors_are_delivered() -> None:
    findings = [Finding(code="8102", location="/", text="a < b & \x01c")] * 150
    root = etree.fromstring(write_national_list(findings))
    assert root.findtext("{*}MessageCount") == "100"
    assert len(root.findall("{*}Error")) == 100
    assert root.findtext("{*}Error/{*}Text") == "a < b & c"


def test_the_command_writes_a_list_for_each_file(
    tmp_path: object, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"{tmp_path}/wrong.xml"
    with open(path, "wb") as file:
        file.write(WRONG)
    with pytest.raises(SystemExit) as ended:
        call_command("check_messages", path, path, "--profile", "GB", "--format", "xml")
    assert ended.value.code == 1
    first, second = capsys.readouterr().out.splitlines()
    assert first == second
    assert etree.fromstring(first).find("{*}Error") is not None


def test_the_list_is_only_for_its_profile(tmp_path: object) -> None:
    with pytest.raises(CommandError, match="national list"):
        call_command("check_messages", str(tmp_path), "--format", "xml")


def test_rule_findings_name_their_line() -> None:
    [finding] = check(minimal_ie315({"IteNumGDS7": "3"})).findings
    body = minimal_ie315({"IteNumGDS7": "3"})
    assert body.splitlines()[finding.line - 1].strip() == b"<IteNumGDS7>3</IteNumGDS7>"
    assert json.loads(write_problem([finding]))["findings"] == [
        {
            "code": "12",
            "rule": "R007",
            "location": "GOOITEGDS[1].IteNumGDS7",
            "value": "3",
            "text": "Item numbers must be 1, 2, 3 and so on, in the order of the items.",
            "line": finding.line,
            "column": 0,
        }
    ]
