"""What the answers to a trader or another administration say, before it becomes XML.

Times are aware and in UTC. Documents are the version that the answer is about.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from customs_portal.findings import Finding
from declarations.document import Document, Party


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes to whom, when; `correlation` is the message id that is answered."""

    sender: str
    recipient: str
    message_id: str
    prepared_at: datetime
    correlation: str | None = None
    test_indicator: str | None = None


class Acknowledgement(msgspec.Struct, frozen=True, kw_only=True):
    """IE328: the declaration is registered under an MRN."""

    envelope: Envelope
    document: Document
    mrn: str
    registered_at: datetime


class Rejection(msgspec.Struct, frozen=True, kw_only=True):
    """IE316: the declaration is refused; the LRN is all that names it."""

    envelope: Envelope
    lrn: str
    rejected_at: datetime
    findings: Sequence[Finding]
    reason: str | None = None


class AmendmentAcceptance(msgspec.Struct, frozen=True, kw_only=True):
    """IE304: the amendment is the declaration now."""

    envelope: Envelope
    document: Document
    mrn: str
    amended_at: datetime
    accepted_at: datetime


class AmendmentRejection(msgspec.Struct, frozen=True, kw_only=True):
    """IE305: the amendment is refused; `motivation` is a code 1 to 9 of the list of motivations."""

    envelope: Envelope
    mrn: str
    amended_at: datetime
    rejected_at: datetime
    office_of_first_entry: str
    findings: Sequence[Finding] = ()
    motivation: str | None = None
    reason: str | None = None
    declarant: Party | None = None
    representative: Party | None = None


class InterventionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One intervention; without an item number it concerns the whole declaration."""

    code: str
    text: str | None = None
    item: int | None = None


class Intervention(msgspec.Struct, frozen=True, kw_only=True):
    """IE351: an announced measure before arrival."""

    envelope: Envelope
    document: Document
    mrn: str
    notified_at: datetime
    registered_at: datetime
    submitted_at: datetime
    lines: Sequence[InterventionLine]


class DiversionAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """IE325, or IE324 where there are findings or a reason."""

    envelope: Envelope
    reference: str
    decided_at: datetime
    requester: Party
    office_of_first_entry: str | None = None
    findings: Sequence[Finding] = ()
    reason: str | None = None


class SyntaxRejection(msgspec.Struct, frozen=True, kw_only=True):
    """IE917: the message is not XML or does not agree with its schema."""

    envelope: Envelope
    findings: Sequence[Finding]
    mrn: str | None = None


class RiskResult(msgspec.Struct, frozen=True, kw_only=True):
    """One result of risk analysis; without an item number it concerns the whole declaration."""

    code: str
    text: str | None = None
    item: int | None = None


class Transmission(msgspec.Struct, frozen=True, kw_only=True):
    """IE301 or IE319: the whole declaration with the results of risk analysis."""

    envelope: Envelope
    document: Document
    mrn: str
    registered_at: datetime
    submitted_at: datetime
    risk_results: Sequence[RiskResult] = ()
    mrn_communicated: str = "1"


class SubsequentEntry(Transmission, frozen=True, kw_only=True):
    """IE319, to an office of subsequent entry."""


class FirstEntry(Transmission, frozen=True, kw_only=True):
    """IE301, from the office of lodgement to the office of first entry."""


class RefusedDeclaration(msgspec.Struct, frozen=True, kw_only=True):
    """Why a declaration that was asked for is not given."""

    mrn: str
    code: str
    reason: str


class DeclarationsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """IE303: the declarations asked for by IE302, with their risk results, or why they are not."""

    envelope: Envelope
    reference: str
    office: str
    declarations: Sequence[Transmission] = ()
    refused: Sequence[RefusedDeclaration] = ()


class FunctionalRejection(msgspec.Struct, frozen=True, kw_only=True):
    """IE906: a message of another administration that is in form and yet wrong."""

    envelope: Envelope
    findings: Sequence[Finding]
    mrn: str | None = None
    reference: str | None = None
