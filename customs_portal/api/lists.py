"""Reference lists, loaded by systems: `POST /api/v1/lists/{code}`."""

from hashlib import sha256
from typing import Any, cast

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from customs_portal import clock
from customs_portal.accounts.addresses import address_of
from customs_portal.accounts.models import AccessLog, User
from customs_portal.accounts.models.tokens import TokenScope
from customs_portal.api.bodies import read_body
from customs_portal.api.looking import note_look
from customs_portal.api.problems import not_found, problem
from customs_portal.api.serializers import (
    FindingSerializer,
    ListLoadedSerializer,
    ListShrinksSerializer,
    ProblemSerializer,
    RefusalSerializer,
)
from customs_portal.events.changes import told_as
from customs_portal.pages.access import RULE_WRITERS
from declarations.services.results import Refused
from risk.models import ReferenceList
from risk.services.lists import MOST_BYTES, Loaded, load_content


class ListView(APIView):
    """A reference list, for the system that keeps it."""

    scopes = frozenset({TokenScope.LISTS})

    @extend_schema(
        operation_id="load_list",
        summary="Load a whole reference list",
        description=(
            "The body is the list as it is to be, in the columns of its download. Nothing is "
            "half loaded. A list that would lose most of its entries is asked about: the same "
            "body, sent again with the word that came back, is loaded."
        ),
        parameters=[
            OpenApiParameter("code", str, "path"),
            OpenApiParameter("confirm", str, description="The word that came with a 409."),
        ],
        request={"text/csv": OpenApiTypes.BINARY},
        responses={
            (200, "application/json"): ListLoadedSerializer,
            (400, "application/problem+json"): ProblemSerializer,
            (401, "application/problem+json"): ProblemSerializer,
            (403, "application/problem+json"): ProblemSerializer,
            (404, "application/problem+json"): ProblemSerializer,
            (409, "application/problem+json"): ListShrinksSerializer,
            (411, "application/problem+json"): ProblemSerializer,
            (413, "application/problem+json"): ProblemSerializer,
            (422, "application/problem+json"): RefusalSerializer,
            (503, "application/problem+json"): ProblemSerializer,
        },
    )
    def post(self, request: Request, code: str) -> HttpResponse:
        """Load the list, or say why not; new lists are made with `manage.py load_list`."""
        user = cast(User, request.user)
        if user.role not in RULE_WRITERS:
            raise PermissionDenied
        found = ReferenceList.objects.filter(code=code).first() if "\x00" not in code else None
        if found is None:
            return not_found()
        content = read_body(cast(HttpRequest, request), limit=MOST_BYTES)
        if isinstance(content, HttpResponse):
            return content
        note_look(request, AccessLog.What.REFERENCE_LIST, code)
        with told_as(actor=user.pk, address=address_of(request)), transaction.atomic():
            return _load(found, content, user, request.query_params.get("confirm", ""))


def _load(found: ReferenceList, content: bytes, user: User, confirmed: str) -> HttpResponse:
    loaded = load_content(found, content, at=clock.now(), by=user)
    if isinstance(loaded, Refused):
        return _refused(loaded)
    word = _word(found, loaded, content)
    if loaded.shrunken and not constant_time_compare(word, confirmed):
        transaction.set_rollback(True)
        return _asked(loaded, word)
    return Response(ListLoadedSerializer({"list": found.code, **_figures(loaded)}).data)


def _word(found: ReferenceList, loaded: Loaded, content: bytes) -> str:
    """Return what confirms this load: these bytes, into the list as it is now."""
    what = f"{found.code}:{loaded.revision}:{sha256(content).hexdigest()}"
    return salted_hmac("customs_portal.api.lists", what, algorithm="sha256").hexdigest()


def _figures(loaded: Loaded) -> dict[str, Any]:
    return {
        "revision": loaded.revision,
        "added": loaded.added,
        "removed": loaded.removed,
        "total": loaded.total,
    }


def _asked(loaded: Loaded, word: str) -> HttpResponse:
    return problem(
        409,
        _("The list would lose most of its entries. Confirm that this is meant."),
        code="shrunken",
        details={**_figures(loaded), "confirm": word},
    )


def _refused(refused: Refused) -> HttpResponse:
    findings = FindingSerializer(refused.findings, many=True).data
    title = _("Nothing is loaded.")
    return problem(422, title, code="refused", details={"findings": findings})
