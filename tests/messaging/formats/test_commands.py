"""The two commands work offline: no database, no service."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from messaging.formats.tables import catalogue
from tests.messaging.builders import minimal_ie315

ROOT = Path(__file__).resolve().parents[3]
OFFLINE = {
    **os.environ,
    "DATABASE_URL": "postgres://nobody@127.0.0.1:9/none",
    "REDIS_URL": "redis://127.0.0.1:9/0",
}


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", *map(str, arguments)]
    return subprocess.run(
        command, cwd=ROOT, env=OFFLINE, capture_output=True, text=True, check=False, timeout=120
    )


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("examples") / "new"
    finished = run("example_messages", folder)
    assert finished.returncode == 0, finished.stderr
    return folder


def test_there_is_a_full_and_a_minimal_example_of_every_message(examples: Path) -> None:
    expected = {f"{name}_{size}.xml" for name in catalogue() for size in ("full", "minimal")}
    assert {path.name for path in examples.iterdir()} == expected


def test_every_example_is_valid(examples: Path) -> None:
    finished = run("check_messages", examples, "--format", "jsonl")
    lines = [json.loads(line) for line in finished.stdout.splitlines()]
    assert finished.returncode == 0, finished.stdout
    assert len(lines) == 2 * len(catalogue())
    for line in lines:
        assert line == {
            "file": line["file"],
            "message": Path(line["file"]).name.rpartition("_")[0],
            "valid": True,
            "findings": [],
        }


def test_findings_are_told_as_json(tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    path.write_bytes(minimal_ie315({"IteNumGDS7": "3"}))
    finished = run("check_messages", path, "--format", "jsonl")
    assert finished.returncode == 1
    assert json.loads(finished.stdout) == {
        "file": str(path),
        "message": "CC315A",
        "valid": False,
        "findings": [
            {
                "code": "12",
                "rule": "R007",
                "location": "GOOITEGDS[1].IteNumGDS7",
                "value": "3",
                "text": "Item numbers must be 1, 2, 3 and so on, in the order of the items.",
            }
        ],
    }


def test_national_findings_have_national_numbers_and_locations(tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    path.write_bytes(minimal_ie315())
    finished = run("check_messages", path, "--format", "jsonl", "--profile", "GB")
    found = [
        (finding["code"], finding["location"])
        for finding in json.loads(finished.stdout)["findings"]
    ]
    assert finished.returncode == 1
    assert found == [
        ("4065", "/ie:CC315A[1]/MesSenMES3[1]"),
        ("8692", "/ie:CC315A[1]/PERLODSUMDEC[1]/TINPLD1[1]"),
        *((str(number), "/ie:CC315A[1]/TRACONCE1[1]") for number in range(8225, 8230)),
    ]


def test_text_names_file_code_and_place(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.xml", tmp_path / "other.txt"
    good.write_bytes(minimal_ie315())
    bad.write_bytes(b"UNB+")
    finished = run("check_messages", good, bad)
    assert finished.returncode == 1
    assert finished.stdout.splitlines() == [
        f"{good}: CC315A is valid",
        f"{bad}: unknown message is not valid",
        "  line 1: 52 at the message: Not well-formed XML: Start tag expected, '<' not found.",
    ]


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    finished = run("check_messages", tmp_path / "none")
    assert finished.returncode == 2
    assert "There is no file or folder" in finished.stderr
