"""Whatever comes in, it is read without an exception, and the findings and lines are bounded."""

from collections.abc import Callable
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from customs_portal.findings import encode
from messaging.formats.ics1.national import write_national_list
from messaging.formats.ics1.rules.run import MAX_FINDINGS
from messaging.formats.lines import listing
from messaging.formats.outline import outline
from messaging.formats.problems import write_problem
from messaging.formats.profiles import Profile, RuleSet
from messaging.formats.registry import Reading, check, read
from tests.messaging.builders import minimal_ie313, minimal_ie315

LIMIT = 200_000
SEEDS = (minimal_ie315(), minimal_ie313())
PIECES = (
    b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]>", b"&a;", b"&#0;", b"&#x110000;", b"<![CDATA[", b"]]>",
    b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"<?xml version='1.1'?>", b"<!--", b"-->", b"<a>" * 70,
    b'xmlns:ie="urn:x"', b"-1", b"9" * 40, b"1e9", b"00000000", b" ", b"\t\n", b"\xe2\x80\xa8",
    b"</", b"/>", b"</GOOITEGDS><GOOITEGDS>", b"<PACGS2/>", b"<TINCO259/>", b"0",
)  # fmt: skip
Change = Callable[[Random, bytes], bytes]
fuzzed = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def hold(body: bytes) -> None:
    """Read the body in every way, and ask what must hold for each reading."""
    for profile, rule_set in ((Profile.EU, RuleSet.OLD), (Profile.GB, RuleSet.CURRENT)):
        reading = read(body, profile=profile, rule_set=rule_set, limit=LIMIT)
        assert (reading.document is None) == bool(
            reading.findings or reading.kind not in ("CC315A", "CC313A")
        )
        _hold_findings(reading, profile, body)
    assert len(outline(body, most=50)) <= 50


def _hold_findings(reading: Reading, profile: Profile, body: bytes) -> None:
    found = reading.findings
    assert len(found) <= MAX_FINDINGS[profile]
    for finding in found:
        assert finding.code
        assert finding.text
        assert 0 <= finding.line <= body.count(b"\n") + body.count(b"\r") + 1
        assert len(finding.value) <= len(body)
    assert encode(found)
    assert write_problem(found)
    etree.fromstring(write_national_list(found))
    shown = listing(body, found, most=20)
    assert len(shown.lines) <= 20 + len(found)
    assert len(shown.places) == len(found)


@fuzzed
@given(st.binary(max_size=400))
def test_any_bytes_are_judged(body: bytes) -> None:
    hold(body)


@fuzzed
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False), st.integers(1, 6))
def test_any_damage_to_a_declaration_is_judged(body: bytes, chance: Random, times: int) -> None:
    for _ in range(times):
        body = chance.choice(CHANGES)(chance, body)
    hold(body)


@fuzzed
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False), st.text(max_size=60))
def test_any_text_in_any_field_is_judged(body: bytes, chance: Random, text: str) -> None:
    root = etree.fromstring(body)
    leaves = [element for element in root.iter() if not len(element)]
    try:
        chance.choice(leaves).text = text
    except ValueError:
        return
    hold(etree.tostring(root, encoding="UTF-8"))


@fuzzed
@given(st.sampled_from(SEEDS), st.randoms(use_true_random=False), st.integers(1, 5))
def test_any_rearrangement_of_elements_is_judged(body: bytes, chance: Random, times: int) -> None:
    root = etree.fromstring(body)
    for _ in range(times):
        element = chance.choice([each for each in root.iter() if each is not root])
        place = chance.choice([each for each in root.iter() if element not in each.iterancestors()])
        if place is not element and element not in place.iterancestors():
            place.append(chance.choice([element, etree.fromstring(etree.tostring(element))]))
    hold(etree.tostring(root))


def test_a_message_of_long_lines_is_shown_element_by_element() -> None:
    body = minimal_ie315({"IteNumGDS7": "3"}).replace(b"\n", b"")
    findings = check(body).findings
    shown = listing(body, findings)
    assert shown.is_rearranged
    [place] = shown.places
    assert "<IteNumGDS7>3</IteNumGDS7>" in shown.lines[place - 1].text


def test_lines_with_findings_are_always_shown() -> None:
    body = minimal_ie315({"IteNumGDS7": "3"})
    findings = check(body).findings
    [line] = [finding.line for finding in findings]
    shown = listing(body, findings, most=2)
    assert [each.number for each in shown.lines] == [1, 2, line]
    assert shown.lines[2].skipped == line - 3
    assert shown.lines[2].findings == (1,)
    assert shown.hidden == body.rstrip().count(b"\n") + 1 - line


def _drop(chance: Random, body: bytes) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + body[start + chance.randrange(1, 80) :]


def _insert(chance: Random, body: bytes) -> bytes:
    start = chance.randrange(len(body) + 1)
    return body[:start] + chance.choice(PIECES) + body[start:]


def _repeat(chance: Random, body: bytes) -> bytes:
    start = chance.randrange(len(body) + 1)
    piece = body[start : start + chance.randrange(1, 400)]
    return body[:start] + piece * chance.randrange(2, 4) + body[start:]


def _flip(chance: Random, body: bytes) -> bytes:
    start = chance.randrange(max(len(body), 1))
    return body[:start] + bytes([chance.randrange(256)]) + body[start + 1 :]


CHANGES: tuple[Change, ...] = (_drop, _insert, _repeat, _flip)
