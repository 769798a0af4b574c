"""Two countries beside each other on one machine, each with processes and a database of its own.

They share a cluster and a Valkey to start sooner; nothing else.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from customs_portal.runtime import instance, postgres, supervisor, valkey
from tests.fixtures.portal import free_port
from tests.processes.site import NOT_OURS, Site, migrated_database

PROCESSES = ("web", "worker", "courier", "beat")


@contextmanager
def two_countries(directory: Path) -> Iterator[tuple[Site, Site]]:
    """Start the Netherlands and Belgium, which find each other; end whatever is left of them."""
    cluster = postgres.start(directory / "postgres", settings=postgres.DURABLE)
    server = valkey.start(directory / "valkey")
    sites: list[Site] = []
    try:
        for number, country in enumerate(("NL", "BE")):
            home = directory / country.lower()
            home.mkdir()
            site = Site(home, cluster, server, {}, f"http://{instance.HOST}:{free_port()}")
            site.database = f"portal_{country.lower()}"
            site.environment = _environment(site, country, number, directory / "neighbours")
            sites.append(site)
        _prepare(sites)
        for site in sites:
            for name in PROCESSES:
                site.start(name)
        for site in sites:
            site.wait_until_ready()
        yield sites[0], sites[1]
    finally:
        for site in sites:
            supervisor.stop_all(list(site.processes.values()))
        valkey.stop(server)
        postgres.stop(cluster)


def _environment(site: Site, country: str, number: int, neighbours: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in NOT_OURS}
    port = site.url.rpartition(":")[2]
    named = {"INSTANCE": country.lower(), "VAR_DIRECTORY": str(site.directory), "PORT": port}
    own = {"NEIGHBOURS_DIRECTORY": str(neighbours), "WORKERS": "1", "COURIERS": "1"}
    return instance.load(named).environment(
        {**kept, **own},
        database_url=site.cluster.url(site.database),
        redis_url=site.valkey.url(number),
        broker_url=site.valkey.broker_url(number),
    )


def _prepare(sites: list[Site]) -> None:
    """Migrate once, copy, then give each country its people, its rules and its key."""
    first, second = sites
    migrated_database(first)
    with psycopg.connect(first.cluster.url("postgres"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {second.database} TEMPLATE {first.database}".encode())
    for site in sites:
        people = site.run("-m", "tests.processes.people")
        assert people.returncode == 0, people.stderr
        site.people = json.loads(people.stdout)
        made = site.manage("rotate_partner_key", "--if-missing")
        assert made.returncode == 0, made.stderr


def story(site: Site, mrn: str) -> list[str]:
    """Return what the site tells of an ENS, the newest first."""
    told = site.run("-m", "tests.processes.telling", mrn)
    assert told.returncode == 0, told.stderr
    lines: list[str] = json.loads(told.stdout)
    return lines
