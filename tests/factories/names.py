"""Names that match a list: one that waits for somebody, and one that was dismissed."""

from datetime import date, datetime, timedelta

import msgspec

from customs_portal.accounts.models import User
from declarations.models import Ens
from declarations.names import name_key
from risk.engine.names import NAME, Identity
from risk.models import (
    MatchVerdict,
    NameHit,
    NameMatch,
    ReferenceList,
    ReferenceListEntry,
    Rescreening,
    ScreenedName,
)
from risk.names.clues import clues
from risk.names.comparing import compare
from risk.names.evidence import Listed, weigh


def watched_list(code: str = "firms", *, secret: bool = False) -> ReferenceList:
    """Return a list of companies with one entry."""
    found = ReferenceList.objects.create(
        code=code, name="Firms under watch", kind="companies", secret=secret
    )
    ReferenceListEntry.objects.create(
        list=found, value="Zuiderlicht Lampen Import BV",
        clues=clues("Zuiderlicht Lampen Import BV", NAME),
        country="NL", identifier="NL900000931", place="Dordrecht", note="Ask the owner first.",
        valid_from=date(2026, 1, 1),
    )  # fmt: skip
    return found


def match_of(name: str, ens: Ens, at: datetime, found: ReferenceList) -> NameMatch:
    """Return the match of a name that the ENS declares with the entry of the list."""
    entry = found.entries.get()
    identity = Identity(
        kind=NAME, key=name_key(name), country="NL", identifier="NL900000932", written=name
    )
    listed = Listed(
        entry=entry.pk, list=found.pk, revision=1, threshold=found.threshold, value=entry.value,
        country=entry.country, identifier=entry.identifier,
    )  # fmt: skip
    weighed = weigh(compare(name, entry.value), identity, listed)
    screened = ScreenedName.objects.create(
        kind=NAME, key=identity.key, clues=clues(name, NAME), country="NL",
        identifier="NL900000932", written=name, first_seen_at=at,
    )  # fmt: skip
    match = NameMatch.objects.create(
        name=screened, entry=entry, revision=1, score=weighed.score, agrees=weighed.agrees,
        reasons=msgspec.to_builtins(weighed.reasons), found_at=at,
    )  # fmt: skip
    NameHit.objects.create(
        match=match, ens=ens, ens_version=ens.versions.get(number=1).pk, found_at=at
    )
    return match


def names_at_work(officer: User, ens: Ens, at: datetime) -> None:
    """One of each thing that work on names leaves behind."""
    found = watched_list()
    match_of("Zuyderlicht Lampen Imports BV", ens, at, found)
    dismissed = match_of("Zuiderlicht Lampen Export BV", ens, at, found)
    MatchVerdict.objects.create(
        match=dismissed, verdict="dismissed", reason="Another firm number.",
        until=at.date() + timedelta(days=180), given_by=officer, given_at=at,
    )  # fmt: skip
    Rescreening.objects.create(
        list=found, revision=1, since=1, state="finished", total=1, looked_at=1, started_at=at
    )
