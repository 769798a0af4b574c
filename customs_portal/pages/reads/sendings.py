"""What goes to whom because of a decision: said before it is taken, message by message."""

from collections.abc import Iterable
from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from customs_portal.accounts.querysets import connected_eoris
from customs_portal.pages.reads.members import filings_of
from customs_portal.reference.snapshot import Snapshot
from declarations.document import Document
from declarations.models import Ens
from messaging.consumers.subsequent_entry import other_states, own_offices
from messaging.models import PortSystem
from messaging.telling import result_codes


class Sending(msgspec.Struct, frozen=True, kw_only=True):
    """What would be sent, and to whom."""

    message: str
    to: str
    says: str


def told_persons(ens: Ens, document: Document, at: datetime) -> list[str]:
    """Return who is told of what is announced: who lodged, and the carrier if connected."""
    carrier = document.effective_carrier().identifier
    connected = connected_eoris([carrier or ""], at=at)
    senders = [filing.sender for filing in filings_of(ens)]
    return list(dict.fromkeys([*senders, *connected]))


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


def of_announcement(persons: Iterable[str]) -> list[Sending]:
    """Return who is told of the measure itself."""
    says = _("The measure, its subject, and the text of the reason for traders")
    return [Sending(message="IE351", to=person, says=says) for person in persons]


def of_question(ens: Ens) -> list[Sending]:
    """Return whom a question goes to: in phase 1 a notice that is collected (section 5)."""
    sender = next((filing.sender for filing in filings_of(ens)), "")
    says = _("Your question word for word, its elements, and until when to answer")
    return [Sending(message=_("Notice"), to=sender, says=says)]
