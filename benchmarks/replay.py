"""A back-test of a thousand rules over real declarations, on both cores, with its progress.

    python -m benchmarks.replay [ENS [RULES]]     (100,000 and 1,000 by default)

The database is that of `benchmarks.data`, built if it is not there (make bench-data N=...). The
rules are those of `benchmarks.rules`, published as a rule set; the back-test is asked for as on its
page and worked off by two processes, each as a worker does. The last line is JSON.
"""

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import django

from benchmarks import data
from benchmarks import rules as synthetic
from benchmarks.measuring.site import ROOT, started_servers
from risk.engine.lists import ReferenceList

TOLD_EVERY = 5.0
WORKER = "from benchmarks.replay import work; work()"


def ask(count: int) -> int:
    """Publish so many rules and ask what they would have hit in two years; return the test."""
    from django.db import transaction

    from customs_portal.accounts.models import Role, User
    from customs_portal.clock import now
    from risk.models import RiskProfile
    from risk.services.back_test import Asked, Question, start
    from risk.services.lists import load_lists
    from risk.services.publish import publish_rules

    at = now()
    analyst, _created = User.objects.get_or_create(username="analyst", role=Role.ANALYST)
    with transaction.atomic():
        load_lists(map(_without_repetition, synthetic.LISTS.values()), at=at)
        profile, _created = RiskProfile.objects.get_or_create(code="bench", name="Benchmark")
        rules = [synthetic.synthetic_rule(number) for number in range(count)]
        rule_set = publish_rules(rules, profile=profile, at=at)
        question = Question(begins_at=at - timedelta(days=730), ends_at=at, rule_set=rule_set)
        asked = start(question, by=analyst, at=at)
    assert isinstance(asked, Asked), asked
    return asked.back_test


def _without_repetition(found: ReferenceList) -> ReferenceList:
    entries = {entry.value: entry for entry in found.entries}
    return ReferenceList(found.code, found.title, entries.values())


def work() -> None:
    """Do parts until none is left, as a worker does."""
    django.setup()
    from risk.services import back_test

    while back_test.run_part(at=datetime.now(UTC)):
        pass


def followed(test: int) -> int:
    """Let two processes do the parts and tell the progress; return the number of declarations."""
    from risk.services import back_test

    command = [sys.executable, "-c", WORKER]
    workers = [subprocess.Popen(command, cwd=ROOT) for _place in range(back_test.PLACES)]
    begun = time.monotonic()
    while any(worker.poll() is None for worker in workers):
        time.sleep(TOLD_EVERY)
        found = back_test.progress(test)
        print(f"{time.monotonic() - begun:5.0f} s: {found}", flush=True)
    found = back_test.progress(test)
    assert found.state == "finished", found
    return found.total


def main() -> None:
    """Ask, follow, and print the figures."""
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    rules = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000
    with started_servers(data.directory(wanted)) as site:
        django.setup()
        data.build(site, wanted)
        test = ask(rules)
        begun = time.monotonic()
        count = followed(test)
        seconds = time.monotonic() - begun
    figures = {
        "bench": "replay",
        "ens": count,
        "rules": rules,
        "seconds": round(seconds, 1),
        "ens_per_s": round(count / seconds, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
