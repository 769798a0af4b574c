"""Screening without a database: every name is compared with every entry."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import msgspec

from declarations.document import Document
from risk.engine.lists import ReferenceList
from risk.engine.names import Identity
from risk.engine.readings import IDENTITIES, Readings
from risk.engine.subject import Context, Declared, Likeness
from risk.models.rule import BY_LIKENESS
from risk.names.evidence import Listed
from risk.names.screening import compared
from risk.services.lists import THRESHOLD


def screened(document: Document, context: Context, lists: Mapping[str, ReferenceList]) -> Context:
    """Return the circumstances with what the lists say of the names of the declaration."""
    readings = Readings(Declared(document, context))
    identities = [
        one for each in (readings.header, *readings.items) for one in each[IDENTITIES].values()
    ]
    by_name = tuple(found for found in lists.values() if found.kind in BY_LIKENESS)
    names = {
        one.reference: found for one in identities if (found := tuple(_likenesses(one, by_name)))
    }
    features = msgspec.structs.replace(context.features, names=names)
    return msgspec.structs.replace(context, features=features)


def _likenesses(identity: Identity, lists: tuple[ReferenceList, ...]) -> Iterator[Likeness]:
    for found in lists:
        for _entry, weighed in compared(identity, _listed(found)):
            yield Likeness(match=1, list=found.code, score=weighed.score, agrees=weighed.agrees)


@lru_cache
def _listed(found: ReferenceList) -> tuple[Listed, ...]:
    return tuple(
        Listed(
            entry=number, list=1, revision=1, threshold=THRESHOLD, value=entry.value,
            country=entry.country, identifier=entry.identifier,
        )
        for number, entry in enumerate(found.entries)
    )  # fmt: skip
