"""A year of declarations for benchmarks, built once: N ENS, one in twenty with an open case.

    python -m benchmarks.data N     (make bench-data N=1000000)

Some hundred declarations of all kinds go the real way: lodged, projected, analysed by the rules of
the demo. Their rows are then copied inside PostgreSQL with other ids, numbers and times. Parties
stay as they are, so that a few traders have very many declarations. One ENS has 999 goods items.
Messages and the story are not copied: they are read by the key of one ENS. The database stays in
build/bench-data/N and is used by whatever asks for it.
"""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import django
import msgspec
import psycopg
from psycopg import sql

from benchmarks.measuring.site import ROOT, Site, started_servers

TEMPLATES = 400
RISKY_EVERY = 12
AT_A_TIME = 100
STRIDE = 1_000_000
"""How far the ids of one copy lie behind those of the one before."""
OPEN_SHARE = 20
OFFICERS, OF_THE_CENTRE = 20, 2
MANY_ITEMS = 999
_OFF = f"+ k * {STRIDE}"
_BACK = "- k * interval '1 minute' * (525600.0 / %(copies)s)"
_MRN = "substr({0}, 1, 4) || upper(substr(md5({0} || k), 1, 13)) || '0'"
_LRN = "substr({0}, 1, 8) || upper(substr(md5({0} || k), 1, 14))"
_ARRIVAL = "CASE WHEN k <= %(open)s THEN {0} ELSE {0} " + _BACK + " END"
_CHANCE = "('x' || substr(md5(id::text || k), 1, 7))::bit(28)::int / 268435456.0"
COPIED: dict[str, dict[str, str]] = {
    "declarations_filing": {
        "mrn": _MRN.format("mrn"), "lrn": _LRN.format("lrn"),
        "lodged_at": f"lodged_at {_BACK}", "registered_at": f"registered_at {_BACK}",
    },
    "declarations_filingversion": {"filing_id": f"filing_id {_OFF}"},
    "declarations_ens": {
        "mrn": _MRN.format("mrn"), "registered_at": f"registered_at {_BACK}",
        "expected_arrival": _ARRIVAL.format("expected_arrival"),
        "analysis_ends_at": f"analysis_ends_at {_BACK}",
        "status": "CASE WHEN k <= %(open)s THEN status ELSE 'assessed' END",
    },
    "declarations_ensmember": {"ens_id": f"ens_id {_OFF}", "filing_id": f"filing_id {_OFF}"},
    "declarations_ensversion": {
        "ens_id": f"ens_id {_OFF}",
        "filing_versions": f"ARRAY(SELECT v {_OFF} FROM unnest(filing_versions) v)",
    },
    "declarations_entryleg": {"ens_id": f"ens_id {_OFF}"},
    "declarations_clock": {
        "ens_id": f"ens_id {_OFF}",
        "stopped_at": "CASE WHEN k <= %(open)s THEN stopped_at ELSE ends_at END",
    },
    "declarations_consignmentlife": {"filing_id": f"filing_id {_OFF}"},
    **{
        f"declarations_declared{kind}": {"filing_version_id": f"filing_version_id {_OFF}"}
        for kind in ("consignment", "item", "party", "equipment", "routing")
    },
    "declarations_searchkey": {
        "ens_id": f"ens_id {_OFF}",
        "value": "CASE kind WHEN 'mrn' THEN " + _MRN.format("value")
        + " WHEN 'lrn' THEN " + _LRN.format("value")
        + " WHEN 'equipment' THEN substr(value, 1, 4) || lpad((k * 7919 %% 10000000)::text, 7, '0')"
        " WHEN 'document' THEN left(value, 60) || '-' || k ELSE value END",
    },
    "risk_analyseddeclaration": {
        "ens": f"ens {_OFF}", "ens_version": f"ens_version {_OFF}",
        "received_at": f"received_at {_BACK}",
    },
    "risk_analyseditem": {
        "ens": f"ens {_OFF}", "ens_version": f"ens_version {_OFF}",
        "received_at": f"received_at {_BACK}",
    },
    "risk_assessment": {
        "ens_id": f"ens_id {_OFF}", "ens_version_id": f"ens_version_id {_OFF}",
        "made_at": f"made_at {_BACK}",
        "status": "CASE WHEN k <= %(open)s THEN status ELSE 'concluded' END",
        "result": "CASE WHEN k <= %(open)s THEN result ELSE 'no_risk' END",
        "concluded_at": "CASE WHEN k <= %(open)s THEN concluded_at ELSE made_at END",
    },
    "risk_case": {
        "ens_id": f"ens_id {_OFF}",
        "status": "CASE WHEN k <= %(open)s THEN 'open' ELSE 'closed' END",
        "closed_at": f"CASE WHEN k > %(open)s THEN opened_at {_BACK} END",
        "opened_at": f"opened_at {_BACK}",
        "due_at": f"opened_at + interval '26 hours' * ({_CHANCE}) - interval '2 hours'",
    },
}  # fmt: skip
"""The tables whose rows are copied; each column as it stands but for these, and the id."""


