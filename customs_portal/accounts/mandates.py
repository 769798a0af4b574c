"""Mandates: whether they live, and the verbs that grant and revoke them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from customs_portal.accounts.models import Mandate

Pair = tuple[str, str]
"""The EORI numbers of an operator and of its representative."""


def alive(pairs: Iterable[Pair], at: datetime) -> Mapping[Pair, frozenset[Mandate.Scope]]:
    """Return what each representative may do for the operator at that time, in one query.

    A pair without a live mandate is left out.
    """
    wanted = set(pairs)
    found = Mandate.objects.alive(at).filter(
        operator__eori__in={operator for operator, _ in wanted},
        representative__eori__in={representative for _, representative in wanted},
    )
    rows = found.values_list("operator__eori", "representative__eori", "scopes")
    return {
        (operator, representative): frozenset(map(Mandate.Scope, scopes))
        for operator, representative, scopes in rows
        if (operator, representative) in wanted
    }
