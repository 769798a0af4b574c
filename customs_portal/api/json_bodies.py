"""JSON bodies as systems send them: their size, their types, the schemas of these."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

import msgspec
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser

STORABLE = r"^[^\x00]*$"
MOST_BESIDE_FILES = 1_000_000
"""Bytes of a request that are not files: texts, codes, heads of parts."""


class TooLarge(APIException):
    """The request is larger than what is sent may be."""

    status_code = 413
    default_detail = _("The request is too large.")
    default_code = "too_large"


class Json(BaseParser):
    """Gives the bytes of a JSON body, which a view reads into its type."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any] | HttpRequest,
        media_type: str | None = None,
        parser_context: Any = None,
    ) -> Any:
        """Return the body; raises TooLarge."""
        body: bytes = stream.read(MOST_BESIDE_FILES + 1)
        if len(body) > MOST_BESIDE_FILES:
            raise TooLarge
        return body


@contextmanager
def refusing(words: str | Promise, *, code: str) -> Iterator[None]:
    """Raise ParseError, saying what is wrong in the words, where within something is of no type."""
    try:
        yield
    except (msgspec.MsgspecError, RecursionError) as error:
        raise ParseError(words % error, code=code) from error


def schemas_of(kind: type) -> dict[str, Any]:
    """Return a type and those in it for the OpenAPI document."""
    template = "#/components/schemas/{name}"
    _reference, found = msgspec.json.schema_components([kind], ref_template=template)
    return dict(found)
