"""Following a message that was lodged: `GET /api/v1/messages/<id>`."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customs_portal.accounts.models import AccessLog, User
from customs_portal.accounts.models.tokens import OF_OPERATORS
from customs_portal.api.looking import note_look
from customs_portal.api.problems import bad_parameter, not_found
from customs_portal.api.replies import accepted, answer_as_xml, mark_collected
from customs_portal.api.serializers import (
    AcceptedSerializer,
    MessageSerializer,
    ProblemSerializer,
    RefusalSerializer,
)
from customs_portal.api.waiting import LONGEST_WAIT, answered_within, wait_seconds
from messaging.formats.problems import CONTENT_TYPE, STATUS, finding_entry, write_problem
from messaging.models import OutboundMessage
from messaging.reads import MessageState, kept_body, message_state

WAIT = OpenApiParameter(
    "wait",
    {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT},
    description="Seconds to wait for the answer; with it the answer comes as XML.",
)


class ProblemRenderer(JSONRenderer):
    """Lets a client ask for what is wrong as problem details."""

    media_type = CONTENT_TYPE
    format = "problem"


class MessageView(APIView):
    """One message of the token's operator."""

    renderer_classes = [JSONRenderer, ProblemRenderer]
    scopes = frozenset(OF_OPERATORS)

    @extend_schema(
        operation_id="message",
        summary="State of a lodged message, and its answer",
        parameters=[WAIT, OpenApiParameter("correlation", OpenApiTypes.UUID, "path")],
        responses={
            (200, "application/json"): MessageSerializer,
            (200, "application/xml"): OpenApiResponse(
                OpenApiTypes.BINARY, "The answer, if waited for."
            ),
            (202, "application/json"): AcceptedSerializer,
            (400, "application/problem+json"): ProblemSerializer,
            (401, "application/problem+json"): ProblemSerializer,
            (403, "application/problem+json"): ProblemSerializer,
            (404, "application/problem+json"): ProblemSerializer,
            (410, "application/problem+json"): ProblemSerializer,
            (422, "application/problem+json"): RefusalSerializer,
            (503, "application/problem+json"): ProblemSerializer,
        },
    )
    def get(self, request: Request, correlation: str) -> HttpResponse:
        """Return the state as JSON; with `wait` the answer as XML, or 202 if it did not come.

        To Accept: application/problem+json a refused message is answered with its findings (422).
        """
        user = cast(User, request.user)
        key, seconds = _uuid(correlation), wait_seconds(request.query_params.get("wait"))
        if seconds is None:
            return bad_parameter("wait")
        state = message_state(key, user) if key else None
        if state is None:
            return not_found()
        if request.method == "HEAD":
            return HttpResponse(content_type="application/json")
        note_look(request, AccessLog.What.MESSAGE_RECEIVED, state.correlation)
        if "wait" in request.query_params:
            return _waited(state, user, seconds)
        if state.answer is not None:
            mark_collected(state.answer, by=user)
        if state.findings and isinstance(request.accepted_renderer, ProblemRenderer):
            body = write_problem(state.findings)
            return HttpResponse(body, status=STATUS, content_type=CONTENT_TYPE)
        content = MessageSerializer(_content(state)).data
        return Response(content, content_type="application/json")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _waited(state: MessageState, user: User, seconds: int) -> HttpResponse:
    correlation = state.correlation
    newest = message_state(correlation, user) if answered_within(correlation, seconds) else None
    if newest is None or newest.answer is None:
        return accepted(correlation, retry_after=1)
    return answer_as_xml(newest.answer, correlation, to=user)


def _content(state: MessageState) -> dict[str, Any]:
    return {
        "id": state.correlation,
        "state": state.state,
        "test": state.is_test,
        "kind": state.kind,
        "mrn": state.mrn,
        "lrn": state.lrn,
        "received_at": state.received_at,
        "response": _response(state.answer),
        "findings": [finding_entry(finding) for finding in state.findings],
    }


def _response(answer: OutboundMessage | None) -> dict[str, str] | None:
    if answer is None:
        return None
    body = kept_body(answer)
    return {"kind": answer.kind, "xml": body.decode()} if body is not None else None
