"""Many messages in one body (multipart/form-data, RFC 7578)."""

import secrets
from collections.abc import Sequence

_HEAD = b'Content-Disposition: form-data; name="message"\r\nContent-Type: application/xml\r\n\r\n'


def multipart(messages: Sequence[bytes]) -> tuple[bytes, str]:
    """Return the body with these messages as its parts, and its media type."""
    boundary = _boundary(messages)
    parts = [b"--" + boundary + b"\r\n" + _HEAD + message + b"\r\n" for message in messages]
    body = b"".join(parts) + b"--" + boundary + b"--\r\n"
    return body, f"multipart/form-data; boundary={boundary.decode()}"


def _boundary(messages: Sequence[bytes]) -> bytes:
    """Return a text that stands in none of the messages."""
    while True:
        found = secrets.token_hex(16).encode()
        if not any(found in message for message in messages):
            return found
