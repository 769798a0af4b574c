"""What linking one house costs with few and with very many open filings, or below one master.

    python -m benchmarks.linking [--many N | --houses N]     (1,000,000 open filings by default)

Half of the open filings are masters that wait for a house, half are houses that wait for a master;
their rows are made inside PostgreSQL. With 10,000 and with N of them, houses are lodged below
masters of their own and linked, one after the other, each in a transaction; microseconds are the
median of linking alone, from the locks to the new version of the whole. With `--houses` that many
are filed and linked below one master, by the hundred, then one more alone, and the whole is
assessed by 1,000 rules. The last line is JSON.
"""

import argparse
import json
import resource
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count

import django

from benchmarks.measuring.results import quantile
from benchmarks.measuring.site import started_servers
from declarations.document import (
    Consignment,
    Document,
    GoodsItem,
    Party,
    SupplementaryDeclarant,
    SupportingDocument,
)

FEW = 10_000
HOUSES, WARM_UP = 300, 30
BATCH = 100
AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
CARRIER, FORWARDER = "DK10103940", "NL223344556"
_FILL = (
    """
    INSERT INTO declarations_filing (id, type, lrn, mrn, status, declarant, representative, carrier,
        sender, office_of_first_entry, transport_mode, lodged_at, registered_at, analysis_ends_at,
        findings, version, link, received_from)
    SELECT n, CASE n %% 2 WHEN 0 THEN 'F12' ELSE 'F15' END, 'B' || n,
        'X' || lpad(n::text, 17, '0'), 'registered', 'NL' || n %% 5000, '', 'DK10103940',
        'NL' || n %% 5000, 'NL000396', '1', %(at)s, %(at)s, %(at)s, '[]', 1,
        CASE n %% 2 WHEN 0 THEN '' ELSE 'pending_linking' END, ''
    FROM generate_series(%(first)s::int, %(last)s::int) n
    """,
    """
    INSERT INTO declarations_ens (id, status, completeness, role, mrn, version, transport_mode,
        means, office_of_first_entry, expected_arrival, registered_at, analysis_ends_at,
        traffic_correction)
    SELECT n, 'forming', CASE n %% 2 WHEN 0 THEN 'pending' ELSE '' END, 'first_entry',
        'X' || lpad(n::text, 17, '0'), 1, '1', 'M' || n %% 3000, 'NL000396', %(at)s, %(at)s, %(at)s,
        ''
    FROM generate_series(%(first)s::int, %(last)s::int) n
    """,
    """
    INSERT INTO declarations_ensmember (ens_id, filing_id)
    SELECT n, n FROM generate_series(%(first)s::int, %(last)s::int) n
    """,
    """
    INSERT INTO declarations_ensversion (ens_id, number, filing_versions, created_at)
    SELECT n, 1, ARRAY[n], %(at)s FROM generate_series(%(first)s::int, %(last)s::int) n
    """,
    """
    INSERT INTO declarations_linkkey (filing_id, side, value, rank, expected, named, document)
    SELECT n, s.side, CASE s.side WHEN 'claim' THEN 'C' || n
        ELSE 'SEA MASTER|N704 OTHER' || n || '|NL' || n %% 5000 || '|DK10103940' END, 0,
        CASE s.side WHEN 'offer' THEN 'NL' || n %% 5000 ELSE '' END, '', ''
    FROM generate_series(%(first)s::int, %(last)s::int) n
    CROSS JOIN LATERAL (VALUES ('claim'), (CASE n %% 2 WHEN 0 THEN 'offer' ELSE 'ask' END)) s(side)
    """,
)
_TABLES = ("filing", "ens", "ensmember", "ensversion", "linkkey")
_BEHIND = 10_000_000
"""From which id on the measured filings are numbered."""


def fill(first: int, last: int) -> None:
    """Make the open filings with these ids."""
    from django.db import connection

    with connection.cursor() as cursor:
        for statement in _FILL:
            cursor.execute(statement, {"at": AT, "first": first, "last": last})
        for table in _TABLES:
            cursor.execute(f"ANALYZE declarations_{table}")


def number_behind() -> None:
    """Let new filings and ENS be numbered behind those that are filled in."""
    from django.db import connection

    with connection.cursor() as cursor:
        for table in ("filing", "ens"):
            cursor.execute(
                "SELECT setval(%s::regclass, %s)", [f"declarations_{table}_id_seq", _BEHIND]
            )


