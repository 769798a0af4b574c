"""The command that scores pairs of names."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command


def scored(path: Path) -> list[dict[str, str]]:
    output = StringIO()
    call_command("compare_names", str(path), stdout=output)
    return list(csv.DictReader(StringIO(output.getvalue())))


def test_each_pair_gets_its_score_in_the_order_of_the_file(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("name1,name2,kind\nAcme BV,ACME,company\nAcme,Zebra,company\n")
    assert scored(pairs) == [
        {"name1": "Acme BV", "name2": "ACME", "kind": "company", "score": "1.0000"},
        {"name1": "Acme", "name2": "Zebra", "kind": "company", "score": "0.0000"},
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"name1,other\na,b\n", "These columns are missing: name2."),
        (b"name1,name2\n\xff\xfe,b\n", "is not UTF-8."),
        (b"name1,name2\n" + b"x" * 30_000 + b",b\n", "is not CSV"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(
    tmp_path: Path, content: bytes, sentence: str
) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        scored(pairs)
