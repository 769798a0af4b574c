"""Looking at the portal in the middle of a story: pages, answers, events."""

import html
import re

import time_machine
from django.test import Client

from customs_portal.accounts.models import User
from customs_portal.demo.telling.stage import Stage
from customs_portal.events.models import Delivery, Event
from declarations.models import Filing
from messaging.formats.registry import check
from messaging.invariants.book import breaches
from messaging.invariants.invariant import Scope
from messaging.models import OutboundMessage
from messaging.reads import raw_body


def page(stage: Stage, who: str, path: str, status: int = 200) -> str:
    """Return the text of a page as a person of the demo sees it then, without its markup."""
    with time_machine.travel(stage.at, tick=False):
        client = Client()
        client.force_login(User.objects.get(username=who))
        response = client.get(path)
    assert response.status_code == status, (path, response.status_code)
    [main] = re.findall(r"<main.*?</main>", response.content.decode(), re.DOTALL) or [""]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


def filing(stage: Stage, who: str, mrn: str) -> str:
    """Return the page of a filing as its trader sees it."""
    return page(stage, who, f"/filings/{Filing.objects.get(mrn=mrn).pk}/")


def queue(stage: Stage, who: str = "anna") -> str:
    """Return the queue of an officer."""
    return page(stage, who, "/queue/")


def sent(*kinds: str, to: str = "") -> list[tuple[str, str]]:
    """Return kind and recipient of what was written so far, of these kinds or to this recipient."""
    found = OutboundMessage.objects.order_by("pk")
    if kinds:
        found = found.filter(kind__in=kinds)
    if to:
        found = found.filter(recipient=to)
    return list(found.values_list("kind", "recipient"))


def happened(stage: Stage, mrn: str) -> list[str]:
    """Return the kinds of events in the story of an ENS, in their order."""
    events = Event.objects.filter(stream=stage.ens(mrn).pk).order_by("id")
    return list(events.values_list("kind", flat=True))


def goods(stage: Stage, mrn: str) -> list[str]:
    """Return where the goods of a declaration are."""
    members = stage.ens(mrn).members.order_by("filing__consignments")
    return list(members.values_list("filing__consignments__goods", flat=True))


def all_is_well() -> None:
    """Every message that was written is valid, nothing failed, and no invariant is broken."""
    assert not list(Delivery.objects.exclude(error="").values_list("consumer", "error"))
    xml = OutboundMessage.objects.exclude(kind__in=("NOTICE", "BLOCK", "UNBLOCK"))
    wrong = {each.kind: check(raw_body(each)).findings for each in xml}
    assert {kind: found for kind, found in wrong.items() if found} == {}
    assert [(each.invariant.name, each.places) for each in breaches(Scope(sample=None))] == []