class Trader:
    """Lodges masters with a house each, and has the house linked."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def linked_in(self) -> float:
        """Return the microseconds in which one house is linked below its master."""
        from django.db import transaction

        from declarations.models import FilingLink
        from risk.services.linking import link

        number = next(self._numbers)
        [upper] = lodged([master(number)])
        [lower] = lodged([house(number, number)])
        begun = time.perf_counter()
        with transaction.atomic():
            link([lower], at=AT)
        taken = (time.perf_counter() - begun) * 1e6
        assert FilingLink.objects.live().filter(lower=lower, upper=upper).exists()
        return taken


def lodged(documents: Sequence[Document]) -> list[int]:
    """Return the filings of documents that are lodged."""
    from django.db import transaction

    from declarations.services import Lodged, Lodgement, lodge

    wanted = [
        Lodgement(
            document=document,
            message_id=place,
            sender=document.declarant.identifier or "",
            received_at=AT,
        )
        for place, document in enumerate(documents)
    ]
    with transaction.atomic():
        results = lodge(wanted, at=AT)
    return [result.filing for result in results if isinstance(result, Lodged)]


class Below:
    """Files houses below one master, and has them linked."""

    def __init__(self) -> None:
        [self.master] = lodged([master(0)])
        self._numbers = count(1)

    def linked_in(self, houses: int) -> float:
        """Return the microseconds in which each of so many houses is linked, together."""
        from django.db import transaction

        from risk.services.linking import link

        filings = lodged([house(next(self._numbers), 0) for _ in range(houses)])
        begun = time.perf_counter()
        with transaction.atomic():
            link(filings, at=AT)
        return (time.perf_counter() - begun) / houses * 1e6

    def assessed_in(self) -> float:
        """Return the seconds in which the whole is assessed."""
        from django.db import transaction

        from declarations.models import Filing
        from risk.services.assess import Request, assess_versions

        ens = Filing.objects.get(pk=self.master).membership.ens
        version = ens.versions.get(number=ens.version)
        wanted = Request(ens=ens.pk, ens_version=version.pk, version=ens.version)
        begun = time.perf_counter()
        with transaction.atomic():
            assert assess_versions([wanted], at=AT)
        return time.perf_counter() - begun


def megabytes() -> float:
    """Return the most memory that this process has had."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def one_whole(houses: int) -> dict[str, object]:
    """Measure houses below one master, the first ones and the last ones, and the whole."""
    from benchmarks.measuring import messages, rulebook
    from messaging.formats.registry import read

    documents = [read(body).document for body in messages.templates(AT)]
    rulebook.publish([found for found in documents if found], at=AT)
    below = Below()
    below.linked_in(WARM_UP)
    before = megabytes()
    taken = [below.linked_in(BATCH) for _ in range(houses // BATCH)]
    figures: dict[str, object] = {
        "houses": houses,
        "us_first": round(quantile(sorted(taken[:10]), 0.5)),
        "us_last": round(quantile(sorted(taken[-10:]), 0.5)),
        "us_alone": round(below.linked_in(1)),
        "linking_mb": round(megabytes() - before, 1),
    }
    print(figures, flush=True)
    return {
        **figures,
        "assess_s": round(below.assessed_in(), 1),
        "assess_mb": round(megabytes() - before, 1),
    }


def master(number: int) -> Document:
    """Return an F12 that names who files the house."""
    papers = (SupportingDocument(type="N704", reference=f"MEASURED{number}"),)
    people = (SupplementaryDeclarant(identifier=FORWARDER, level="1"),)
    return Document(
        type="F12",
        lrn=f"MASTER{number}",
        transport_mode="1",
        office_of_first_entry="NL000396",
        declarant=Party(identifier=CARRIER),
        transport_documents=papers,
        supplementary_declarants=people,
        consignments=(
            Consignment(
                key=f"N704/MEASURED{number}",
                items=(_goods(),),
                level="master",
                transport_documents=papers,
            ),
        ),
    )


def house(number: int, above: int) -> Document:
    """Return the F15 below the master of a number."""
    return Document(
        type="F15",
        lrn=f"HOUSE{number}",
        transport_mode="1",
        office_of_first_entry="",
        addressed_state="NL",
        declarant=Party(identifier=FORWARDER),
        carrier=Party(identifier=CARRIER),
        consignments=(
            Consignment(
                key=f"N714/HOUSE{number}",
                items=(_goods(),),
                level="house",
                carrier=Party(identifier=CARRIER),
                transport_documents=(SupportingDocument(type="N714", reference=f"HOUSE{number}"),),
                master_documents=(SupportingDocument(type="N704", reference=f"MEASURED{above}"),),
            ),
        ),
    )


def _goods() -> GoodsItem:
    return GoodsItem(
        number=1, description="Ceramic tiles", commodity_code="690721", gross_mass=Decimal(1000)
    )


def measured(trader: Trader) -> float:
    """Return the median of many houses, after a few that are not counted."""
    for _ in range(WARM_UP):
        trader.linked_in()
    return round(quantile(sorted(trader.linked_in() for _ in range(HOUSES)), 0.5))


def with_many(many: int) -> dict[str, object]:
    """Measure with few and with many open filings, and how the cost grows."""
    trader = Trader()
    number_behind()
    fill(1, FEW)
    few_us = measured(trader)
    print(f"{FEW} open filings: {few_us} us")
    begun = time.monotonic()
    fill(FEW + 1, many)
    print(f"{many} open filings made in {time.monotonic() - begun:.0f} s")
    many_us = measured(trader)
    print(f"{many} open filings: {many_us} us")
    return {"us_10k": few_us, "us_1m": many_us, "growth": round(many_us / few_us, 2)}


def main() -> None:
    """Measure what is asked for, and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--many", type=int, default=1_000_000)
    parser.add_argument("--houses", type=int)
    given = parser.parse_args()
    with started_servers():
        django.setup()
        figures = one_whole(given.houses) if given.houses else with_many(given.many)
    print(json.dumps({"bench": "linking", **figures}))


if __name__ == "__main__":
    main()
