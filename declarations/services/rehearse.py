"""Rehearsing a lodgement: what it would be refused for, without registering anything."""

from collections.abc import Sequence

from declarations.document import Document
from declarations.models import Filing
from declarations.services import link_keys
from declarations.services.lodge import Refused, lrn_taken


def rehearse(documents: Sequence[Document]) -> list[Refused | None]:
    """Return for each declaration why it would be refused if it were lodged now, None if not.

    Nothing is written: two of the same LRN do not stand against each other.
    """
    keys = [(document.declarant.identifier or "", document.lrn or "") for document in documents]
    taken = set(
        Filing.objects.filter(
            declarant__in={who for who, _ in keys},
            lrn__in={lrn for _, lrn in keys},
            received_from="",
        )
        .exclude(status="rejected")
        .values_list("declarant", "lrn")
    )
    doubled = link_keys.taken(documents)
    return [
        lrn_taken(document) if key in taken else _key_taken(document) if twice else None
        for key, document, twice in zip(keys, documents, doubled, strict=True)
    ]


def _key_taken(document: Document) -> Refused:
    return Refused(findings=[link_keys.key_taken(document)])
