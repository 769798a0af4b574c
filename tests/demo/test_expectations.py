"""Answers are compared with what was expected, exactly."""

import pytest

from customs_portal.demo.expectations import (
    ACCEPTED,
    Expected,
    described,
    not_read,
    received,
    rejected,
)

REGISTERED = b'<a:CC328A xmlns:a="urn:x"><HEAHEA/></a:CC328A>'
REFUSED = (
    b"<CC316A><FUNERRER1><ErrTypER11>13</ErrTypER11><ErrReaER13>C501</ErrReaER13></FUNERRER1>"
    b"<FUNERRER1><ErrTypER11>12</ErrTypER11></FUNERRER1></CC316A>"
)
UNREADABLE = b"<CD917B><XMLERR805><ErrCodXMLER806>52</ErrCodXMLER806></XMLERR805></CD917B>"
FOREIGN = (
    b"<CC316A><FUNERRER1><ErrTypER11>12</ErrTypER11><ErrReaER13>X1</ErrReaER13></FUNERRER1>"
    b"</CC316A>"
)


@pytest.mark.parametrize(
    ("answer", "expected", "fits"),
    [
        (REGISTERED, ACCEPTED, True),
        (REGISTERED, rejected(("13", "C501")), False),
        (REFUSED, ACCEPTED, False),
        (REFUSED, rejected(("13", "C501"), ("12", "")), True),
        (REFUSED, rejected(("13", "C501")), False),
        (REFUSED, rejected(("13", "C501"), ("12", ""), ("15", "C017")), False),
        (FOREIGN, rejected(("12", None)), True),
        (FOREIGN, rejected(("12", "")), False),
        (FOREIGN, rejected(("14", None)), False),
        (UNREADABLE, not_read("52"), True),
        (UNREADABLE, not_read("53"), False),
        (UNREADABLE, rejected(("52", "")), False),
    ],
)
def test_only_the_exact_answer_fits(answer: bytes, expected: Expected, fits: bool) -> None:
    assert received(answer).fits(expected) is fits


def test_answers_and_expectations_are_told_alike() -> None:
    assert described(received(REFUSED)) == "CC316A 12, 13 C501"
    assert described(rejected(("13", "C501"), ("12", ""))) == "CC316A 12, 13 C501"
    assert described(ACCEPTED) == "CC328A"
