"""The identifiers by which ENS are found: those of all filings of an ENS, some read at a time."""

from collections.abc import Collection, Iterable

from customs_portal.bulk import fetch_prepared, recordset
from declarations.document import decode
from declarations.models import EnsMember, SearchKey
from declarations.projection import keys
from declarations.rebuilding import batches
from declarations.services.locks import assert_in_transaction

_DECLARED = """
SELECT m.ens_id, f.mrn, fv.document_json::text FROM declarations_ensmember m
JOIN declarations_filing f ON f.id = m.filing_id
JOIN declarations_filingversion fv ON fv.filing_id = f.id AND fv.number = f.version
WHERE f.id = ANY(%s::bigint[])
"""
_ADD = """
INSERT INTO declarations_searchkey (ens_id, kind, value)
SELECT r.ens, r.kind, r.value
FROM json_to_recordset(%s::json) AS r(ens bigint, kind text, value text)
ON CONFLICT (value, kind, ens_id) DO NOTHING
"""


def rewrite_search_keys(ens: Collection[int]) -> None:
    """Let the ENS be found by what their filings declare now, and by nothing else.

    The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    SearchKey.objects.filter(ens__in=ens).delete()
    members = EnsMember.objects.filter(ens__in=ens).order_by("filing")
    add_search_keys(members.values_list("filing", flat=True))


def add_search_keys(filings: Iterable[int]) -> None:
    """Let the ENS of these filings be found by what these declare, too.

    The caller holds the locks of the ENS rows.
    """
    assert_in_transaction()
    for batch in batches(filings):
        rows = {
            (ens, kind, value)
            for ens, mrn, document in fetch_prepared(_DECLARED, [batch])
            for kind, value in keys(mrn, decode(document))
        }
        told = [{"ens": ens, "kind": kind, "value": value} for ens, kind, value in sorted(rows)]
        fetch_prepared(_ADD, [recordset(told)])
