"""Answers to questions: taken from whoever was asked, once (LIFECYCLE R3, R5)."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.accounts.policies import operator_eoris
from customs_portal.events.services import NewEvent, record_many
from declarations.events import REFERRAL_ANSWERED, REFERRAL_ATTEMPTED
from declarations.lifecycle import REFERRAL
from declarations.models import Referral
from declarations.screening import ScreeningResult, complaint, stored
from declarations.services.attachments import File, Filed, against_files, keep
from declarations.services.locks import lock_ens
from declarations.services.referrals import told
from declarations.services.resting import resume_analysis
from declarations.services.results import Changed, Refused, refused

UNKNOWN, OUT_OF_SEQUENCE = "98", "92"
"""Error codes of ICS2: no such reference, and not now (LIFECYCLE section 12)."""
LONGEST_ANSWER = 51_000
MOST_CODES, MOST_SCREENINGS = 99, 99
"""As much as an IE3R02 can say: 99 texts of 512 characters, each with a code."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a trader answers: a text, codes with their values, results of screening, files.

    `types` are those of questions that this kind of answer is for, `mrn` the filing that it names.
    """

    reference: str
    text: str
    codes: tuple[tuple[str, str], ...] = ()
    screenings: tuple[ScreeningResult, ...] = ()
    files: tuple[File, ...] = ()
    types: frozenset[str] = frozenset(Referral.Type.values)
    mrn: str = ""


class Answering(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers: for which EORI numbers, and the person; none where a message brings it."""

    eoris: frozenset[str]
    user: User | None = None


def answer(sent: Answer, *, user: User, at: datetime) -> Changed | Refused:
    """Take the answer; a second one, or one to somebody else's question, is refused."""
    by = Answering(eoris=operator_eoris(user), user=user)
    [asked] = locked_questions([sent], at)
    against = against_answer(sent, asked, by)
    if against:
        record_many(attempts([asked], by, at))
        return against
    assert asked is not None
    return take(sent, asked, by, at=at)


def locked_questions(sent: Sequence[Answer], at: datetime) -> list[Referral | None]:
    """Lock the ENS of the questions that are answered; return each as it is now, or None."""
    wanted = {each.reference for each in sent}
    asked = Referral.objects.sent(at).filter(reference__in=wanted)
    lock_ens(set(asked.values_list("ens", flat=True)))
    found = {each.reference: each for each in asked.select_related("filing")}
    return [found.get(each.reference) for each in sent]


def against_answer(sent: Answer, asked: Referral | None, by: Answering) -> Refused | None:
    """Return why the answer is not taken, None where it is."""
    if asked is None or asked.addressee not in by.eoris or not _is_meant(sent, asked):
        return refused(UNKNOWN, _("There is no such question for you."))
    if REFERRAL.target(asked.status, "answer") is None:
        code = OUT_OF_SEQUENCE if asked.answered_at else UNKNOWN
        return refused(code, _("This question does not wait for an answer any more."))
    return _against_content(sent) or _against_files(sent, asked)


def _is_meant(sent: Answer, asked: Referral) -> bool:
    return asked.type in sent.types and sent.mrn in ("", asked.filing.mrn)


def _against_content(sent: Answer) -> Refused | None:
    if not (sent.text.strip() or sent.codes or sent.screenings or sent.files):
        return refused("answer", _("Write an answer, or add a file."), "text")
    if len(sent.text) > LONGEST_ANSWER:
        text = _("Use at most %(count)d characters.") % {"count": LONGEST_ANSWER}
        return refused("answer", text, "text")
    if len(sent.codes) > MOST_CODES:
        return refused("codes", _("At most %d codes.") % MOST_CODES, "codes")
    if len(sent.screenings) > MOST_SCREENINGS:
        return refused("screenings", _("At most %d results.") % MOST_SCREENINGS, "screenings")
    field = next(filter(None, map(complaint, sent.screenings)), "")
    return (
        refused("screenings", _("This result of a screening is not right."), field)
        if field
        else None
    )


def _against_files(sent: Answer, asked: Referral) -> Refused | None:
    findings = against_files(sent.files, asked.ens_id)
    return Refused(findings=findings) if findings else None


def attempts(asked: Sequence[Referral | None], by: Answering, at: datetime) -> list[NewEvent]:
    """Return the record of attempts to answer what somebody else was asked."""
    sender = by.user.username if by.user else ", ".join(sorted(by.eoris))
    actor = by.user.pk if by.user else None
    return [
        told(REFERRAL_ATTEMPTED, each, at=at, actor=actor, sender=sender, code=UNKNOWN)
        for each in asked
        if each is not None and each.addressee not in by.eoris
    ]


def take(sent: Answer, asked: Referral, by: Answering, *, at: datetime) -> Changed:
    """Keep an answer against which nothing stands; the caller holds the lock of the ENS."""
    Referral.objects.filter(pk=asked.pk).update(
        status=REFERRAL.targets("answer")[asked.status],
        answer=sent.text.strip(),
        answer_codes=[list(pair) for pair in sent.codes],
        screenings=stored(sent.screenings),
        answered_at=at,
        answered_for=asked.addressee,
        answered_by=by.user,
    )
    filed = Filed(ens=asked.ens_id, referral=asked, user=by.user, sender=asked.addressee)
    kept = keep(sent.files, filed, at=at)
    resume_analysis([asked.ens_id], at=at)
    record_many([_answered(asked, kept, sent, by, at)])
    return Changed(id=asked.pk)


def _answered(
    asked: Referral, kept: Sequence[object], sent: Answer, by: Answering, at: datetime
) -> NewEvent:
    return told(
        REFERRAL_ANSWERED,
        asked,
        at=at,
        actor=by.user.pk if by.user else None,
        sender=asked.addressee,
        files=len(kept),
        alarm=any(each.is_alarm for each in sent.screenings),
    )
