"""The words by which officers find a case: those of goods, goods codes and parties as declared.

The EORI numbers stand among them: a trader has too many declarations to look up first.
"""

from collections.abc import Collection

from django.db import connection

from risk.word_search import spelled

MOST_LETTERS = 20_000
"""Of one declaration; what is declared beyond is found by its identifiers only."""
_GATHER = """
SELECT c.id, left(string_agg(DISTINCT t.text, ' '), %(most)s), (
    SELECT string_agg(k.value, ' ') FROM declarations_searchkey k
    WHERE k.ens_id = c.ens_id AND k.kind = 'eori'
)
FROM risk_case c
JOIN declarations_ens e ON e.id = c.ens_id
JOIN declarations_ensversion v ON v.ens_id = e.id AND v.number = e.version
CROSS JOIN LATERAL (
    SELECT i.description AS text FROM declarations_declareditem i
    WHERE i.filing_version_id = ANY(v.filing_versions)
    UNION ALL
    SELECT i.commodity_code FROM declarations_declareditem i
    WHERE i.filing_version_id = ANY(v.filing_versions)
    UNION ALL
    SELECT p.name FROM declarations_declaredparty p
    WHERE p.filing_version_id = ANY(v.filing_versions)
) t
WHERE c.status = 'open' AND c.ens_id = ANY(%(ens)s) AND t.text <> ''
GROUP BY c.id, c.ens_id ORDER BY c.id
"""
_STORE = """
UPDATE risk_case SET words = f.words
FROM unnest(%(ids)s::bigint[], %(words)s::text[]) AS f(id, words) WHERE risk_case.id = f.id
"""


def gather_words(ens: Collection[int]) -> None:
    """Note on the open cases of the ENS the words of their current versions."""
    if not ens:
        return
    with connection.cursor() as cursor:
        cursor.execute(_GATHER, {"ens": list(ens), "most": MOST_LETTERS})
        found = {key: spelled(f"{eoris or ''} {text}") for key, text, eoris in cursor.fetchall()}
        cursor.execute(_STORE, {"ids": list(found), "words": list(found.values())})
