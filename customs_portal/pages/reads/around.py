"""What stands around a declaration: earlier versions, linked declarations, the way, history."""

from datetime import datetime

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _

from customs_portal.accounts.models import User
from customs_portal.pages.reads import versions
from customs_portal.pages.reads.members import filings_of
from customs_portal.pages.reads.seen_before import Seen, seen_before
from customs_portal.reference.snapshot import Snapshot
from declarations.document import Document
from declarations.models import DualFiling, Ens, SubsequentEntryNotice
from declarations.persons import veil_of
from messaging.models import OutboundMessage

MOST_LINKED = 50


class Leg(msgspec.Struct, frozen=True, kw_only=True):
    """One office on the way, and what it knows."""

    sequence: int
    office: str
    country: str
    is_ours: bool
    state: str


class Linked(msgspec.Struct, frozen=True, kw_only=True):
    """A filing or declaration that belongs with this one; `mrn` leads to it where it is seen."""

    how: str
    mrn: str
    what: str
    is_link: bool


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """All that stands around one declaration."""

    compared: versions.Comparison | None
    linked: tuple[Linked, ...]
    legs: tuple[Leg, ...]
    seen: tuple[Seen, ...]


def read(ens: Ens, document: Document, user: User, snapshot: Snapshot, at: datetime) -> Around:
    """Return it; the number of queries does not depend on how much there is."""
    return Around(
        compared=versions.of_ens(ens, "", "", user=user, at=at) if ens.version > 1 else None,
        linked=tuple(_linked(ens, user)),
        legs=tuple(_legs(ens, snapshot)),
        seen=tuple(seen_before(ens, document, veil_of(ens.mrn, [document], user, at), at)),
    )


def changed_since(ens: Ens, seen: str, user: User, at: datetime) -> versions.Comparison | None:
    """Return what changed since the version that an officer saw; None where it is the current."""
    if not seen.isdecimal() or len(seen) > 9 or int(seen) >= ens.version:
        return None
    return versions.of_ens(ens, seen, str(ens.version), user=user, at=at)


def _legs(ens: Ens, snapshot: Snapshot) -> list[Leg]:
    legs = list(ens.legs.order_by("sequence"))
    told = OutboundMessage.objects.filter(ens=ens, kind="CD319A")
    states = dict(told.order_by("pk").values_list("recipient", "state"))
    notices = SubsequentEntryNotice.objects.filter(ens=ens).order_by("version")
    inboxes = {notice.office: notice.get_state_display() for notice in notices}
    words = dict(OutboundMessage.State.choices)
    sent = {country: words.get(state) for country, state in states.items()}
    return [
        Leg(
            sequence=leg.sequence,
            office=_office(leg.office, snapshot),
            country=snapshot.country_name(leg.country),
            is_ours=leg.office in inboxes or leg.sequence == 0,
            state=_state(leg.sequence, inboxes.get(leg.office), sent.get(leg.country)),
        )
        for leg in legs
    ]


def _office(reference: str, snapshot: Snapshot) -> str:
    row = snapshot.office(reference)
    return f"{reference} {row.name}" if row else reference


def _state(sequence: int, inbox: str | None, sent: object) -> str:
    if sequence == 0:
        return _("First entry")
    if inbox:
        return _("Notice: %s") % inbox
    return _("IE319: %s") % sent if sent else _("Not told of a risk")


def _linked(ens: Ens, user: User) -> list[Linked]:
    filings = [
        Linked(
            how=_("Filing %s") % filing.type,
            mrn=filing.mrn or filing.lrn,
            what=f"{filing.get_status_display()}, {filing.sender}",
            is_link=False,
        )
        for filing in filings_of(ens)[:MOST_LINKED]
    ]
    return [*filings, *_absorbed(ens, user), *_pairs(ens, user)]


def _absorbed(ens: Ens, user: User) -> list[Linked]:
    if ens.status == Ens.Status.ABSORBED:
        return []
    seen = Ens.objects.visible_to(user).exclude(status=Ens.Status.ABSORBED)
    known = [
        *seen.filter(pk=ens.absorbed_by_id or 0),
        *seen.filter(absorbed_by=ens).order_by("pk")[:MOST_LINKED],
    ]
    return [
        Linked(
            how=_("Absorbed") if each.absorbed_by_id == ens.pk else _("Absorbed by"),
            mrn=each.mrn,
            what=each.get_status_display(),
            is_link=True,
        )
        for each in known
    ]


def _pairs(ens: Ens, user: User) -> list[Linked]:
    pairs = DualFiling.objects.visible_to(user).filter(Q(first=ens) | Q(second=ens))
    found = pairs.select_related("first", "second").order_by("pk")[:MOST_LINKED]
    return [
        Linked(
            how=_("Same goods, other person"),
            mrn=(pair.second if pair.first_id == ens.pk else pair.first).mrn,
            what=pair.get_state_display(),
            is_link=True,
        )
        for pair in found
    ]
