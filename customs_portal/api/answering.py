"""The answer to a question as systems send it: JSON, or a form with files beside the text."""

from typing import Annotated, Any, Literal

import msgspec
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadedfile import UploadedFile
from django.http.request import QueryDict
from django.utils.translation import gettext_lazy as _
from msgspec import UNSET, Meta, UnsetType
from rest_framework.exceptions import ParseError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request

from customs_portal.api.json_bodies import (
    MOST_BESIDE_FILES,
    STORABLE,
    TooLarge,
    refusing,
    schemas_of,
)
from declarations.screening import (
    LONGEST_IDENTIFIER,
    LONGEST_NAME,
    LONGEST_PLACE,
    METHODS,
    MOST_METHODS,
    ScreeningResult,
)
from declarations.services.answers import LONGEST_ANSWER, MOST_CODES, MOST_SCREENINGS, Answer
from declarations.services.attachments import BEGINNINGS, MOST_AT_ONCE

METHOD = rf"^({'|'.join(METHODS)})$"
SAYS_SOMETHING = r"^[^\x00]*[^\s\x00-\x1f][^\x00]*$"


class AnswerCode(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code of an answer with its value."""

    code: Annotated[str, Meta(min_length=1, max_length=70, pattern=STORABLE)]
    value: Annotated[str, Meta(max_length=70, pattern=STORABLE)]


class Screened(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """The result of a screening: result of list CL726, methods of list CL724."""

    result: Literal["1", "2"]
    methods: Annotated[
        tuple[Annotated[str, Meta(min_length=3, max_length=3, pattern=METHOD)], ...],
        Meta(min_length=1, max_length=MOST_METHODS, extra_json_schema={"uniqueItems": True}),
    ]
    document: Annotated[str, Meta(max_length=70, pattern=STORABLE)] = ""
    person: Annotated[str, Meta(max_length=LONGEST_NAME, pattern=STORABLE)] = ""
    person_identifier: Annotated[str, Meta(max_length=LONGEST_IDENTIFIER, pattern=STORABLE)] = ""
    place: Annotated[str, Meta(max_length=LONGEST_PLACE, pattern=STORABLE)] = ""


class AnswerText(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is said in an answer."""

    text: Annotated[str, Meta(max_length=LONGEST_ANSWER, pattern=SAYS_SOMETHING)] | UnsetType = (
        UNSET
    )
    codes: (
        Annotated[tuple[AnswerCode, ...], Meta(min_length=1, max_length=MOST_CODES)] | UnsetType
    ) = UNSET
    screenings: (
        Annotated[tuple[Screened, ...], Meta(min_length=1, max_length=MOST_SCREENINGS)] | UnsetType
    ) = UNSET


class Form(MultiPartParser):
    """A form whose announced length is no more than that of the files that may be in it."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return fields and files; raises TooLarge, ParseError."""
        length = (parser_context or {})["request"].META.get("CONTENT_LENGTH") or ""
        most = MOST_AT_ONCE * settings.ATTACHMENT_SIZE_LIMIT + MOST_BESIDE_FILES
        if length.isdigit() and int(length) > most:
            raise TooLarge
        try:
            return super().parse(stream, media_type, parser_context)
        except SuspiciousOperation as error:
            raise ParseError(str(error)) from error


def sent_answer(request: Request, reference: str) -> Answer:
    """Return the answer in the request; raises ParseError where it is none, TooLarge."""
    data: Any = request.data
    with refusing(_("This is no answer: %s."), code="bad_answer"):
        if isinstance(data, bytes):
            return _answer(reference, msgspec.json.decode(data, type=AnswerText))
        said = msgspec.convert(_fields(data), AnswerText)
        return _answer(reference, said, tuple(request.FILES.getlist("files")))


def _answer(reference: str, said: AnswerText, files: tuple[Any, ...] = ()) -> Answer:
    return Answer(
        reference=reference,
        text=said.text or "",
        codes=tuple((each.code, each.value) for each in said.codes or ()),
        screenings=tuple(
            ScreeningResult(**msgspec.structs.asdict(each)) for each in said.screenings or ()
        ),
        files=files,
    )


def _fields(form: QueryDict) -> dict[str, Any]:
    """Return the fields of a form but its files; lists are JSON, in one part or each in its own."""
    fields: dict[str, Any] = {name: form[name] for name in form if not _are_files(form, name)}
    for name in ("codes", "screenings"):
        if name in fields:
            parts = [_json(each) for each in form.getlist(name)]
            fields[name] = parts[0] if len(parts) == 1 and isinstance(parts[0], list) else parts
    return fields


def _are_files(form: QueryDict, name: str) -> bool:
    return name == "files" and all(isinstance(each, UploadedFile) for each in form.getlist(name))


def _json(part: object) -> object:
    return msgspec.json.decode(part) if isinstance(part, str) else part


def _schemas() -> dict[str, Any]:
    """Return the types above for the OpenAPI document, where an answer has at least one field."""
    found = schemas_of(AnswerText)
    text = found["AnswerText"]
    del text["required"]
    return {**found, "AnswerText": {**text, "minProperties": 1}}


ANSWER_SCHEMAS = _schemas()
FILES: dict[str, Any] = {
    "type": "array",
    "items": {"type": "string", "format": "binary", "minLength": 1},
    "minItems": 1,
    "maxItems": MOST_AT_ONCE,
}
ANSWER_FORM: dict[str, Any] = {
    **ANSWER_SCHEMAS["AnswerText"],
    "properties": {**ANSWER_SCHEMAS["AnswerText"]["properties"], "files": FILES},
}
FILE_KINDS = {"files": {"contentType": ", ".join(dict.fromkeys(kind for _, kind in BEGINNINGS))}}
