"""Questions of customs, read and answered by systems: `/api/v1/referrals`."""

from typing import Any, cast

from django.db import transaction
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, OpenApiRequest, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customs_portal import clock
from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog, User
from customs_portal.accounts.models.tokens import TokenScope
from customs_portal.api.answering import ANSWER_FORM, FILE_KINDS, Form, sent_answer
from customs_portal.api.json_bodies import Json
from customs_portal.api.looking import note_look
from customs_portal.api.problems import not_found, problem
from customs_portal.api.serializers import (
    ProblemSerializer,
    ReferralSerializer,
    ReferralsSerializer,
)
from customs_portal.pages.reads.referrals import (
    AskedOfTrader,
    asked_of,
    for_trader,
    told_questions,
)
from declarations.services.answers import UNKNOWN, answer
from declarations.services.results import Refused

_PROBLEMS = {
    (401, "application/problem+json"): ProblemSerializer,
    (403, "application/problem+json"): ProblemSerializer,
    (503, "application/problem+json"): ProblemSerializer,
}
_NOT_FOUND = {(404, "application/problem+json"): ProblemSerializer}


class ReferralsView(APIView):
    """The questions to the token's operator."""

    @extend_schema(
        operation_id="referrals",
        summary="Questions of customs, those to be answered first",
        responses={(200, "application/json"): ReferralsSerializer, **_PROBLEMS},
    )
    def get(self, request: Request) -> HttpResponse:
        """Return the newest hundred."""
        eoris = policies.reading_eoris(cast(User, request.user))
        found = [_line(each) for each in asked_of(eoris, clock.now())]
        return Response(ReferralsSerializer({"results": found}).data)


class ReferralView(APIView):
    """One question to the token's operator."""

    @extend_schema(
        operation_id="referral",
        summary="One question of customs with its answer",
        parameters=[OpenApiParameter("reference", str, "path")],
        responses={(200, "application/json"): ReferralSerializer, **_PROBLEMS, **_NOT_FOUND},
    )
    def get(self, request: Request, reference: str) -> HttpResponse:
        """Return the question of that reference."""
        found = _question(request, reference)
        if found is None:
            return not_found()
        note_look(request, AccessLog.What.FILING, found.mrn)
        return Response(ReferralSerializer(_line(found)).data)


class AnswerView(APIView):
    """The answer to a question."""

    scopes = frozenset({TokenScope.LODGE})
    parser_classes = (Json, Form)

    @extend_schema(
        operation_id="answer",
        summary="Answer a question, once",
        description="Files stay in quarantine until customs has scanned them.",
        parameters=[OpenApiParameter("reference", str, "path")],
        request={
            "application/json": {"$ref": "#/components/schemas/AnswerText"},
            "multipart/form-data": OpenApiRequest(ANSWER_FORM, encoding=FILE_KINDS),
        },
        responses={
            (201, "application/json"): ReferralSerializer,
            (400, "application/problem+json"): ProblemSerializer,
            (409, "application/problem+json"): ProblemSerializer,
            (413, "application/problem+json"): ProblemSerializer,
            (415, "application/problem+json"): ProblemSerializer,
            **_PROBLEMS,
            **_NOT_FOUND,
        },
    )
    def post(self, request: Request, reference: str) -> HttpResponse:
        """Take the answer; a second one is refused with 409."""
        asked = _question(request, reference)
        if asked is None:
            return not_found()
        sent = sent_answer(request, reference)
        with transaction.atomic():
            result = answer(sent, user=cast(User, request.user), at=clock.now())
        if isinstance(result, Refused):
            return _refused(result, asked)
        found = _question(request, reference)
        assert found is not None
        return Response(ReferralSerializer(_line(found)).data, status=201)


def _question(request: Request, reference: str) -> AskedOfTrader | None:
    at = clock.now()
    seen = told_questions(policies.reading_eoris(cast(User, request.user)), at)
    readable = "\x00" not in reference
    found = seen.select_related("filing").filter(reference=reference).first() if readable else None
    return for_trader(found, at) if found else None


def _refused(result: Refused, asked: AskedOfTrader) -> HttpResponse:
    """Say why; an open question of somebody whom the token only reads for is not found."""
    [finding, *_others] = result.findings
    if finding.code == UNKNOWN and asked.is_open:
        return not_found()
    status = 400 if finding.location else 409
    return problem(status, finding.text, code="refused")


def _line(asked: AskedOfTrader) -> dict[str, Any]:
    return {
        "reference": asked.reference,
        "type": asked.type_code,
        "mrn": asked.mrn,
        "status": asked.status_code,
        "question": asked.question,
        "elements": asked.elements,
        "consignment": asked.consignment,
        "methods": asked.methods,
        "asked_at": asked.asked_at,
        "reply_by": asked.reply_by,
        "answered_at": asked.answered_at,
        "answer": asked.answer,
        "codes": [{"code": code, "value": value} for code, value in asked.codes],
        "screenings": asked.screenings,
        "files": [file.name for file in asked.files],
    }
