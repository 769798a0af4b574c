"""Screening before loading by air (HRCM of ICS2): methods of list CL724, results of list CL726."""

from typing import Any

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NO_ALARM, ALARM = "1", "2"
SINGLE = "ZZZ"
"""What fills the second place where one method was enough: IE3R03 wants two."""
RESULTS: dict[str, Promise] = {NO_ALARM: _("No alarm"), ALARM: _("Alarm")}
METHODS: dict[str, Promise] = {
    "PHS": _("Hand search"),
    "VCK": _("Visual check"),
    "XRY": _("X-ray equipment"),
    "EDS": _("EDS equipment"),
    "EDD": _("Explosive detection dogs"),
    "ETD": _("ETD equipment"),
    "CMD": _("Metal detection equipment"),
    "AOM": _("Any other method"),
    SINGLE: _("Only one method required"),
}
MOST_METHODS, LONGEST_NAME, LONGEST_IDENTIFIER, LONGEST_PLACE = 9, 70, 17, 300


class ScreeningResult(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a screening found: result and methods, who was authorised, where it was done.

    `document` is the reference of the house that was screened.
    """

    result: str
    methods: tuple[str, ...]
    document: str = ""
    person: str = ""
    person_identifier: str = ""
    place: str = ""

    @property
    def is_alarm(self) -> bool:
        """Whether something was found."""
        return self.result == ALARM

    @property
    def result_name(self) -> str:
        """Return the result in words."""
        return str(RESULTS.get(self.result, self.result))

    @property
    def method_names(self) -> str:
        """Return the methods in words."""
        return ", ".join(map(method_name, self.methods))


def method_name(code: str) -> str:
    """Return a method in words."""
    return str(METHODS.get(code, code))


def stored(results: tuple[ScreeningResult, ...]) -> list[Any]:
    """Return the results as they are kept with an answer."""
    return [msgspec.to_builtins(result) for result in results]


def results_of(kept: Any) -> tuple[ScreeningResult, ...]:
    """Return the results that `stored` made."""
    return msgspec.convert(kept, tuple[ScreeningResult, ...])


def complaint(result: ScreeningResult) -> str:
    """Return the name of the field of a result that is missing, unknown or too long, else ''."""
    known = 0 < len(result.methods) <= MOST_METHODS and set(result.methods) <= set(METHODS)
    fits = {
        "result": result.result in RESULTS,
        "methods": known and len(set(result.methods)) == len(result.methods),
        "person": len(result.person) <= LONGEST_NAME,
        "person_identifier": len(result.person_identifier) <= LONGEST_IDENTIFIER,
        "place": len(result.place) <= LONGEST_PLACE,
    }
    return next((field for field, right in fits.items() if not right), "")
