"""What messages of other administrations say, those that bring declarations or answer ours.

Codes are in capitals, texts collapsed, times aware and in UTC.
"""

from datetime import datetime

import msgspec

from customs_portal.findings import Finding
from declarations.document import Document
from messaging.formats.answers import RiskResult


class Transmitted(msgspec.Struct, frozen=True, kw_only=True):
    """IE301 and IE319, beside the declaration itself: its times and the results of analysis."""

    mrn: str
    prepared_at: datetime
    registered_at: datetime
    submitted_at: datetime
    results: tuple[RiskResult, ...] = ()


class GivenDeclaration(msgspec.Struct, frozen=True, kw_only=True):
    """One declaration of an IE303."""

    document: Document
    transmitted: Transmitted


class NotGiven(msgspec.Struct, frozen=True, kw_only=True):
    """A declaration that was asked for and is not given, and why."""

    mrn: str
    code: str
    reason: str


class DeclarationsResponse(msgspec.Struct, frozen=True, kw_only=True):
    """IE303: the declarations that we asked for by IE302, or why they are not given."""

    reference: str
    office: str
    given: tuple[GivenDeclaration, ...] = ()
    refused: tuple[NotGiven, ...] = ()


class ErrorNotice(msgspec.Struct, frozen=True, kw_only=True):
    """IE906 and IE917: what another administration found wrong with a message of ours."""

    mrn: str
    reference: str
    errors: tuple[Finding, ...]


class Feedback(msgspec.Struct, frozen=True, kw_only=True):
    """XF319: what an office of subsequent entry did with goods that it was told of.

    `action` is `controlled`, `not_controlled` or `released`.
    """

    mrn: str
    office: str
    action: str
    acted_at: datetime
    result: str


class ScreeningRequest(msgspec.Struct, frozen=True, kw_only=True):
    """XF4Q01: another State is asked to screen filings of ICS2, given as they were lodged.

    `kind` is that of the analysis, `preloading` or `full`; after `answer_by` silence is no hit.
    """

    mrn: str
    reference: str
    kind: str
    prepared_at: datetime
    submitted_at: datetime
    registered_at: datetime
    answer_by: datetime
    filings: tuple[bytes, ...]


class ScreeningAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """XF4S01: `result` is `no_hit`, `hit` (found by rules) or `confirm` (an officer says so)."""

    mrn: str
    reference: str
    result: str
    answered_at: datetime
    area: str = ""
    level: str = ""
    text: str = ""
