"""Finding an ENS by one of its identifiers."""

from datetime import datetime

import msgspec

from customs_portal.accounts.models import User
from declarations.models import Ens, SearchKey

MOST = 50
SHORTEST = 3


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """An ENS that was found, and by what."""

    mrn: str
    kind: str
    value: str
    office: str
    status: str
    registered_at: datetime


KINDS = {
    "mrn": "MRN",
    "lrn": "LRN",
    "equipment": "Container",
    "eori": "EORI",
    "document": "Document",
    "means": "Means",
}


def search(user: User, typed: str) -> list[Found]:
    """Return the ENS that the user sees and one of whose identifiers begins so, newest first."""
    words = typed.strip().upper()
    if len(words) < SHORTEST:
        return []
    keys = (
        SearchKey.objects.filter(value__startswith=words, ens__in=Ens.objects.visible_to(user))
        .select_related("ens")
        .order_by("-ens__registered_at", "ens", "kind")
    )
    found: dict[int, Found] = {}
    for key in keys[: MOST * 4]:
        found.setdefault(key.ens_id, _found(key))
    return list(found.values())[:MOST]


def _found(key: SearchKey) -> Found:
    return Found(
        mrn=key.ens.mrn,
        kind=KINDS.get(key.kind, key.kind),
        value=key.value,
        office=key.ens.office_of_first_entry,
        status=key.ens.get_status_display(),
        registered_at=key.ens.registered_at,
    )
