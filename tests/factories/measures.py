"""Measures on an ENS, placed by the services."""

from datetime import datetime

from django.db import transaction

from customs_portal.accounts.models import Role, User
from declarations.models import Ens, Measure
from declarations.services import MeasureOrder, place_measures
from declarations.services.locks import lock_ens
from tests.factories.people import person


def placed(
    ens: Ens,
    officer: User,
    at: datetime,
    *,
    kind: str,
    reason_code: str,
    place: str = "",
    subject: str = "declaration",
    reference: str = "",
    announced: bool = False,
) -> Measure:
    """Return a measure that the officer placed."""
    order = MeasureOrder(
        ens=ens.pk,
        kind=kind,
        subject=subject,
        reference=reference,
        reason_code=reason_code,
        note="Because.",
        trader_text="Do it.",
        place=place,
        version=ens.version,
        officer=officer.pk,
        announced=announced,
        office=ens.office_of_first_entry,
    )
    with transaction.atomic():
        lock_ens([ens.pk])
        [measure] = place_measures([order], at=at)
    return measure


def in_force_do_not_load(
    ens: Ens, officer: User, at: datetime, *, subject: str = "declaration", reference: str = ""
) -> Measure:
    """Return an instruction not to load that another officer has signed."""
    measure = placed(
        ens, officer, at, kind="do_not_load", reason_code="DNL-03",
        subject=subject, reference=reference,
    )  # fmt: skip
    measure.status, measure.signed_by = Measure.Status.IN_FORCE, person(Role(officer.role))
    measure.signed_at = measure.announced_at = at
    measure.save()
    return measure
