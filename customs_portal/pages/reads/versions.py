"""Two versions of a declaration side by side: what differs, and which hits came or went."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts.models import User
from customs_portal.pages.reads.hits import Reason, list_titles, reasons, stored_hits
from declarations.differences import Difference, differences
from declarations.models import Ens, EnsVersion, Filing, FilingVersion
from declarations.persons import NO_VEIL, Veil, veil_of
from declarations.subjects import document_of_version
from risk.models import Assessment


class VersionLine(msgspec.Struct, frozen=True, kw_only=True):
    """One version: its number and since when it stands."""

    number: int
    created_at: datetime


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """The versions, the two that are compared, and what differs between them."""

    versions: tuple[VersionLine, ...]
    old: int
    new: int
    differences: tuple[Difference, ...]
    gained: tuple[Reason, ...] = ()
    lost: tuple[Reason, ...] = ()
    persons_hidden: bool = False


def chosen(numbers: Sequence[int], old: str, new: str) -> tuple[int, int]:
    """Return the versions asked for; the newest and the one before it where none such exist."""
    newest = max(numbers)
    after = int(new) if new.isdecimal() and int(new) in numbers else newest
    before = int(old) if old.isdecimal() and int(old) in numbers else max(after - 1, min(numbers))
    return before, after


def of_ens(ens: Ens, old: str, new: str, *, user: User, at: datetime) -> Comparison:
    """Return two versions of an ENS as the official compares them."""
    versions = {row.number: row for row in EnsVersion.objects.filter(ens=ens).order_by("number")}
    before, after = chosen(list(versions), old, new)
    documents = [document_of_version(versions[number]) for number in (before, after)]
    veil = veil_of(ens.mrn, documents, user, at)
    hits_before, hits_after = _hits(ens, before, veil), _hits(ens, after, veil)
    return Comparison(
        versions=_lines(versions.values()),
        old=before,
        new=after,
        differences=tuple(differences(*map(veil.document, documents))),
        gained=_only(hits_after, hits_before),
        lost=_only(hits_before, hits_after),
        persons_hidden=veil is not NO_VEIL,
    )


def of_filing(filing: Filing, old: str, new: str) -> Comparison:
    """Return two versions of a filing as its trader compares them."""
    versions = {row.number: row for row in filing.versions.order_by("number")}
    before, after = chosen(list(versions), old, new)
    pair = (versions[before].document(), versions[after].document())
    return Comparison(
        versions=_lines(versions.values()),
        old=before,
        new=after,
        differences=tuple(differences(*pair)),
    )


def _lines(versions: Iterable[EnsVersion | FilingVersion]) -> tuple[VersionLine, ...]:
    return tuple(VersionLine(number=row.number, created_at=row.created_at) for row in versions)


def _hits(ens: Ens, number: int, veil: Veil) -> list[Reason]:
    """Return the hits of the newest assessment of a version, none where it has none."""
    made = Assessment.objects.filter(ens=ens, ens_version__number=number).order_by("-pk").first()
    return reasons(stored_hits(made.hits), list_titles(), veil) if made else []


def _only(found: list[Reason], others: list[Reason]) -> tuple[Reason, ...]:
    codes = {other.rule for other in others}
    return tuple(reason for reason in found if reason.rule not in codes)
