"""Which States may be asked for an e-screening; who knows the agreements says so at start-up."""

from collections.abc import Callable
from datetime import date

Askable = Callable[[date], frozenset[str]]


def _nobody(_day: date) -> frozenset[str]:
    return frozenset()


_source: list[Askable] = [_nobody]


def ask_of(source: Askable) -> None:
    """Let the source say from now on which countries may be asked on a day."""
    _source[:] = [source]


def askable(day: date) -> frozenset[str]:
    """Return the countries that may be asked on that day."""
    return _source[0](day)
