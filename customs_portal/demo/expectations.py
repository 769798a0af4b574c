"""What a declaration of the demo traffic must be answered with, and whether it was."""

from collections.abc import Collection
from enum import StrEnum

import msgspec
from lxml import etree


class Outcome(StrEnum):
    """The kinds of answers, by the message that brings them."""

    ACCEPTED = "CC328A"
    REJECTED = "CC316A"
    NOT_READ = "CD917B"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """The message that must come back, and the codes and rules in it, each once or more.

    A rule is the official number, empty for a finding that has none, and None where any will do
    because the finding is not one of the official rules.
    """

    outcome: Outcome
    findings: frozenset[tuple[str, str | None]] = frozenset()


ACCEPTED = Expected(outcome=Outcome.ACCEPTED)


def rejected(*findings: tuple[str, str | None]) -> Expected:
    """Return the expectation of an IE316 with these error types and reasons."""
    return Expected(outcome=Outcome.REJECTED, findings=frozenset(findings))


def not_read(code: str) -> Expected:
    """Return the expectation of an XML error message with this code."""
    return Expected(outcome=Outcome.NOT_READ, findings=frozenset({(code, "")}))


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says: its message, and the code and rule of each finding."""

    message: str
    findings: frozenset[tuple[str, str]] = frozenset()

    def fits(self, expected: Expected) -> bool:
        """Whether this is the answer that was expected, with nothing beside it."""
        return self.message == expected.outcome.value and agree(self.findings, expected)


def agree(findings: Collection[tuple[str, str]], expected: Expected) -> bool:
    """Whether each finding is expected, and each expected one is found."""
    allowed, exact = expected.findings, set(findings)
    known = {(code, None) if (code, None) in allowed else (code, rule) for code, rule in exact}
    return known == set(allowed)


def received(xml: bytes) -> Received:
    """Return what an answer of the portal says.

    Raises lxml.etree.XMLSyntaxError if it is no XML.
    """
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(xml, parser)
    found = [_finding(group) for group in root if _name(group) in ("FUNERRER1", "XMLERR805")]
    return Received(message=_name(root), findings=frozenset(found))


def described(answer: Expected | Received) -> str:
    """Return an expectation or an answer as a few words for a table."""
    message = answer.outcome.value if isinstance(answer, Expected) else answer.message
    pairs = sorted(" ".join(filter(None, pair)) for pair in answer.findings)
    return f"{message} {', '.join(pairs)}".strip()


def _finding(group: "etree._Element") -> tuple[str, str]:
    texts = {_name(child): (child.text or "").strip() for child in group}
    if "ErrCodXMLER806" in texts:
        return texts["ErrCodXMLER806"], ""
    return texts.get("ErrTypER11", ""), texts.get("ErrReaER13", "")


def _name(element: "etree._Element") -> str:
    return etree.QName(element).localname
