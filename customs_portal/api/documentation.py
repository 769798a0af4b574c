"""The OpenAPI document and its page."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated

from customs_portal.api.authentication import TokenAuthentication
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
        "content": {"application/xml": {"schema": {"type": "string", "format": "binary"}}},
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
        "411": _refusal("The length of the message is needed."),
        "413": _refusal("The message is above the size limit."),
        "503": _refusal("Nothing can be stored now; see Retry-After."),
    },
}


def add_lodging(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """Add the plain view of lodging, which REST framework does not know, to the document."""
    result["paths"] = {"/api/v1/messages": {"post": LODGING}, **result["paths"]}
    return result
