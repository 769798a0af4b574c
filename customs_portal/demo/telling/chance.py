"""Chance in a story: the next MRN is one that a published sample selects."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection

from declarations.mrn import SEQUENCE
from risk.engine.leaves import sample_number
from risk.engine.loading import load_rules
from risk.engine.tree import Leaf

FARTHEST = 20_000


def skip_to_selected(rule: str, mrn: Callable[[int], str]) -> None:
    """Skip numbers of the sequence of MRN until the MRN of the next is selected by the rule.

    Only who has the key can do this. The numbers that are skipped are given to nobody, as are those
    of declarations whose registration was rolled back.
    """
    rate, key = _rate(rule), settings.SAMPLING_KEY.encode()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s)", [SEQUENCE])
        number = cursor.fetchone()[0]
        for last in range(number, number + FARTHEST):
            if sample_number(mrn(last + 1), key, rule) < rate:
                cursor.execute("SELECT setval(%s, %s)", [SEQUENCE, last])
                return


def _rate(code: str) -> int:
    """Return of how many in 10,000 the demo's rule selects one."""
    [expression] = [each.expression for each in load_rules() if each.code == code]
    return int(expression.values[0]) if isinstance(expression, Leaf) else 0
