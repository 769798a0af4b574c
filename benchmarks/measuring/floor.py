"""The least that the same work costs: no pipeline, no events, no leases, one process.

The same bytes are POSTed to a bare Django view that commits each; then one process parses them,
validates them by XSD, applies the same message rules and the same risk rules, and COPYs the rows
that the portal has written for as many ENS into tables with the same indexes.
"""

import time
from collections.abc import Iterator, Sequence

import psycopg
from psycopg import sql

from benchmarks.measuring import load, processor
from benchmarks.measuring.site import Site
from customs_portal import clock
from messaging.formats.registry import read
from risk.engine.subject import Context
from risk.rule_sets import in_force

BATCH = 200
TABLES = (
    "messaging_inboundmessage",
    "messaging_messageclaim",
    "messaging_outboundmessage",
    "messaging_rawbody",
    "events_event",
    "risk_analyseddeclaration",
    "risk_analysedhistory",
    "risk_analyseditem",
    "risk_assessment",
    "risk_case",
    "declarations_filing",
    "declarations_filingversion",
    "declarations_ens",
    "declarations_ensmember",
    "declarations_ensversion",
    "declarations_entryleg",
    "declarations_consignmentlife",
    "declarations_clock",
    "declarations_declaredconsignment",
    "declarations_declareditem",
    "declarations_declaredparty",
    "declarations_declaredequipment",
    "declarations_declaredrouting",
    "declarations_searchkey",
)
_ONLY = {"messaging_rawbody": "WHERE id IN (SELECT body_id FROM messaging_outboundmessage)"}
Rows = dict[str, list[tuple[object, ...]]]


def floor_us(site: Site, bodies: Sequence[bytes], *, of: int) -> dict[str, float]:
    """Return CPU microseconds for each ENS; the portal has taken in `of` messages before."""
    with psycopg.connect(site.cluster.url("portal"), autocommit=True) as connection:
        _make_tables(connection)
        rows = _rows(connection, len(bodies) / of)
        posted = _post(site, bodies)
        processed = _process(site, connection, bodies, rows)
    return {"post": posted / len(bodies) * 1e6, "process": processed / len(bodies) * 1e6}


def _make_tables(connection: psycopg.Connection) -> None:
    connection.execute("CREATE SCHEMA floor")
    connection.execute("CREATE TABLE floor.posted (id bigserial PRIMARY KEY, body bytea)")
    for table in TABLES:
        connection.execute(
            sql.SQL("CREATE TABLE floor.{0} (LIKE {0} INCLUDING ALL)").format(sql.Identifier(table))
        )


def _rows(connection: psycopg.Connection, share: float) -> Rows:
    """Return that share of the rows of each table, as text."""
    found: Rows = {}
    for table in TABLES:
        name, only = sql.Identifier(table), sql.SQL(_ONLY.get(table, ""))
        counted = connection.execute(sql.SQL("SELECT count(*) FROM {} {}").format(name, only))
        [total] = counted.fetchone() or (0,)
        query = sql.SQL("COPY (SELECT {} FROM {} {} LIMIT {}) TO STDOUT").format(
            columns(connection, table), name, only, round(total * share)
        )
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            found[table] = list(copy.rows())
    return found


def columns(connection: psycopg.Connection, table: str) -> sql.Composed:
    """Return the columns of a table that are written; generated ones make themselves."""
    rows = connection.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s"
        " AND table_schema = 'public' AND is_generated = 'NEVER' ORDER BY ordinal_position",
        [table],
    )
    return sql.SQL(", ").join(sql.Identifier(name) for (name,) in rows)


def _post(site: Site, bodies: Sequence[bytes]) -> float:
    """Return the CPU seconds of web server and database for POSTing the messages."""
    site.start("web", application="benchmarks.measuring.bare:application")
    requests = load.single(bodies, port=site.port, token="none")
    load.run(requests[:50], port=site.port)
    before = processor.cpu_seconds(site.roots())
    load.run(requests, port=site.port)
    used = processor.spent(before, processor.cpu_seconds(site.roots()))
    site.stop("web")
    return used["web"] + used["postgres"]


def _process(
    site: Site, connection: psycopg.Connection, bodies: Sequence[bytes], rows: Rows
) -> float:
    """Return the CPU seconds of this process and of the database for all the rest."""
    compiled = in_force(clock.now()).compiled
    before = processor.cpu_seconds({"postgres": site.cluster.process.pid})
    begun = time.process_time()
    batches = -(-len(bodies) // BATCH)
    for number in range(batches):
        for body in bodies[number * BATCH : (number + 1) * BATCH]:
            document = read(body).document
            if document is not None:
                compiled.evaluate(document, Context(mrn="26NL000", received_at=clock.now()))
        with connection.transaction():
            for table, part in _slices(rows, number, batches):
                _copy(connection, table, part)
    own = time.process_time() - begun
    after = processor.cpu_seconds({"postgres": site.cluster.process.pid})
    return own + processor.spent(before, after)["postgres"]


def _slices(
    rows: Rows, number: int, batches: int
) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    for table, found in rows.items():
        size = -(-len(found) // batches)
        yield table, found[number * size : (number + 1) * size]


def _copy(connection: psycopg.Connection, table: str, part: list[tuple[object, ...]]) -> None:
    query = sql.SQL("COPY floor.{} FROM STDIN").format(sql.Identifier(table))
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        for row in part:
            copy.write_row(row)
