"""What requests say, those messages that are no declaration.

Codes are in capitals, texts collapsed, times aware and in UTC.
"""

from datetime import date, datetime

import msgspec

from declarations.document import Party, SupportingDocument
from declarations.screening import ScreeningResult


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration that a request is about; without items all of it."""

    mrn: str
    items: tuple[int, ...] = ()


class EntryKey(msgspec.Struct, frozen=True, kw_only=True):
    """By what the declarations of one means are found: mode, means, day, country or office."""

    transport_mode: str
    means: str
    expected_on: date | None
    country: str
    office: str


class DeclarationsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """IE302: the actual office of first entry asks for declarations, by entry key or by MRN."""

    information_type: str
    reference: str
    key: EntryKey
    actual_office: str
    operations: tuple[Operation, ...] = ()


class DiversionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """IE323: a means will first arrive in another Member State."""

    information_type: str
    reference: str
    key: EntryKey
    actual_office: str
    requester: Party
    operations: tuple[Operation, ...] = ()


class Invalidation(msgspec.Struct, frozen=True, kw_only=True):
    """IE3Q04: a filing is to count no longer."""

    mrn: str
    declarant: str
    representative: str
    office: str
    addressed_state: str


class Consultation(msgspec.Struct, frozen=True, kw_only=True):
    """IE3Q05: in what state filings are, by MRN or by transport documents."""

    reference: str
    requester: str
    mrn: str
    documents: tuple[SupportingDocument, ...] = ()


class MeansArrival(msgspec.Struct, frozen=True, kw_only=True):
    """IE3N06: a ship or an aircraft has arrived with what was filed.

    `means` is the number of the ship or of the flight; persons are EORI numbers.
    """

    reference: str
    mode: str
    means: str
    arrived_at: datetime
    expected_at: datetime | None
    office: str
    notifier: str
    notify_parties: tuple[str, ...] = ()
    mrns: tuple[str, ...] = ()
    documents: tuple[SupportingDocument, ...] = ()


class FileSent(msgspec.Struct, frozen=True, kw_only=True):
    """A file in a message: its name as sent, and its bytes, none where it was sent without."""

    name: str
    content: bytes


class AnswerSent(msgspec.Struct, frozen=True, kw_only=True):
    """An answer to one question; codes are pairs of code and type."""

    reference: str
    text: str
    codes: tuple[tuple[str, str], ...]
    screenings: tuple[ScreeningResult, ...]
    files: tuple[FileSent, ...]


class ReferralAnswers(msgspec.Struct, frozen=True, kw_only=True):
    """IE3R02, IE3R03: answers to questions of customs about one filing."""

    mrn: str
    declarant: str
    representative: str
    answers: tuple[AnswerSent, ...]
