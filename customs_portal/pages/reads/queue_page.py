"""The page around the rows of the queue: tabs and counts, one stretch of rows, what moved since."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from django.core.exceptions import EmptyResultSet

from customs_portal.accounts.models import User
from customs_portal.bulk import fetch
from customs_portal.pages.access import CASEWORK
from customs_portal.pages.reads.queue import OFFICER, PAGE_SIZE, officer_of
from customs_portal.pages.wording import URGENT, TimeLeft, time_left
from risk.filters import SEEN, SIGN, TABS, WAITING
from risk.models import Case, SavedView
from risk.querysets import CaseQuerySet, Place

Cases = CaseQuerySet[Case]
MOST_COUNTED = 1_000


class Counts(msgspec.Struct, frozen=True):
    """How much work there is; `newest` is the id of the newest case, 0 where there is none."""

    open: int
    late: int
    hour: int
    stopped: int
    nobody: int
    newest: int


class Tab(msgspec.Struct, frozen=True, kw_only=True):
    """A tab of the queue; `count` is None where it would cost too much to say."""

    name: str
    words: str
    count: int | None


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """Some rows of the queue in their order, and how it goes on at both ends; empty for not."""

    cases: list[Case]
    before: str
    after: str


class Moved(msgspec.Struct, frozen=True, kw_only=True):
    """What a row that is on somebody's screen says by now."""

    id: int
    left: TimeLeft
    officer: str
    is_mine: bool
    is_open: bool


def scope(user: User) -> Cases:
    """Return the open cases that counts are about: one's own work, for readers what they see."""
    if user.role in CASEWORK:
        return Case.objects.open().workable_by(user)
    return Case.objects.open().visible_to(user)


def base(user: User, tab: str) -> Cases:
    """Return the open cases of which a tab shows some; own work is seen without asking further."""
    if tab in ("office", WAITING, SIGN):
        return Case.objects.open().workable_by(user)
    return Case.objects.open().visible_to(user)


_NONE = "SELECT id, ens_id, due_at, due_by, assignee_id FROM risk_case WHERE false"
_COUNTS = """
SELECT count(*), count(*) FILTER (WHERE due_at < %s::timestamptz),
    count(*) FILTER (WHERE due_at >= %s::timestamptz AND due_at < %s::timestamptz),
    count(*) FILTER (WHERE due_by IN ('reply', 'arrival')),
    count(*) FILTER (WHERE assignee_id IS NULL), coalesce(max(id), 0)
FROM ({}) own
"""


def counts(cases: Cases, at: datetime) -> Counts:
    """Return how many of the cases are open, late, due soon, resting, and nobody's."""
    own, asked = _written(cases)
    [found] = fetch(_COUNTS.format(own), [at, at, at + URGENT, *asked])
    return Counts(*found)


def _written(cases: Cases) -> tuple[str, Sequence[object]]:
    """Return the question for the cases as SQL with its values, to stand within another."""
    asked = cases.order_by().values_list("id", "ens_id", "due_at", "due_by", "assignee_id")
    try:
        statement, values = asked.query.sql_with_params()
    except EmptyResultSet:
        return _NONE, ()
    return statement, values


def default_tab(user: User) -> str:
    """Return the tab that the queue begins with."""
    return "office" if user.role in CASEWORK else SEEN


_TABS = """
SELECT (SELECT count(*) FROM ({mine}) mine),
    (SELECT count(*) FROM ({own}) own WHERE EXISTS (
        SELECT FROM risk_assessment a WHERE a.ens_id = own.ens_id AND a.status = 'waiting')),
    (SELECT count(*) FROM ({own}) own WHERE id IN (
        SELECT c.id FROM risk_case c JOIN declarations_measure m ON m.ens_id = c.ens_id
        WHERE c.status = 'open' AND m.status = 'awaiting_second'
        UNION ALL
        SELECT p.case_id FROM risk_decisionproposal p WHERE p.state = 'open'))
"""
"""As `CaseQuerySet.waiting` and `to_be_signed` say it, for three tabs in one statement."""


def tabs(user: User, found: Counts) -> list[Tab]:
    """Return the tabs that the user has, with their counts."""
    if user.role not in CASEWORK:
        return [Tab(name=SEEN, words=str(dict(TABS)[SEEN]), count=found.open)]
    own, asked = _written(scope(user))
    mine, of_mine = _written(Case.objects.open().visible_to(user).of(user))
    [counted] = fetch(_TABS.format(own=own, mine=mine), [*of_mine, *asked, *asked])
    counts_of = dict(zip(("mine", WAITING, SIGN, "office"), (*counted, found.open), strict=True))
    return [Tab(name=name, words=str(words), count=counts_of.get(name)) for name, words in TABS]


def stretch(cases: Cases, *, after: Place | None, before: Place | None) -> Stretch:
    """Return a page of the cases behind a place, or before one, else the first."""
    if before:
        found = list(cases.before(before).in_queue_order().reverse()[: PAGE_SIZE + 1])
        shown, more = found[:PAGE_SIZE][::-1], len(found) > PAGE_SIZE
        return _stretch(shown, has_before=more, has_after=True)
    rest = cases.after(after) if after else cases
    found = list(rest.in_queue_order()[: PAGE_SIZE + 1])
    return _stretch(
        found[:PAGE_SIZE], has_before=after is not None, has_after=len(found) > PAGE_SIZE
    )


def _stretch(cases: list[Case], *, has_before: bool, has_after: bool) -> Stretch:
    return Stretch(
        cases=cases,
        before=str(cases[0].place()) if cases and has_before else "",
        after=str(cases[-1].place()) if cases and has_after else "",
    )


def size(cases: Cases) -> int:
    """Return how many cases there are, or one more than are counted."""
    return cases.order_by()[: MOST_COUNTED + 1].count()


def looked_up(cases: Cases) -> tuple[Cases, int]:
    """Return cases that are dear to find, and how many or one more than are counted; found once.

    Where there are more than are counted, the first of them are soon found again.
    """
    keys = list(cases.order_by().values_list("pk", flat=True)[: MOST_COUNTED + 1])
    few: Cases = Case.objects.filter(pk__in=keys)
    return (few if len(keys) <= MOST_COUNTED else cases), len(keys)


def moved(shown: Sequence[int], user: User, at: datetime) -> list[Moved]:
    """Return what the rows on the screen say now, of the cases that the user sees."""
    seen = Case.objects.visible_to(user).filter(pk__in=shown).select_related("assignee")
    cases = seen.only("due_at", "status", *OFFICER)
    return [
        Moved(
            id=case.pk,
            left=time_left(case.due_at, at),
            officer=officer_of(case),
            is_mine=case.assignee_id == user.pk,
            is_open=case.status == Case.Status.OPEN,
        )
        for case in cases
    ]


def saved_views(user: User) -> list[SavedView]:
    """Return the saved views that stand in the user's queue."""
    return SavedView.in_queue_of(user)
