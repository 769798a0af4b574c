"""What goes to whom because of a decision: said before it is taken, message by message."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.pages.reads.members import filings_of
from customs_portal.reference.snapshot import Snapshot
from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.models import Ens, Referral
from declarations.parts import concerned, parts_of, told_of
from messaging.consumers.complete import KIND, Ended, told_of_completion
from messaging.consumers.questions import MESSAGES
from messaging.consumers.subsequent_entry import other_states, own_offices
from messaging.models import PortSystem
from messaging.telling import result_codes
from risk.services.stages import not_loaded_yet


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """What would be sent, and to whom."""

    message: str
    to: str
    says: str


def told_persons(ens: Ens, subject: str, reference: str, at: datetime) -> list[tuple[str, str]]:
    """Return who is told of a measure on this subject, each with the MRN of the filing."""
    found = concerned(parts_of([ens.pk])[ens.pk], subject, reference)
    connected = connected_eoris([each.carrier for each in found], at=at)
    return [(eori, each.part.mrn) for each, eori in told_of(found, connected)]


def of_risk(kind: str, document: Document, snapshot: Snapshot) -> list[Sending]:
    """Return what a measure of this kind tells others on the way, whether announced or not."""
    code, text = result_codes()[kind]
    says = _("The declaration and result %(code)s: %(text)s") % {"code": code, "text": text}
    states = [
        Sending(message="IE319", to=snapshot.country_name(country), says=says)
        for country in other_states(document)
    ]
    notice = _("Result %(code)s: %(text)s") % {"code": code, "text": text}
    offices = [
        Sending(message=_("Notice"), to=office, says=notice) for office in own_offices(document)
    ]
    return states + offices


def of_hold(document: Document) -> list[Sending]:
    """Return which port systems are told to keep held goods."""
    places = {item.place_of_unloading or document.place_of_unloading for item in document.items()}
    systems = PortSystem.objects.filter(location__in=[p for p in places if p], active=True)
    found = systems.order_by("pk").values_list("operator__eori", "location").distinct()
    return [
        Sending(message=_("Block"), to=eori, says=_("Keep the goods at %s") % location)
        for eori, location in found
    ]


def of_announcement(persons: Sequence[tuple[str, str]], document: Document) -> list[Sending]:
    """Return who is told of the measure itself; of ICS2 by a notice.

    Of linked filings only those are told whose goods it is about.
    """
    says = _("The measure, its subject, and the text of the reason for traders")
    message = _("Notice") if document.type in filing_types() else "IE351"
    linked = len({mrn for _person, mrn in persons}) > 1
    return [
        Sending(message=message, to=person, says=_if_about(says, mrn) if linked else says)
        for person, mrn in persons
    ]


def _if_about(says: str, mrn: str) -> str:
    return _("%(says)s, if it is about goods of %(mrn)s") % {"says": says, "mrn": mrn}


def instruction(document: Document) -> str:
    """Return the message by which goods are kept from loading."""
    return "IE3Q01" if document.type in filing_types() else "IE351"


def of_question(sender: str, document: Document, verb: str) -> list[Sending]:
    """Return whom a question goes to: in phase 1 a notice that is collected (section 5)."""
    of_ics2 = document.type in filing_types()
    message = MESSAGES[verb.upper()][0] if of_ics2 else _("Notice")
    says = _("Your question word for word, its elements, and until when to answer")
    if verb == Referral.Type.RFS.lower():
        says = _("The house to be screened, and the methods")
    return [Sending(message=message, to=sender, says=says)]


def of_conclusion(ens: Ens, document: Document, at: datetime) -> list[Sending]:
    """Return who is told of ICS2 that the assessment is complete, whatever its result.

    Nobody who was told so of this version before.
    """
    if document.type not in filing_types():
        return []
    says = _("The assessment is complete, and nothing else")
    ended = Ended(version=ens.version, before_loading=bool(not_loaded_yet([ens.pk])))
    return [
        Sending(message=KIND, to=eori, says=under(says, each.mrn, ens))
        for each, eori in told_of_completion({ens.pk: ended}, at=at)
    ]


def under(says: str, mrn: str, ens: Ens) -> str:
    """Return what is said, of linked filings with the MRN under which."""
    return f"{mrn}: {says}" if len(filings_of(ens)) > 1 else says
