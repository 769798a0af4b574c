"""What was said and found of declarations that lost a dual filing, beside the one that counts."""

from collections.abc import Sequence

import msgspec

from customs_portal.accounts.models import AccessLog, User
from customs_portal.looks import Look
from customs_portal.pages.reads.hits import Reason, list_titles, reasons, stored_hits
from declarations.document import Document
from declarations.models import DualFiling, Ens, FilingVersion
from risk.models import Assessment


class Superseded(msgspec.Struct, frozen=True, kw_only=True):
    """A superseded declaration: who lodged it, its goods in words, why it was selected.

    `pair` is the dual filing that it lost.
    """

    ens: int
    mrn: str
    declarant: str
    goods: tuple[str, ...]
    reasons: list[Reason]
    pair: int | None


def superseded_by(ens: Ens, user: User) -> list[Superseded]:
    """Return what the ENS superseded, as far as the user sees it."""
    seen = Ens.objects.visible_to(user).exclude(status=Ens.Status.ABSORBED)
    lost = seen.filter(absorbed_by=ens).order_by("pk")
    pairs = _pairs(ens)
    return [_superseded(each, pairs.get(each.pk)) for each in lost]


def looks_at(found: Sequence[Superseded]) -> list[Look]:
    """Return the looks that showing them is."""
    what = AccessLog.What.ENS.value
    return [Look(what=what, reference=each.mrn, ens=each.ens) for each in found]


def _pairs(winner: Ens) -> dict[int, int]:
    found = DualFiling.objects.filter(winner=winner)
    return {
        pair.second_id if pair.first_id == winner.pk else pair.first_id: pair.pk for pair in found
    }


def _superseded(ens: Ens, pair: int | None) -> Superseded:
    version = ens.versions.get(number=ens.version)
    documents = [
        each.document() for each in FilingVersion.objects.filter(pk__in=version.filing_versions)
    ]
    newest = Assessment.objects.filter(ens=ens, ens_version=version).order_by("-pk").first()
    return Superseded(
        ens=ens.pk,
        mrn=ens.mrn,
        declarant=documents[0].declarant.identifier or documents[0].declarant.name or "",
        goods=tuple(words for document in documents for words in _goods(document)),
        reasons=reasons(stored_hits(newest.hits), list_titles()) if newest else [],
        pair=pair,
    )


def _goods(document: Document) -> list[str]:
    found = (
        " ".join(filter(None, (item.commodity_code, item.description))) for item in document.items()
    )
    return list(dict.fromkeys(found))[:5]