def directory(count: int) -> Path:
    """Return where the database of so many ENS stays."""
    return ROOT / "build" / "bench-data" / str(count)


def build(site: Site, count: int) -> None:
    """Fill the database, unless it is filled; the site has a migrated one with reference data."""
    with psycopg.connect(site.cluster.url("portal"), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM declarations_ens LIMIT 1").fetchone():
            return
        begun = time.monotonic()
        _lodge_templates(count)
        flagged = _number(connection, "SELECT count(*) FROM risk_case")
        copies = count // TEMPLATES - 1
        values = {"copies": max(copies, 1), "open": count // OPEN_SHARE // flagged}
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET synchronous_commit = off")
        connection.execute("SET maintenance_work_mem = '1GB'")
        for table, changed in COPIED.items():
            _copy(connection, table, changed, copies, values)
            print(f"{table}: {time.monotonic() - begun:.0f} s", flush=True)
        _assign(connection)
        connection.execute("VACUUM ANALYZE")
    _lodge_large()
    print(f"{count} ENS in {time.monotonic() - begun:.0f} s", flush=True)


def _number(connection: psycopg.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()  # type: ignore[call-overload]  # our own text
    return int(row[0])


def _copy(
    connection: psycopg.Connection,
    table: str,
    changed: dict[str, str],
    copies: int,
    values: dict[str, int],
) -> None:
    from benchmarks.measuring.floor import columns

    names = columns(connection, table).as_string(connection).replace('"', "").split(", ")
    wanted = {"id": f"id {_OFF}", **changed}
    query = sql.SQL(
        "INSERT INTO {} ({}) SELECT {} FROM {} CROSS JOIN generate_series(1, {}::bigint) k"
        " ON CONFLICT DO NOTHING"
    )
    with _without_indexes(connection, table):
        connection.execute(
            query.format(
                sql.Identifier(table),
                sql.SQL(", ").join(map(sql.Identifier, names)),
                sql.SQL(", ").join(sql.SQL(wanted.get(name, f'"{name}"')) for name in names),  # type: ignore[arg-type]  # our own text
                sql.Identifier(table),
                copies,
            ),
            values,
        )
    connection.execute(
        sql.SQL("SELECT setval(pg_get_serial_sequence({}, 'id'), (SELECT max(id) FROM {}))").format(
            table, sql.Identifier(table)
        )
    )


_INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
WHERE i.indrelid = %s::regclass AND NOT i.indisunique
  AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)
"""


@contextmanager
def _without_indexes(connection: psycopg.Connection, table: str) -> Iterator[None]:
    """Take the indexes away that no constraint needs: made at once they cost a fraction."""
    found = connection.execute(_INDEXES, [table]).fetchall()
    for name, _definition in found:
        connection.execute(f"DROP INDEX {name}")  # type: ignore[call-overload]  # our own text
    yield
    for _name, definition in found:
        connection.execute(definition)


_ASSIGN = """
UPDATE risk_case c SET assignee_id = m.user_id, assigned_at = c.opened_at
FROM (SELECT o.reference, u.user_id, row_number() OVER (PARTITION BY o.reference) AS n,
             count(*) OVER (PARTITION BY o.reference) AS size
      FROM accounts_officemembership u JOIN reference_office o ON o.id = u.office_id) m
WHERE c.status = 'open' AND c.office = m.reference AND c.id % 5 < 2 AND c.id % m.size = m.n - 1
"""


def _assign(connection: psycopg.Connection) -> None:
    """Let officers have two of five open cases of their offices."""
    _people()
    connection.execute(_ASSIGN)


def _people() -> None:
    """Make twenty officers: two of a risk centre, the others at the offices of the cases."""
    from customs_portal.accounts.models import OfficeMembership, Role, User
    from customs_portal.reference.models import Office
    from risk.models import Case

    used = list(Case.objects.order_by("office").values_list("office", flat=True).distinct())
    centre = Office.objects.filter(kind=Office.Kind.RISK_CENTRE).values_list("reference", flat=True)
    others = (used[n % len(used)] for n in range(OFFICERS - OF_THE_CENTRE))
    places = [*[centre[0]] * OF_THE_CENTRE, *others]
    for number, reference in enumerate(places):
        user = User.objects.create(username=f"officer{number}", role=Role.OFFICER, single_keys=True)
        OfficeMembership.objects.create(user=user, office=Office.objects.get(reference=reference))


def _lodge_templates(count: int) -> None:
    from customs_portal.clock import now
    from customs_portal.demo.declaring import declare
    from customs_portal.demo.risks import RISKS

    at = now() - timedelta(hours=1)
    _publish(at)
    documents = []
    for index in range(min(TEMPLATES, count)):
        risk = RISKS[index // RISKY_EVERY % len(RISKS)] if index % RISKY_EVERY == 0 else None
        kind = risk.kind if risk else ""
        document = declare(country="NL", seed=1, index=index, at=at, kind=kind).document
        documents.append(risk.hit(document) if risk else document)
    for begin in range(0, len(documents), AT_A_TIME):
        _take_in(documents[begin : begin + AT_A_TIME], at)


def _publish(at: datetime) -> None:
    from django.db import transaction

    from risk.engine.loading import load_lists, load_rules
    from risk.models import RiskProfile
    from risk.services.lists import load_lists as store_lists
    from risk.services.publish import publish_rules

    with transaction.atomic():
        profile = RiskProfile.objects.create(code="demo", name="Demo")
        store_lists(load_lists().values(), at=at)
        publish_rules(load_rules(), profile=profile, at=at)


def _take_in(documents: list[object], at: datetime) -> None:
    """Lodge and analyse the declarations."""
    from django.db import transaction

    from declarations.models import EnsVersion
    from declarations.services import Lodged, Lodgement, lodge
    from risk.services.assess import assess_versions
    from risk.services.due import Request

    with transaction.atomic():
        lodgements = [
            Lodgement(document=document, message_id=number, sender="NL999999001", received_at=at)  # type: ignore[arg-type]  # documents
            for number, document in enumerate(documents, start=1)
        ]
        lodged = [each.ens for each in lodge(lodgements, at=at) if isinstance(each, Lodged)]
        found = EnsVersion.objects.filter(ens__in=lodged).values_list("ens_id", "pk", "number")
        assess_versions(
            [Request(ens=ens, ens_version=key, version=number) for ens, key, number in found], at=at
        )


def _lodge_large() -> None:
    """Lodge one ENS with as many goods items as a message holds, each with a hit."""
    from customs_portal.clock import now
    from customs_portal.demo.declaring import declare
    from customs_portal.demo.risks import RISKS

    at = now() - timedelta(minutes=10)
    risk = next(each for each in RISKS if each.rule.startswith("CNT"))
    lodging = declare(country="NL", seed=2, index=1, at=at, kind=risk.kind)
    document = risk.hit(lodging.document)
    first = next(document.items())
    items = tuple(msgspec.structs.replace(first, number=n + 1) for n in range(MANY_ITEMS))
    whole = msgspec.structs.replace(document.consignments[0], items=items)
    _take_in([msgspec.structs.replace(document, consignments=(whole,))], at)


def main() -> None:
    """Build the database of N ENS."""
    count = int(sys.argv[1])
    with started_servers(directory(count)) as site:
        django.setup()
        build(site, count)


if __name__ == "__main__":
    main()
