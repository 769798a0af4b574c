"""A trader's filings and their status, in the words of the trader's page: `GET /api/v1/filings`."""

from collections.abc import Sequence
from typing import Any, cast

from django.http import HttpResponse
from django.urls import reverse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customs_portal import clock
from customs_portal.accounts import policies
from customs_portal.accounts.models import AccessLog, User
from customs_portal.api.looking import note_look
from customs_portal.api.notifications import LARGEST_ID, row_id
from customs_portal.api.problems import bad_parameter, not_found
from customs_portal.api.serializers import (
    FilingsSerializer,
    ProblemSerializer,
    SingleFilingSerializer,
)
from customs_portal.pages.reads.trader import FilingRow, has_below, is_own, rows
from customs_portal.pages.reads.trader_links import below_of
from declarations.models import Filing

PAGE = 100


class FilingsView(APIView):
    """The filings of the token's operator."""

    @extend_schema(
        operation_id="filings",
        summary="Own filings with their status, the newest first",
        parameters=[
            OpenApiParameter(
                "before",
                {"type": "integer", "minimum": 0, "maximum": LARGEST_ID},
                description="Only those before this id.",
            )
        ],
        responses={
            (200, "application/json"): FilingsSerializer,
            (400, "application/problem+json"): ProblemSerializer,
            (401, "application/problem+json"): ProblemSerializer,
            (403, "application/problem+json"): ProblemSerializer,
            (503, "application/problem+json"): ProblemSerializer,
        },
    )
    def get(self, request: Request) -> HttpResponse:
        """Return one page; rejected filings are among them, without MRN."""
        user = cast(User, request.user)
        filings = Filing.objects.visible_to(user).order_by("-pk")
        if "before" in request.query_params:
            before = row_id(request.query_params["before"])
            if before is None:
                return bad_parameter("before")
            filings = filings.filter(pk__lt=before)
        found = list(filings[: PAGE + 1])
        shown, more = found[:PAGE], len(found) > PAGE
        following = f"{reverse('api:filings')}?before={shown[-1].pk}" if more else None
        page = {"results": _lines(shown, user), "next": following}
        return Response(FilingsSerializer(page).data)


class FilingView(APIView):
    """One filing of the token's operator."""

    @extend_schema(
        operation_id="filing",
        summary="Status of one filing",
        responses={
            (200, "application/json"): SingleFilingSerializer,
            (401, "application/problem+json"): ProblemSerializer,
            (403, "application/problem+json"): ProblemSerializer,
            (404, "application/problem+json"): ProblemSerializer,
            (503, "application/problem+json"): ProblemSerializer,
        },
    )
    def get(self, request: Request, mrn: str) -> HttpResponse:
        """Return the filing of that MRN."""
        user = cast(User, request.user)
        readable = "\x00" not in mrn
        found = Filing.objects.visible_to(user).filter(mrn=mrn).first() if readable else None
        if found is None:
            return not_found()
        note_look(request, AccessLog.What.FILING, mrn)
        own = is_own(found, policies.reading_eoris(user)) and has_below(found)
        line = _lines([found], user)[0] | {"below": below_of(found).rows if own else ()}
        return Response(SingleFilingSerializer(line).data)


def _lines(filings: Sequence[Filing], user: User) -> list[dict[str, Any]]:
    """Return the filings as the API tells them; the number of queries does not depend on them."""
    shown = rows(filings, policies.reading_eoris(user), clock.now())
    return [_line(filing, row) for filing, row in zip(filings, shown, strict=True)]


def _line(filing: Filing, row: FilingRow) -> dict[str, Any]:
    return {
        "id": filing.pk,
        "type": filing.type,
        "mrn": row.mrn,
        "lrn": row.lrn,
        "lodged_at": filing.lodged_at,
        "link": row.link,
        "status": row.status,
        "url": reverse("api:filing", args=[row.mrn]) if row.mrn else None,
    }
