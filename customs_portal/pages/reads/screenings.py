"""The e-screenings of an ENS: what other States say of it, or what one asked us."""

from datetime import datetime

import msgspec
from django.utils.translation import gettext as _

from declarations.involved import Involvement
from declarations.models import Ens
from risk.models import Screening

_COLOURS = {
    Screening.State.HIT: "orange",
    Screening.State.CONFIRMED: "red",
    Screening.State.ASKED: "light-blue",
}


class ScreeningRow(msgspec.Struct, frozen=True, kw_only=True):
    """One State, why it was asked, and what it answered; `words` is the risk that is told of.

    That of a hit that counts now stands among the `hits` of the page.
    """

    country: str
    why: str
    version: int
    asked_at: datetime
    ends_at: datetime
    answer: str
    colour: str
    answered_at: datetime | None
    is_late: bool
    words: str


class Screenings(msgspec.Struct, frozen=True, kw_only=True):
    """What we asked other States, and what another State asked us, newest version first."""

    ours: list[ScreeningRow]
    theirs: list[ScreeningRow]
    hits: list[str]


def screenings_of(ens: Ens) -> Screenings:
    """Return the e-screenings of the ENS; `hits` are those of its version of now, in words."""
    rows = Screening.objects.filter(ens=ens).select_related("ens_version")
    found = list(rows.order_by("-ens_version__number", "country", "-pk"))
    current = [each for each in found if each.is_ours and each.ens_version.number == ens.version]
    hits = [each for each in current if each.state in Screening.HITS]
    return Screenings(
        ours=[_row(each, "" if each in hits else _risk(each)) for each in found if each.is_ours],
        theirs=[_row(each, _risk(each)) for each in found if not each.is_ours],
        hits=[_hit(each) for each in hits],
    )


def _row(each: Screening, words: str) -> ScreeningRow:
    return ScreeningRow(
        country=each.country,
        why=", ".join(str(Involvement(reason).label) for reason in each.reasons),
        version=each.ens_version.number,
        asked_at=each.asked_at,
        ends_at=each.ends_at,
        answer=str(each.get_state_display()),
        colour=_COLOURS.get(Screening.State(each.state), "grey"),
        answered_at=each.answered_at,
        is_late=each.is_late,
        words=words,
    )


def _risk(each: Screening) -> str:
    parts = (each.get_risk_area_display(), each.get_risk_level_display(), each.text)
    return ", ".join(str(part) for part in parts if part)


def _hit(each: Screening) -> str:
    """Return a hit as a reason: the State, and what it says of it so far."""
    words = _risk(each) or _("not yet confirmed by an officer")
    return _("%(country)s: hit in e-screening: %(words)s") % {
        "country": each.country,
        "words": words,
    }
