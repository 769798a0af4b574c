"""Unexpected errors told without their data: what kind, and where, never what they say.

The text of an error may hold what was being worked on: a rule, a reason, a name. Logs and the
pages of administrators hold none of these.
"""

from collections.abc import Iterator
from traceback import TracebackException


def kind_and_place(error: BaseException) -> str:
    """Return the kind of an error and the innermost place that it came from."""
    frames = TracebackException.from_exception(error, lookup_lines=False).stack
    if not frames:
        return type(error).__name__
    place = frames[-1]
    return f"{type(error).__name__} in {place.name}, {_short(place.filename)}:{place.lineno}"


def traceback_without_values(error: BaseException) -> str:
    """Return the way of an error and of those that caused it, without what they say."""
    return "\n".join(_told(error))


def _told(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _told(before)
        yield "Then:"
    for frame in TracebackException.from_exception(error, lookup_lines=False).stack:
        yield f"{_short(frame.filename)}:{frame.lineno} in {frame.name}"
    yield type(error).__name__


def _short(path: str) -> str:
    """Return the end of a path: the module with its package."""
    return "/".join(path.split("/")[-3:])
