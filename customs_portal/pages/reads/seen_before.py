"""What the portal knows of the parties, containers, seals, means and papers of a declaration.

One statement for all of them, bounded: the newest ENS of each, no more than `NEWEST`, of the last
12 months; no more than `MOST` things, those with a name or an identifier of a party first.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from customs_portal.bulk import fetch_prepared, recordset
from declarations.document import Document
from declarations.models import Ens
from declarations.names import name_key
from declarations.persons import Veil
from declarations.projection import keys, parties

PERIOD = timedelta(days=365)
NEWEST = 100
MOST = 40
WORDS: dict[str, str | Promise] = {
    "eori": _("Operator"),
    "name": _("Name"),
    "means": _("Means"),
    "equipment": _("Container"),
    "seal": _("Seal"),
    "document": _("Document"),
}
"""What is looked for, in the order of the page."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """What earlier ENS say of one thing; `more` where there are more than were looked at."""

    kind: str
    what: str
    value: str
    ens: int
    more: bool
    measures: int
    finds: int
    last: datetime | None


_SEEN = """
WITH wanted AS (
    SELECT * FROM json_to_recordset(%(wanted)s::json) AS w(place int, kind text, value text)
)
SELECT w.kind, w.value, count(s.id), count(s.id) FILTER (WHERE s.ordered),
       count(s.id) FILTER (WHERE s.found), max(s.registered_at)
FROM wanted w
LEFT JOIN LATERAL (
    SELECT e.id, e.registered_at,
        EXISTS (SELECT 1 FROM declarations_measure m WHERE m.ens_id = e.id
                AND m.status NOT IN ('declined', 'lapsed', 'undone')) AS ordered,
        EXISTS (SELECT 1 FROM declarations_measure m WHERE m.ens_id = e.id
                AND m.status IN ('irregular', 'seized')) AS found
    FROM (
        SELECT k.ens_id FROM declarations_searchkey k
        WHERE w.kind <> 'name' AND k.value = w.value AND k.kind = w.kind AND k.ens_id <> %(ens)s
        ORDER BY k.ens_id DESC LIMIT %(newest)s
    ) n JOIN declarations_ens e ON e.id = n.ens_id AND e.registered_at > %(since)s
    UNION ALL
    SELECT e.id, e.registered_at,
        EXISTS (SELECT 1 FROM declarations_measure m WHERE m.ens_id = e.id
                AND m.status NOT IN ('declined', 'lapsed', 'undone')) AS ordered,
        EXISTS (SELECT 1 FROM declarations_measure m WHERE m.ens_id = e.id
                AND m.status IN ('irregular', 'seized')) AS found
    FROM (
        SELECT DISTINCT m.ens_id FROM (
            SELECT p.filing_version_id FROM declarations_declaredparty p
            WHERE w.kind = 'name' AND p.name_key = w.value
            ORDER BY p.name_key, p.id DESC LIMIT %(newest)s
        ) q JOIN declarations_filingversion v ON v.id = q.filing_version_id
        JOIN declarations_ensmember m ON m.filing_id = v.filing_id AND m.ens_id <> %(ens)s
    ) n JOIN declarations_ens e ON e.id = n.ens_id AND e.registered_at > %(since)s
) s ON true
GROUP BY w.place, w.kind, w.value ORDER BY w.place
"""


def seen_before(ens: Ens, document: Document, veil: Veil, at: datetime) -> list[Seen]:
    """Return what is known of each thing that the ENS names and the reader may read."""
    wanted = list(_wanted(ens, document, veil))[:MOST]
    names = {value: name for _kind, value, name in wanted}
    rows = [
        {"place": place, "kind": kind, "value": value}
        for place, (kind, value, _name) in enumerate(wanted)
    ]
    values = {
        "wanted": recordset(rows),
        "ens": ens.pk,
        "newest": NEWEST,
        "since": at - PERIOD,
    }
    return [
        Seen(
            kind=kind,
            what=str(WORDS[kind]),
            value=names[value],
            ens=count,
            more=count >= NEWEST,
            measures=measures,
            finds=finds,
            last=last,
        )
        for kind, value, count, measures, finds, last in fetch_prepared(_SEEN, values)
    ]


def _wanted(ens: Ens, document: Document, veil: Veil) -> Iterable[tuple[str, str, str]]:
    """Return kind, value as it is stored, and value as it is shown."""
    known = [(kind, value, value) for kind, value in keys(ens.mrn, document) if kind in WORDS]
    shown = {party.name for _path, _role, party in parties(veil.document(document))}
    named = {
        name_key(party.name): party.name
        for _path, _role, party in parties(document)
        if party.name and not party.identifier and party.name in shown
    }
    known += [("name", key, name) for key, name in named.items() if key]
    order = list(WORDS)
    return sorted(known, key=lambda each: order.index(each[0]))
