"""The OpenAPI document and its page."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated

from customs_portal.api.answering import ANSWER_SCHEMAS
from customs_portal.api.authentication import TokenAuthentication
from customs_portal.api.batch_parts import MOST_MESSAGES, PART_NAME
from customs_portal.api.presentations import PRESENTATION_SCHEMAS
from customs_portal.api.waiting import LONGEST_WAIT


class SchemaView(SpectacularAPIView):
    """The OpenAPI document, for whoever has a token or is logged in."""

    authentication_classes = [TokenAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated]


class DocumentationView(SpectacularSwaggerSplitView):
    """The page to read and try the API, without inline script or style."""

    authentication_classes = [SessionAuthentication]
    permission_classes = [IsAuthenticated]
    template_name = "api/documentation.html"
    url_name = "api:schema"


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the document names our authentication."""

    target_class = "customs_portal.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """Return the scheme: a token as Bearer."""
        return {"type": "http", "scheme": "bearer"}


def _answer(text: str, media: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": text, "content": {media: {"schema": schema}}}


def _refusal(text: str) -> dict[str, Any]:
    return _answer(text, "application/problem+json", {"$ref": "#/components/schemas/Problem"})


_MESSAGE = {"type": "string", "format": "binary", "minLength": 1}
"""A message as it is sent: whatever the bytes, but not none."""

LODGING: dict[str, Any] = {
    "operationId": "lodge",
    "summary": "Lodge a message",
    "description": "The message is stored before the answer. What it says is judged afterwards.",
    "tags": ["messages"],
    "security": [{"token": []}],
    "parameters": [
        {
            "in": "query",
            "name": "wait",
            "schema": {"type": "integer", "minimum": 0, "maximum": LONGEST_WAIT},
            "description": "Seconds to wait for the answer.",
        }
    ],
    "requestBody": {
        "required": True,
        "content": {"application/xml": {"schema": _MESSAGE}},
    },
    "responses": {
        "200": _answer(
            "The answer: CC328A, CC316A or CD917B.",
            "application/xml",
            {"type": "string", "format": "binary"},
        ),
        "202": _answer(
            "Stored; the answer comes later.",
            "application/json",
            {"$ref": "#/components/schemas/Accepted"},
        ),
        "400": _refusal("Nothing in the request, or not all of it, or a bad parameter."),
        "401": _refusal("No valid token."),
        "403": _refusal("The token may not be used to lodge."),
        "411": _refusal("The length of the message is needed."),
        "413": _refusal("The message is above the size limit."),
        "503": _refusal("Nothing can be stored now; see Retry-After."),
    },
}

BATCH: dict[str, Any] = {
    "operationId": "lodge_batch",
    "summary": "Lodge up to 100 messages at once",
    "description": (
        "All are stored before the answer, which has one result for each part in their order. "
        "What the messages say is judged afterwards."
    ),
    "tags": ["messages"],
    "security": [{"token": []}],
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [PART_NAME],
                    "additionalProperties": False,
                    "properties": {
                        PART_NAME: {
                            "type": "array",
                            "items": _MESSAGE,
                            "minItems": 1,
                            "maxItems": MOST_MESSAGES,
                        }
                    },
                }
            }
        },
    },
    "responses": {
        "202": _answer(
            "Stored, but for parts with an error.",
            "application/json",
            {"type": "array", "items": {"$ref": "#/components/schemas/BatchResult"}},
        ),
        "400": _refusal("Nothing in the request, or it is not properly put together."),
        "401": _refusal("No valid token."),
        "403": _refusal("The token may not be used to lodge."),
        "411": _refusal("The length of the request is needed."),
        "413": _refusal("The request is above the size limit or has too many messages."),
        "415": _refusal("The request is not multipart/form-data."),
        "503": _refusal("Nothing can be stored now; see Retry-After."),
    },
}
BATCH_RESULT: dict[str, Any] = {
    "type": "object",
    "description": "What became of one part: its correlation id, or why it was not taken.",
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "state": {"type": "string", "enum": ["received"]},
        "error": {
            "type": "object",
            "properties": {"code": {"type": "string"}, "title": {"type": "string"}},
            "required": ["code", "title"],
        },
    },
}


ANSWERING = "/api/v1/referrals/{reference}/answer"
LOADING = "/api/v1/lists/{code}"


def add_undescribed(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add what is described without serializers: the plain views of lodging, and answers."""
    plain = {"/api/v1/messages": {"post": LODGING}, "/api/v1/messages/batch": {"post": BATCH}}
    result["paths"] = {**plain, **result["paths"]}
    own = {**ANSWER_SCHEMAS, **PRESENTATION_SCHEMAS, "BatchResult": BATCH_RESULT}
    schemas = {**result["components"]["schemas"], **own}
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    for path in (ANSWERING, LOADING):
        result["paths"][path]["post"]["requestBody"]["required"] = True
    return result
