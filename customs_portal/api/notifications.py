"""Collecting what customs sends without being asked: `GET /api/v1/notifications`."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customs_portal.accounts.models import AccessLog, User
from customs_portal.api.looking import note_look
from customs_portal.api.problems import bad_parameter, not_found
from customs_portal.api.replies import message_as_xml
from customs_portal.api.serializers import NotificationsSerializer, ProblemSerializer
from messaging.models import OutboundMessage

PAGE = 100
LARGEST_ID = 2**63 - 1


def notifications_of(user: User) -> QuerySet[OutboundMessage]:
    """Return what was sent to the operators of the user, other than answers to their messages."""
    return OutboundMessage.objects.visible_to(user).filter(answers__isnull=True)


class NotificationsView(APIView):
    """The messages for the token's operator."""

    @extend_schema(
        operation_id="notifications",
        summary="What customs has sent, other than answers to lodged messages",
        description="`state=waiting` gives what was never collected; asking so misses nothing.",
        parameters=[
            OpenApiParameter(
                "after",
                {"type": "integer", "minimum": 0, "maximum": LARGEST_ID},
                description="Only those after this id.",
            ),
            OpenApiParameter("state", str, enum=OutboundMessage.State.values),
        ],
        responses={
            (200, "application/json"): NotificationsSerializer,
            (400, "application/problem+json"): ProblemSerializer,
            (401, "application/problem+json"): ProblemSerializer,
            (403, "application/problem+json"): ProblemSerializer,
            (503, "application/problem+json"): ProblemSerializer,
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Return one page, the oldest first."""
        after = row_id(request.query_params.get("after", "0"))
        state = request.query_params.get("state")
        if after is None:
            return bad_parameter("after")
        if state is not None and state not in OutboundMessage.State.values:
            return bad_parameter("state")
        found = notifications_of(cast(User, request.user)).filter(pk__gt=after)
        rows = list((found.filter(state=state) if state else found).order_by("pk")[: PAGE + 1])
        return Response(NotificationsSerializer(_page(rows, state)).data)


class NotificationView(APIView):
    """One message for the token's operator."""

    @extend_schema(
        operation_id="notification",
        summary="One message as XML; reading it collects it",
        parameters=[OpenApiParameter("key", {"type": "integer", "minimum": 1}, "path")],
        responses={
            (200, "application/xml"): OpenApiResponse(OpenApiTypes.BINARY, "The message."),
            (401, "application/problem+json"): ProblemSerializer,
            (403, "application/problem+json"): ProblemSerializer,
            (404, "application/problem+json"): ProblemSerializer,
            (410, "application/problem+json"): ProblemSerializer,
            (503, "application/problem+json"): ProblemSerializer,
        },
    )
    def get(self, request: Request, key: str) -> HttpResponse:
        """Return the XML and mark the message delivered; HEAD does not collect."""
        user, number = cast(User, request.user), row_id(key)
        message = notifications_of(user).filter(pk=number).first() if number else None
        if message is None:
            return not_found()
        if request.method == "HEAD":
            return HttpResponse(content_type="application/xml")
        note_look(request, AccessLog.What.MESSAGE_SENT, message.message_identification)
        return message_as_xml(message, to=user)


def row_id(text: str) -> int | None:
    """Return the id that a text of the address stands for, None where it can be none."""
    valid = text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= LARGEST_ID
    return int(text) if valid else None


def _page(rows: list[OutboundMessage], state: str | None) -> dict[str, Any]:
    shown = rows[:PAGE]
    more = len(rows) > PAGE
    return {"results": [_line(row) for row in shown], "next": _next(shown, state) if more else None}


def _next(shown: list[OutboundMessage], state: str | None) -> str:
    chosen = f"&state={state}" if state else ""
    return f"{reverse('api:notifications')}?after={shown[-1].pk}{chosen}"


def _line(message: OutboundMessage) -> dict[str, Any]:
    return {
        "id": message.pk,
        "kind": message.kind,
        "mrn": message.mrn,
        "lrn": message.lrn,
        "state": message.state,
        "created_at": message.created_at,
        "url": reverse("api:notification", args=[message.pk]),
    }
