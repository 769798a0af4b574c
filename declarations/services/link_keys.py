"""The linking keys of live filings as rows: claimed when it is lodged, gone when it ends."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from customs_portal.bulk import copy_rows, fetch_prepared, recordset
from customs_portal.findings import Finding, Stage
from declarations.document import Document
from declarations.linking import Side, keys
from declarations.models import LinkKey
from declarations.services.locks import assert_in_transaction

DUPLICATE_DOCUMENT = "81"
Declared = Sequence[tuple[int, Document]]
"""Filings with what they declare."""

_COLUMNS = ("filing_id", "side", "value", "rank", "expected", "named", "document", "settled")
_CLAIM = """
INSERT INTO declarations_linkkey (filing_id, side, value, rank, expected, named, document)
SELECT c.filing, 'claim', c.value, 0, '', '', ''
FROM json_to_recordset(%s::json) AS c(filing bigint, value text)
ORDER BY c.value, c.filing
ON CONFLICT (value) WHERE side = 'claim' DO NOTHING RETURNING filing_id, value
"""
_SETTLE = """
WITH best AS (
    SELECT DISTINCT ON (a.filing_id) a.filing_id AS lower, o.filing_id AS upper
    FROM declarations_linkkey a JOIN declarations_linkkey o ON o.value = a.value
    WHERE a.filing_id = ANY(%(filings)s::bigint[]) AND a.side = 'ask' AND o.side = 'offer'
    ORDER BY a.filing_id, a.rank, o.filing_id
), filed(upper, expected) AS (
    SELECT b.upper, o.expected FROM best b
    JOIN declarations_linkkey a ON a.filing_id = b.lower AND a.side = 'ask'
    JOIN declarations_linkkey o ON o.filing_id = b.upper AND o.side = 'offer' AND o.value = a.value
    UNION
    SELECT l.upper_id, l.expected FROM declarations_filinglink l
    WHERE l.lower_id = ANY(%(filings)s::bigint[]) AND l.ended_at IS NULL
), found AS (
    SELECT o.id FROM filed x JOIN declarations_linkkey o
        ON o.filing_id = x.upper AND o.side = 'offer' AND o.expected = x.expected
    WHERE x.expected <> '' ORDER BY o.id FOR UPDATE OF o
)
UPDATE declarations_linkkey k SET settled = true FROM found WHERE k.id = found.id
"""
_GIVE_UP = "DELETE FROM declarations_linkkey WHERE side = 'claim' AND filing_id = ANY(%s::bigint[])"


def claim(declared: Declared) -> set[int]:
    """Claim the keys that each filing alone may have; return the filings that do not get theirs.

    The earlier filing wins; whoever lacks one of its keys has none of them. Rows are inserted in
    the order of their keys, so that two transactions wait for each other and never in a circle.
    """
    assert_in_transaction()
    wanted = {filing: {key.value for key in keys(said, Side.CLAIM)} for filing, said in declared}
    waiting = {filing: values for filing, values in wanted.items() if values}
    lost: set[int] = set()
    while waiting:
        lost = _losers(waiting)
        if not lost or len(lost) == len(waiting):
            break
        waiting = {filing: values for filing, values in waiting.items() if filing in lost}
    return lost


def _losers(wanted: Mapping[int, set[str]]) -> set[int]:
    """Let filings claim, and return those that did not get everything; these keep nothing."""
    rows = [{"filing": filing, "value": value} for filing in wanted for value in wanted[filing]]
    won: dict[int, int] = {}
    for filing, _value in fetch_prepared(_CLAIM, [recordset(rows)]):
        won[filing] = won.get(filing, 0) + 1
    lost = {filing for filing, values in wanted.items() if won.get(filing, 0) < len(values)}
    if lost:
        fetch_prepared(_GIVE_UP, [sorted(lost)])
    return lost


Settled = frozenset[tuple[int, str]]
"""What filings expected (filing, expected) that was filed and withdrawn."""


def write_keys(declared: Declared, settled: Settled = frozenset()) -> None:
    """Write what the filings offer and ask."""
    copy_rows("declarations_linkkey", _COLUMNS, _rows(declared, settled))


def _rows(declared: Declared, settled: Settled) -> Iterator[tuple[object, ...]]:
    for filing, document in declared:
        for side in (Side.OFFER, Side.ASK):
            for key in keys(document, side):
                told = (key.value, key.rank, key.expected, key.named, key.document)
                yield filing, side, *told, (filing, key.expected) in settled


def rewrite_keys(declared: Declared) -> None:
    """Let what amended filings offer and ask be what they declare now; what they claim stays.

    What they still expect and was withdrawn stays settled.
    """
    assert_in_transaction()
    filings = [filing for filing, _ in declared]
    own = LinkKey.objects.filter(filing__in=filings).exclude(side=Side.CLAIM)
    settled = frozenset(own.filter(settled=True).values_list("filing_id", "expected"))
    own.delete()
    write_keys(declared, settled)


def settle(filings: Collection[int]) -> None:
    """Let nobody be asked again for these filings, which their filers withdraw.

    Their keys say of what they are; they must still be there.
    """
    assert_in_transaction()
    fetch_prepared(_SETTLE, {"filings": list(filings)})


def drop_keys(filings: Collection[int]) -> None:
    """Remove every key of filings that have ended."""
    assert_in_transaction()
    LinkKey.objects.filter(filing__in=filings).delete()


def taken(documents: Iterable[Document]) -> list[bool]:
    """Return for each filing whether a live one has a key that it would claim; writes nothing."""
    wanted = [{key.value for key in keys(document, Side.CLAIM)} for document in documents]
    every = [value for values in wanted for value in values]
    held = set(
        LinkKey.objects.filter(side=Side.CLAIM, value__in=every).values_list("value", flat=True)
    )
    return [bool(values & held) for values in wanted]


def key_taken(document: Document) -> Finding:
    """Return what is told of a filing whose document another live one has."""
    papers = [*document.transport_documents]
    papers += [paper for house in document.consignments for paper in house.transport_documents]
    return Finding(
        code=DUPLICATE_DOCUMENT,
        rule="R3024",
        location="transport_documents" if document.transport_documents else "consignments",
        value=papers[0].reference if papers else "",
        text="A live filing of the same persons has this transport document.",
        stage=Stage.LIFECYCLE,
    )


def unregister(filings: Collection[int]) -> None:
    """Take back filings that were inserted in this transaction and lost a claim."""
    if filings:
        fetch_prepared("DELETE FROM declarations_filing WHERE id = ANY(%s)", [sorted(filings)])
