"""Back-tests: asking, cancelling, and reading how far one is and what it found.

`start` and `cancel` want the caller's transaction; `progress` and `result` only read. The work is
done by `risk.tasks.run_back_tests`, part by part; it opens no case and changes no assessment.
"""

from risk.services.back_test.asking import Asked, Question, cancel, start
from risk.services.back_test.impact import MOST, start_impact, tests_of
from risk.services.back_test.places import PLACES, is_work_left, place
from risk.services.back_test.reading import (
    DayCount,
    Progress,
    Result,
    progress,
    result,
)
from risk.services.back_test.running import run_part

__all__ = [
    "MOST",
    "PLACES",
    "Asked",
    "DayCount",
    "Progress",
    "Question",
    "Result",
    "cancel",
    "is_work_left",
    "place",
    "progress",
    "result",
    "run_part",
    "start",
    "start_impact",
    "tests_of",
]
