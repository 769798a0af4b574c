"""What a trader sees of a filing (LIFECYCLE section 10): one pure function for page and API.

It knows only what was lodged, the goods, and measures that this trader has been told of. Whether
anything was found, or an officer looks, is not among its arguments.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customs_portal.pages.wording import moment


class FilingFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the trader lodged and what was answered; times are aware.

    `answer_by` is until when a question is to be answered that this trader was told of. Of ICS2 an
    assessment is complete once that was told (`completed_at`), not when a window ends; its filing
    `is_pending` while it stands below no other, and `waits` until others have filed below it, which
    the trader sees by their EORI in `missing`, the first of them where `more_missing`.
    """

    status: str
    mrn: str = ""
    lodged_at: datetime
    registered_at: datetime | None = None
    analysis_ends_at: datetime | None = None
    diverted: bool = False
    is_pending: bool = False
    waits: bool = False
    missing: tuple[str, ...] = ()
    more_missing: bool = False
    answer_by: datetime | None = None
    of_ics2: bool = False
    completed_at: datetime | None = None


class Announced(msgspec.Struct, frozen=True, kw_only=True):
    """A measure in force of which the trader has been told; `text` is the one for traders."""

    kind: str
    subject: str
    text: str
    place: str = ""
    announced_at: datetime


class TraderStatus(msgspec.Struct, frozen=True, kw_only=True):
    """The status in words, the next step, and since when it stands."""

    code: str
    words: str
    text: str
    next_step: str
    colour: str
    since: datetime


Goods = Collection[str]
"""Where the goods of each consignment are, as ConsignmentLife names it."""


def trader_status(
    filing: FilingFacts, announced: Sequence[Announced], goods: Goods, now: datetime
) -> TraderStatus:
    """Return what the trader is shown at that moment."""
    return (
        _ended(filing)
        or _left_custody(filing, goods)
        or _instructed(announced)
        or _asked(filing, now)
        or _on_the_way(filing, goods)
        or _analysed(filing, now)
    )


def _status(code: str, since: datetime, next_step: str = "", text: str = "") -> TraderStatus:
    label, colour = WORDS[code]
    return TraderStatus(
        code=code,
        words=str(label),
        text=text,
        next_step=next_step or _("Nothing to do."),
        colour=colour,
        since=since,
    )


WORDS: dict[str, tuple[Promise, str]] = {
    "received": (gettext_lazy("Received"), "grey"),
    "rejected": (gettext_lazy("Rejected - correct and lodge again"), "red"),
    "registered": (gettext_lazy("Registered"), "green"),
    "waiting": (gettext_lazy("Waiting for other filings"), "grey"),
    "complete": (gettext_lazy("Assessment complete"), "grey"),
    "do_not_load": (gettext_lazy("Do not load"), "red"),
    "control": (gettext_lazy("Control ordered"), "orange"),
    "held": (gettext_lazy("Held"), "orange"),
    "question": (gettext_lazy("Question open"), "red"),
    "arrived": (gettext_lazy("Arrived"), "grey"),
    "partially_arrived": (gettext_lazy("Partly arrived"), "grey"),
    "presented": (gettext_lazy("Presented"), "grey"),
    "released": (gettext_lazy("Released for further treatment"), "green"),
    "not_released": (gettext_lazy("Not released"), "red"),
    "diverted": (gettext_lazy("Diverted"), "grey"),
    "invalidated": (gettext_lazy("Withdrawn"), "grey"),
    "superseded": (gettext_lazy("Superseded by the carrier's declaration"), "grey"),
    "expired": (gettext_lazy("Expired"), "grey"),
}
"""The words of section 10 and the colour of their tag."""


def _ended(filing: FilingFacts) -> TraderStatus | None:
    since = filing.registered_at or filing.lodged_at
    if filing.status == "rejected":
        return _status("rejected", filing.lodged_at, _("Correct the errors and lodge again."))
    if filing.status in ("invalidated", "superseded", "expired"):
        return _status(filing.status, since)
    if filing.diverted:
        return _status("diverted", since)
    return None if filing.mrn else _status("received", filing.lodged_at)


def _left_custody(filing: FilingFacts, goods: Goods) -> TraderStatus | None:
    since = filing.registered_at or filing.lodged_at
    if "not_released" in goods:
        return _status("not_released", since, _("You will hear from customs."))
    if goods and set(goods) <= {"released", "onward"}:
        return _status("released", since)
    return None


_INSTRUCTIONS = {"do_not_load": "do_not_load", "control": "control", "hold": "held"}


def _instructed(announced: Sequence[Announced]) -> TraderStatus | None:
    """The gravest instruction that was announced; its text is the next step."""
    for kind, code in _INSTRUCTIONS.items():
        told = [measure for measure in announced if measure.kind == kind]
        if told:
            first = min(told, key=lambda measure: measure.announced_at)
            return _status(code, first.announced_at, _step(told), _subjects(told))
    return None


def _step(told: Sequence[Announced]) -> str:
    return " ".join(dict.fromkeys(measure.text for measure in told if measure.text))


def _subjects(told: Sequence[Announced]) -> str:
    found = [
        f"{measure.subject}, {measure.place}" if measure.place else measure.subject
        for measure in told
    ]
    return "; ".join(dict.fromkeys(found))


def _asked(filing: FilingFacts, now: datetime) -> TraderStatus | None:
    if filing.answer_by is None:
        return None
    status = _status("question", filing.answer_by, _("Answer the question."))
    words = _("Question open - answer by %s") % moment(filing.answer_by, now)
    return msgspec.structs.replace(status, words=words)


def _on_the_way(filing: FilingFacts, goods: Goods) -> TraderStatus | None:
    since = filing.registered_at or filing.lodged_at
    places = set(goods)
    if places & {"presented", "under_control"}:
        return _status("presented", since)
    if "partially_arrived" in places or places >= {"arrived", "expected"}:
        return _status("partially_arrived", since)
    if "arrived" in places:
        return _status("arrived", since, _("Present the goods."))
    return None


def _analysed(filing: FilingFacts, now: datetime) -> TraderStatus:
    """Before and after the end of the analysis, whatever was found in it (A10)."""
    since = filing.registered_at or filing.lodged_at
    ends = filing.completed_at if filing.of_ics2 else filing.analysis_ends_at
    if ends is not None and ends <= now:
        return _status("complete", ends, text=_("No instruction from customs"))
    if filing.is_pending:
        return _status("waiting", since, text=_("Not linked to a filing above it yet"))
    if filing.waits:
        return _status("waiting", since, text=_expected_from(filing))
    return _status("registered", since)


def _expected_from(filing: FilingFacts) -> str:
    if not filing.missing:
        return ""
    words = _("Expected from %s and others") if filing.more_missing else _("Expected from %s")
    return words % ", ".join(filing.missing)
