"""The log of messages, for traders their own, for officials those of their declarations."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from customs_portal.looks import Look
from customs_portal.pages.access import READING, TRADERS, current_user, for_roles
from customs_portal.pages.days import day_of_this_age
from customs_portal.pages.frames import base_of
from customs_portal.pages.looking import How, What, note_looks
from customs_portal.pages.reads import message_log as reads
from messaging.formats.tables import catalogue
from messaging.models import InboundMessage, OutboundMessage

LONGEST_TYPED = 40


@require_safe
@for_roles(READING | TRADERS)
def log(request: HttpRequest) -> HttpResponse:
    """Show the messages that were looked for, the newest first."""
    user, wanted = current_user(request), _wanted(request.GET)
    page = reads.log(user, wanted)
    if user.is_official:
        note_looks(request, [_look(line) for line in page.lines], how=How.LISTED)
    context = {
        "base": base_of(request),
        "page": page,
        "wanted": wanted,
        "kinds": sorted(catalogue()),
        "states": [*InboundMessage.State.choices, *OutboundMessage.State.choices],
        "newer": _address(request.GET, wanted.page - 1) if wanted.page > 1 else "",
        "older": "" if page.is_last else _address(request.GET, wanted.page + 1),
    }
    return render(request, "pages/messages.html", context)


def _look(line: reads.LogLine) -> Look:
    received = line.direction == reads.RECEIVED
    what = What.MESSAGE_RECEIVED if received else What.MESSAGE_SENT
    return Look(what=what.value, reference=line.reference)


def _wanted(asked: QueryDict) -> reads.Wanted:
    """Return what the address asks for; what makes no sense there is left out."""
    return reads.Wanted(
        typed=asked.get("q", "").replace("\x00", "").strip()[:LONGEST_TYPED],
        direction=_one_of(asked.get("direction", ""), (reads.RECEIVED, reads.SENT)),
        kind=_one_of(asked.get("kind", ""), tuple(catalogue())),
        state=_one_of(
            asked.get("state", ""),
            (*InboundMessage.State.values, *OutboundMessage.State.values),
        ),
        first=day_of_this_age(asked.get("from", "")),
        last=day_of_this_age(asked.get("to", "")),
        page=_page(asked.get("page", "")),
    )


def _one_of(text: str, allowed: tuple[str, ...]) -> str:
    return text if text in allowed else ""


def _page(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 5 else 1
    return min(max(number, 1), reads.LAST_PAGE)


def _address(asked: QueryDict, page: int) -> str:
    kept = {name: value for name, value in asked.items() if name != "page" and value}
    return "?" + urlencode({**kept, "page": page})
