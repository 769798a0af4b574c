"""Mandates: whether they live, and the verbs that grant and revoke them."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from customs_portal.accounts.models import Mandate, User

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


def lacking(pairs: Iterable[Pair], at: datetime, *, scope: Mandate.Scope) -> frozenset[Pair]:
    """Return the pairs whose representative needs a mandate for this and has none at that time.

    The setting MANDATES_NEEDED says for what one is needed. Nobody needs one for themselves.
    """
    others = {(operator, agent) for operator, agent in pairs if operator != agent}
    if not others or scope not in settings.MANDATES_NEEDED:
        return frozenset()
    living = alive(others, at)
    return frozenset(pair for pair in others if scope not in living.get(pair, ()))


def grant(mandate: Mandate, *, by: User, at: datetime) -> list[str]:
    """Store a new mandate and return [], or why it cannot be: nothing is stored then."""
    mandate.granted_by, mandate.granted_at = by, at
    if mandate.valid_to is not None and not mandate.valid_to > at.date():
        return [_("It would have ended already.")]
    try:
        mandate.validate_constraints()
        with transaction.atomic():
            mandate.save(force_insert=True)
    except ValidationError as found:
        return list(found.messages)
    except IntegrityError:
        return [_("There is one already for some of these days.")]
    return []


def revoke(keys: Iterable[int], *, by: User, at: datetime) -> int:
    """Revoke those of the mandates that are not revoked; return how many."""
    found = Mandate.objects.filter(pk__in=list(keys), revoked_at=None)
    return found.update(revoked_at=at, revoked_by=by)
