"""A cover as headers of HTTP, or as the fields of a metadata file."""

from collections.abc import Mapping

from messaging.wire.cover import Cover

SIGNATURE = "Exchange-Signature"
_HEADERS = {name: f"Exchange-{name.capitalize()}" for name in Cover.__struct_fields__}
LONGEST_VALUE = 100


def headers_of(cover: Cover) -> dict[str, str]:
    """Return the headers that a cover travels in."""
    return {header: getattr(cover, name) for name, header in _HEADERS.items()}


def cover_of(headers: Mapping[str, str]) -> Cover | None:
    """Return the cover of a request, None where a part is missing, too long or not ASCII."""
    values = {name: headers.get(header, "") for name, header in _HEADERS.items()}
    proper = all(0 < len(value) <= LONGEST_VALUE and value.isascii() for value in values.values())
    return Cover(**values) if proper and all(map(str.isprintable, values.values())) else None
