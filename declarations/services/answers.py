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
from declarations.services.attachments import File, Filed, against_files, keep
from declarations.services.locks import lock_ens
from declarations.services.referrals import told
from declarations.services.resting import resume_analysis
from declarations.services.results import Changed, Refused, refused

UNKNOWN, OUT_OF_SEQUENCE = "98", "92"
"""Error codes of ICS2: no such reference, and not now (LIFECYCLE section 12)."""
LONGEST_ANSWER = 8000
MOST_CODES = 20


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a trader answers: a text, codes with their values, files."""

    reference: str
    text: str
    codes: tuple[tuple[str, str], ...] = ()
    files: tuple[File, ...] = ()


def answer(sent: Answer, *, user: User, at: datetime) -> Changed | Refused:
    """Take the answer; a second one, or one to somebody else's question, is refused."""
    asked = Referral.objects.sent(at).filter(reference=sent.reference).first()
    if asked is None:
        return _unknown()
    lock_ens([asked.ens_id])
    asked.refresh_from_db()
    if asked.addressee not in operator_eoris(user):
        record_many([_attempted(asked, user, at)])
        return _unknown()
    against = _against(asked, sent)
    return against or _take(asked, sent, user, at)


def _unknown() -> Refused:
    return refused(UNKNOWN, _("There is no such question for you."))


def _attempted(asked: Referral, user: User, at: datetime) -> NewEvent:
    return told(REFERRAL_ATTEMPTED, asked, at=at, actor=user.pk, sender=user.username, code=UNKNOWN)


def _against(asked: Referral, sent: Answer) -> Refused | None:
    if REFERRAL.target(asked.status, "answer") is None:
        return refused(OUT_OF_SEQUENCE, _("This question does not wait for an answer any more."))
    if not (sent.text.strip() or sent.codes or sent.files):
        return refused("answer", _("Write an answer, or add a file."), "text")
    if len(sent.text) > LONGEST_ANSWER:
        text = _("Use at most %(count)d characters.") % {"count": LONGEST_ANSWER}
        return refused("answer", text, "text")
    if len(sent.codes) > MOST_CODES:
        return refused("codes", _("At most %d codes.") % MOST_CODES, "codes")
    findings = against_files(sent.files, asked.ens_id)
    return Refused(findings=findings) if findings else None


def _take(asked: Referral, sent: Answer, user: User, at: datetime) -> Changed:
    Referral.objects.filter(pk=asked.pk).update(
        status=REFERRAL.targets("answer")[asked.status],
        answer=sent.text.strip(),
        answer_codes=[list(pair) for pair in sent.codes],
        answered_at=at,
        answered_for=asked.addressee,
        answered_by=user,
    )
    filed = Filed(ens=asked.ens_id, referral=asked, user=user, sender=asked.addressee)
    kept = keep(sent.files, filed, at=at)
    resume_analysis([asked.ens_id], at=at)
    record_many([_answered(asked, kept, user, at)])
    return Changed(id=asked.pk)


def _answered(asked: Referral, kept: Sequence[object], user: User, at: datetime) -> NewEvent:
    return told(
        REFERRAL_ANSWERED,
        asked,
        at=at,
        actor=user.pk,
        sender=asked.addressee,
        files=len(kept),
    )
