"""Presenting goods, as systems of traders notify it."""

from typing import Annotated, Any, cast

import msgspec
from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import Meta
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customs_portal import clock
from customs_portal.accounts.models import User
from customs_portal.accounts.models.tokens import TokenScope
from customs_portal.api.json_bodies import STORABLE, Json, refusing, schemas_of
from customs_portal.api.problems import not_found, problem
from customs_portal.api.serializers import PresentedSerializer, ProblemSerializer
from declarations.services.goods import Presented
from declarations.services.presentation import UNKNOWN, present_documents, present_filing
from declarations.services.results import Refused

MOST_DOCUMENTS = 100
_ANSWERS = {
    (200, "application/json"): PresentedSerializer,
    **{
        (status, "application/problem+json"): ProblemSerializer
        for status in (401, 403, 404, 409, 503)
    },
}


class Paper(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A transport document: type of list CL754 and number."""

    type: Annotated[str, Meta(min_length=4, max_length=4, pattern=r"^[A-Z][0-9]{3}$")]
    number: Annotated[str, Meta(min_length=1, max_length=70, pattern=STORABLE)]


class GoodsOfCarrier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is presented: all that travels under these documents of a carrier."""

    carrier: Annotated[str, Meta(min_length=1, max_length=17, pattern=STORABLE)]
    documents: Annotated[tuple[Paper, ...], Meta(min_length=1, max_length=MOST_DOCUMENTS)]


PRESENTATION_SCHEMAS = schemas_of(GoodsOfCarrier)
"""The types above for the OpenAPI document."""


class FilingPresentationView(APIView):
    """The presentation of the goods of a filing."""

    scopes = frozenset({TokenScope.LODGE})
    parser_classes = (Json,)

    @extend_schema(
        operation_id="present_filing",
        summary="Present the goods of a filing to customs",
        description="All of them, and those of the filings below it, or none.",
        parameters=[OpenApiParameter("mrn", str, "path")],
        request=None,
        responses=_ANSWERS,
    )
    def post(self, request: Request, mrn: str) -> HttpResponse:
        """Present; refused with 409 where goods are not where they can be presented."""
        if "\x00" in mrn:
            return not_found()
        with transaction.atomic():
            user = cast(User, request.user)
            return _answer(present_filing(mrn, user=user, at=clock.now()))


class PresentationsView(APIView):
    """The presentation of goods by their transport documents."""

    scopes = frozenset({TokenScope.LODGE})
    parser_classes = (Json,)

    @extend_schema(
        operation_id="present_documents",
        summary="Present the goods under transport documents to customs",
        description="All of them, or none.",
        request={"application/json": {"$ref": "#/components/schemas/GoodsOfCarrier"}},
        responses={**_ANSWERS, (400, "application/problem+json"): ProblemSerializer,
                   (415, "application/problem+json"): ProblemSerializer},
    )  # fmt: skip
    def post(self, request: Request) -> HttpResponse:
        """Present; refused with 409 where goods are not where they can be presented."""
        said = _goods(request)
        papers = [f"{each.type} {each.number}" for each in said.documents]
        with transaction.atomic():
            user, at = cast(User, request.user), clock.now()
            return _answer(present_documents(said.carrier, papers, user=user, at=at))


def _goods(request: Request) -> GoodsOfCarrier:
    data: Any = request.data
    with refusing(_("These are no goods: %s."), code="bad_goods"):
        return msgspec.json.decode(data if isinstance(data, bytes) else b"", type=GoodsOfCarrier)


def _answer(result: Presented | Refused) -> HttpResponse:
    if isinstance(result, Presented):
        return Response(PresentedSerializer({"presented": result.count}).data)
    [finding, *_others] = result.findings
    if finding.code == UNKNOWN:
        return not_found()
    return problem(409, finding.text, code="refused")
