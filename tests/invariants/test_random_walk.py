"""A random walk over all machines keeps every invariant.

Some hundred steps by default, the same ones each time; `RANDOM_WALK=5000` walks so many, other ones
each time: `RANDOM_WALK=5000 pytest tests/invariants/test_random_walk.py`.
"""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.invariants.walk import Walk
from tests.pipeline.conftest import publish
from tests.pipeline.conftest import reference as reference  # noqa: PLC0414  a fixture
from tests.pipeline.test_main_job import BANANAS

WANTED = int(os.environ.get("RANDOM_WALK", "0"))
STEPS = 100 if WANTED else 40
WALKS = max(WANTED // STEPS, 1) if WANTED else 3


def test_whatever_happens_in_whatever_order_the_invariants_hold() -> None:
    publish(("TST-01", BANANAS))
    run_state_machine_as_test(
        Walk,
        settings=settings(
            max_examples=WALKS,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not WANTED,
            database=None,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )
