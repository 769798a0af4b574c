"""Forgetting parties: of old declarations names and addresses go, numbers and countries stay."""

from collections.abc import Sequence

from django.db import connection

from declarations.document import Party, decode, encode
from declarations.models import DeclaredParty
from declarations.persons import with_parties
from declarations.services.locks import assert_in_transaction

_DOCUMENTS = "SELECT id, document_json::text FROM declarations_filingversion WHERE id = ANY(%s)"
_BLANK = """
UPDATE declarations_filingversion v SET document_json = n.document::jsonb
FROM unnest(%s::bigint[], %s::text[]) AS n(id, document) WHERE v.id = n.id
"""


def forget_parties(versions: Sequence[int]) -> int:
    """Blank the parties of these filing versions, in documents and projection; return how many.

    Called where rows of append-only tables may go: documents are never changed otherwise.
    """
    assert_in_transaction()
    with connection.cursor() as cursor:
        cursor.execute(_DOCUMENTS, [list(versions)])
        blanked = [
            (key, encode(with_parties(decode(text), without_name)).decode())
            for key, text in cursor.fetchall()
        ]
        cursor.execute(_BLANK, [[key for key, _ in blanked], [text for _, text in blanked]])
    parties = DeclaredParty.objects.filter(filing_version__in=versions)
    parties.update(name="", name_key="")
    return len(blanked)


def without_name(party: Party) -> Party:
    """Return the party with its number and country alone."""
    return Party(identifier=party.identifier, country=party.country)
