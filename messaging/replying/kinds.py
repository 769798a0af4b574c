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
    ENS_CONSULTED,
    FILING_AMENDED,
    FILING_INVALIDATED,
    FILING_REGISTERED,
    FILING_REJECTED,
)
from messaging.events import MESSAGE_UNREADABLE, PARTNER_REFUSED, TEST_ACCEPTED, TEST_REFUSED
from messaging.formats.answers import Envelope
from messaging.formats.ics2.tables import REFERRAL_ANSWERS, is_amendment
from messaging.formats.tables import is_ics2
from messaging.replying import (
    amendments,
    arrivals,
    declarations,
    diversions,
    filings,
    partners,
)
from messaging.replying.reply import Question, Reply


def nobody(_document: Document) -> list[str]:
    """Return that only the sender is told."""
    return []


class AnswerKind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of answer: its XML name, what writes it, and who else gets it if connected.

    With `subscribers_only` those others get it if they have a subscription.
    """

    message: str
    write: Callable[[Reply, Envelope, datetime], bytes]
    copies: Callable[[Document], list[str]] = nobody
    subscribers_only: bool = False


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
FILED = AnswerKind(
    message="IE3R01",
    write=filings.registration,
    copies=filings.carriers,
    subscribers_only=True,
)
FILING_CHANGED = AnswerKind(message="IE3N10", write=filings.amendment)
FILING_ENDED = AnswerKind(message="IE3R07", write=filings.invalidation)
MEANS_ARRIVED = AnswerKind(message="IE3R04", write=filings.arrival)
STATES = AnswerKind(message="IE3R08", write=filings.states)
WRONG = AnswerKind(message="IE3N99", write=filings.refusal)
WRONG_STATE = AnswerKind(message="IE3N01", write=filings.refusal_by_state)

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
    (TEST_REFUSED.name, "XF4Q01A"): NOT_TAKEN_IN,
    (TEST_REFUSED.name, "XF4S01A"): NOT_TAKEN_IN,
}
"""By event and kind of the message that was tried out."""


FILING_ANSWERS = {
    FILING_REGISTERED.name: FILED,
    FILING_AMENDED.name: FILING_CHANGED,
    FILING_INVALIDATED.name: FILING_ENDED,
    ENS_CONSULTED.name: STATES,
    ARRIVAL_REGISTERED.name: MEANS_ARRIVED,
}
"""By event, what of ICS2 was done; all else was refused."""
MASTER_REFERENCE = "IE3F25"
"""Registered by changing the filing that it refers to."""
_TESTED = {"IE3Q04": FILING_ENDED, "IE3Q05": STATES, "IE3N06": MEANS_ARRIVED}


def answer_kind(event: Event, question: Question) -> AnswerKind:
    """Return with what the event asks the message to be answered; KeyError if with nothing."""
    if is_ics2(question.kind):
        return _answer_of_ics2(event, question)
    if event.kind in ANSWERS:
        return ANSWERS[event.kind]
    return TEST_ANSWERS[event.kind, question.kind]


def _answer_of_ics2(event: Event, question: Question) -> AnswerKind:
    if event.kind == TEST_ACCEPTED.name:
        return FILING_CHANGED if is_amendment(question.kind) else _TESTED.get(question.kind, FILED)
    if question.kind == MASTER_REFERENCE and event.kind == FILING_AMENDED.name:
        return FILED
    if event.kind in FILING_ANSWERS:
        return FILING_ANSWERS[event.kind]
    if question.kind in REFERRAL_ANSWERS:  # wrong about a reference, not a filing (LIFECYCLE R5)
        return WRONG
    return WRONG_STATE if filings.about_the_state(question.findings) else WRONG
