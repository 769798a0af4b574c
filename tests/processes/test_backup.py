"""A site restored from a backup goes on without sending anything twice."""

from pathlib import Path
from typing import Any

import pytest

from customs_portal.runtime import backup
from tests.processes.site import WHOLE, Site
from tests.processes.test_breaking import decide, lodge, open_case, passing

pytestmark = pytest.mark.processes
PROCESSES = ("web", "worker", "beat")


def announced(site: Site) -> int:
    """Lodge, flag, hold and announce; the id of the IE351."""
    ens, case = open_case(site)
    assert decide(site, case, site.people["sessions"][0], "HLD-04") == 302
    site.settle()
    return site.count(
        "SELECT id FROM messaging_outboundmessage WHERE ens_id = %s AND kind = 'CC351A'", ens
    )


def message(site: Site, key: int) -> tuple[Any, ...]:
    [row] = site.rows(
        "SELECT message_identification, state FROM messaging_outboundmessage WHERE id = %s", key
    )
    return row


def collect(site: Site, key: int) -> None:
    with site.client() as client:
        client.notification(str(key))


def run_backup(site: Site, verb: str, file: Path) -> str:
    kept = site.environment.pop("DATABASE_URL")
    try:
        result = site.run("-m", backup.__name__, verb, str(file))
    finally:
        site.environment["DATABASE_URL"] = kept
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def numbers(site: Site, correlations: list[str]) -> set[str]:
    rows = site.rows(
        "SELECT mrn, (SELECT message_identification FROM messaging_outboundmessage o"
        " WHERE o.id = m.answer_id) FROM messaging_inboundmessage m WHERE correlation = ANY(%s)",
        correlations,
    )
    return {number for row in rows for number in row}


def test_after_a_restore_nothing_is_sent_twice_and_no_number_given_twice(
    site: Site, tmp_path: Path
) -> None:
    before, receipts = tmp_path / "before.dump", tmp_path / "receipts.csv"
    collected_before, collected_after = announced(site), announced(site)
    collect(site, collected_before)
    assert run_backup(site, "save", before) == f"Saved: {before}\n"

    collect(site, collected_after)
    lost = lodge(site, *(passing() for _ in range(3)))
    lost_notice = announced(site)
    collect(site, lost_notice)
    given, identification = numbers(site, lost), message(site, lost_notice)[0]
    assert site.manage("export_receipts", str(receipts)).returncode == 0
    sent = "SELECT count(*) FROM messaging_outboundmessage"

    for name in PROCESSES:
        site.kill(name)
    assert run_backup(site, "restore", before) == f"Restored: {before}\n"
    restored = site.count(sent)
    compared = site.manage("after_restore", "--receipts", str(receipts))
    assert f"known to its recipient only: {identification}" in compared.stdout.splitlines()
    for name in PROCESSES:
        site.start(name)
    site.wait_until_ready()

    assert site.broken() == WHOLE
    assert site.count(sent) == restored
    assert message(site, collected_before)[1] == message(site, collected_after)[1] == "delivered"
    again = lodge(site, *(passing() for _ in range(3)))
    site.settle()
    assert numbers(site, again).isdisjoint({*given, identification})


def test_a_backup_that_cannot_be_read_changes_nothing(site: Site, tmp_path: Path) -> None:
    broken = tmp_path / "broken.dump"
    broken.write_text("no backup")
    sent = "SELECT count(*) FROM messaging_outboundmessage"
    lodge(site, passing())
    site.settle()
    kept = site.count(sent)
    with pytest.raises(AssertionError, match="pg_restore failed"):
        run_backup(site, "restore", broken)
    assert site.count(sent) == kept > 0
    assert site.broken() == WHOLE
