"""What a declaration of the demo traffic must be answered with, and whether it was."""

from enum import StrEnum

import msgspec
from lxml import etree


class Outcome(StrEnum):
    """The kinds of answers, by the message that brings them."""

    ACCEPTED = "CC328A"
    REJECTED = "CC316A"
    NOT_READ = "CD917B"


class Expected(msgspec.Struct, frozen=True, kw_only=True):
    """The message that must come back, and the one code and rule in it.

    `rule` is the official rule number, empty for a finding that has none, and None where any will
    do because the finding is not one of the official rules.
    """

    outcome: Outcome
    code: str = ""
    rule: str | None = ""


ACCEPTED = Expected(outcome=Outcome.ACCEPTED)


def rejected(code: str, rule: str | None) -> Expected:
    """Return the expectation of an IE316 with this error type and reason."""
    return Expected(outcome=Outcome.REJECTED, code=code, rule=rule)


def not_read(code: str) -> Expected:
    """Return the expectation of an XML error message with this code."""
    return Expected(outcome=Outcome.NOT_READ, code=code)


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer says: its message, and the code and rule of each finding."""

    message: str
    findings: frozenset[tuple[str, str]] = frozenset()

    def fits(self, expected: Expected) -> bool:
        """Whether this is the answer that was expected, with nothing beside it."""
        if self.message != expected.outcome.value:
            return False
        if expected.outcome is Outcome.ACCEPTED:
            return not self.findings
        codes = {code for code, _ in self.findings}
        rules = {rule for _, rule in self.findings}
        return codes == {expected.code} and expected.rule in (None, *rules) and len(rules) == 1


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
    if isinstance(answer, Expected):
        return " ".join(filter(None, (answer.outcome.value, answer.code, answer.rule)))
    pairs = (" ".join(filter(None, pair)) for pair in sorted(answer.findings))
    return " ".join([answer.message, ", ".join(pairs)]).strip()


def _finding(group: "etree._Element") -> tuple[str, str]:
    texts = {_name(child): (child.text or "").strip() for child in group}
    if "ErrCodXMLER806" in texts:
        return texts["ErrCodXMLER806"], ""
    return texts.get("ErrTypER11", ""), texts.get("ErrReaER13", "")


def _name(element: "etree._Element") -> str:
    return etree.QName(element).localname
