"""The kinds of answers: by the event that asks for one, what is written and who gets a copy."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from customs_portal.events.models import Event
from declarations.document import Document
from declarations.events import (
    AMENDMENT_REFUSED,
    ARRIVAL_REGISTERED,
    ARRIVAL_REJECTED,
    DECLARATIONS_REQUESTED,
    DIVERSION_ACKNOWLEDGED,
    DIVERSION_REFUSED,
    FILING_AMENDED,
    FILING_REGISTERED,
    FILING_REJECTED,
)
from messaging.events import MESSAGE_UNREADABLE, PARTNER_REFUSED, TEST_ACCEPTED, TEST_REFUSED
from messaging.formats.answers import Envelope
from messaging.replying import amendments, arrivals, declarations, diversions, partners
from messaging.replying.reply import Question, Reply


def nobody(_document: Document) -> list[str]:
    """Return that only the sender is told."""
    return []


class AnswerKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of answer: its XML name, what writes it, and who else gets it if connected."""

    message: str
    write: Callable[[Reply, Envelope, datetime], bytes]
    copies: Callable[[Document], list[str]] = nobody


REGISTERED = AnswerKind(
    message="CC328A", write=declarations.acknowledgement, copies=declarations.told_of_the_mrn
)
REJECTED = AnswerKind(message="CC316A", write=declarations.rejection)
UNREADABLE = AnswerKind(message="CD917B", write=declarations.syntax_rejection)
AMENDED = AnswerKind(message="CC304A", write=amendments.acceptance)
NOT_AMENDED = AnswerKind(message="CC305A", write=amendments.rejection)
DIVERTED = AnswerKind(message="CC325A", write=diversions.acknowledgement)
NOT_DIVERTED = AnswerKind(message="CC324A", write=diversions.rejection)
ARRIVED = AnswerKind(message="UK348A", write=arrivals.acknowledgement)
NOT_ARRIVED = AnswerKind(message="CC349A", write=arrivals.rejection)
GIVEN = AnswerKind(message="CD303A", write=partners.declarations)
NOT_TAKEN_IN = AnswerKind(message="CD906B", write=partners.rejection)

ANSWERS = {
    FILING_REGISTERED.name: REGISTERED,
    FILING_REJECTED.name: REJECTED,
    MESSAGE_UNREADABLE.name: UNREADABLE,
    FILING_AMENDED.name: AMENDED,
    AMENDMENT_REFUSED.name: NOT_AMENDED,
    DIVERSION_ACKNOWLEDGED.name: DIVERTED,
    DIVERSION_REFUSED.name: NOT_DIVERTED,
    ARRIVAL_REGISTERED.name: ARRIVED,
    ARRIVAL_REJECTED.name: NOT_ARRIVED,
    DECLARATIONS_REQUESTED.name: GIVEN,
    PARTNER_REFUSED.name: NOT_TAKEN_IN,
}
TEST_ANSWERS = {
    (TEST_ACCEPTED.name, "CC315A"): REGISTERED,
    (TEST_REFUSED.name, "CC315A"): REJECTED,
    (TEST_ACCEPTED.name, "CC313A"): AMENDED,
    (TEST_REFUSED.name, "CC313A"): NOT_AMENDED,
    (TEST_ACCEPTED.name, "CC323A"): DIVERTED,
    (TEST_REFUSED.name, "CC323A"): NOT_DIVERTED,
    (TEST_ACCEPTED.name, "UK347A"): ARRIVED,
    (TEST_REFUSED.name, "UK347A"): NOT_ARRIVED,
    (TEST_ACCEPTED.name, "CD302A"): GIVEN,
    (TEST_REFUSED.name, "CD302A"): NOT_TAKEN_IN,
    (TEST_REFUSED.name, "CD301A"): NOT_TAKEN_IN,
    (TEST_REFUSED.name, "CD303A"): NOT_TAKEN_IN,
    (TEST_REFUSED.name, "CD319A"): NOT_TAKEN_IN,
    (TEST_REFUSED.name, "XF319A"): NOT_TAKEN_IN,
}
"""By event and kind of the message that was tried out."""


def answer_kind(event: Event, question: Question) -> AnswerKind:
    """Return with what the event asks the message to be answered; KeyError if with nothing."""
    if event.kind in ANSWERS:
        return ANSWERS[event.kind]
    return TEST_ANSWERS[event.kind, question.kind]
