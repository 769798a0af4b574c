"""Giving stored filings the linking keys that they would have if they were lodged now.

For filings lodged before the portal knew a key of theirs; whatever changes is linked by the
pipeline. May run while filings come, and again after it was interrupted.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec
from django.db import transaction

from declarations.document import Document
from declarations.filing_types import filing_types
from declarations.linking import Side, is_linked, keys
from declarations.models import EnsMember, Filing, FilingVersion, LinkKey
from declarations.services.leaving import LIVE
from declarations.services.link_keys import Declared, claim, rewrite_keys
from declarations.services.linking import ask_about
from declarations.services.locks import assert_in_transaction, lock_ens

AT_A_TIME = 200
_Told = tuple[str, str, int, str]


class Relinked(msgspec.Struct, frozen=True, kw_only=True):
    """How many filings of a batch were looked at, and how many got other keys."""

    looked_at: int
    changed: int


def link_stored(*, at: datetime) -> Iterator[Relinked]:
    """Give all live filings their keys, a batch in a transaction, the oldest first."""
    last = 0
    while True:
        with transaction.atomic():
            filings = _batch(last)
            if not filings:
                return
            done = Relinked(looked_at=len(filings), changed=_relink(filings, at))
        last = filings[-1]
        yield done


def _batch(after: int) -> list[int]:
    types = [kind for kind in filing_types() if is_linked(kind)]
    live = Filing.objects.filter(pk__gt=after, status__in=LIVE, type__in=types, received_from="")
    return list(live.order_by("pk").values_list("pk", flat=True)[:AT_A_TIME])


def _relink(filings: list[int], at: datetime) -> int:
    """Write the keys of filings that have others than they should; return how many had."""
    assert_in_transaction()
    lock_ens(EnsMember.objects.filter(filing__in=filings).values_list("ens", flat=True))
    declared = _declared(filings)
    stored = _stored(filings)
    changed = [each for each in declared if stored[each[0]] != _wanted(each[1])]
    rewrite_keys(changed)
    claiming = LinkKey.objects.filter(filing__in=filings, side=Side.CLAIM)
    has_claim = set(claiming.values_list("filing", flat=True))
    claim([each for each in declared if each[0] not in has_claim])
    ask_about([filing for filing, _document in changed], at=at)
    return len(changed)


def _declared(filings: list[int]) -> Declared:
    """Return what those that still live declare now, in their order."""
    live = Filing.objects.filter(pk__in=filings, status__in=LIVE).values_list("pk", "version")
    current = set(live)
    versions = FilingVersion.objects.filter(filing__in=[key for key, _version in current])
    rows = [row for row in versions.order_by("filing") if (row.filing_id, row.number) in current]
    return [(row.filing_id, row.document()) for row in rows]


def _wanted(document: Document) -> set[_Told]:
    return {
        (str(side), key.value, key.rank, key.expected)
        for side in (Side.OFFER, Side.ASK)
        for key in keys(document, side)
    }


def _stored(filings: list[int]) -> dict[int, set[_Told]]:
    found: dict[int, set[_Told]] = {filing: set() for filing in filings}
    own = LinkKey.objects.filter(filing__in=filings).exclude(side=Side.CLAIM)
    for key in own:
        found[key.filing_id].add((key.side, key.value, key.rank, key.expected))
    return found
