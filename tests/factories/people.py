"""People of each role, their offices and operators."""

from itertools import count

from customs_portal.accounts.models import (
    OfficeMembership,
    Operator,
    OperatorMembership,
    Role,
    User,
)
from customs_portal.reference.models import Office

PASSWORD = "correct horse 7 battery"
_numbers = count(1)


def person(
    role: Role,
    *,
    offices: tuple[str, ...] = (),
    operators: tuple[str, ...] = (),
    **fields: object,
) -> User:
    """Return a user with that role at these offices and for these operators."""
    user = User.objects.create_user(
        f"{role}{next(_numbers)}", email=None, password=PASSWORD, role=role, **fields
    )
    for reference in offices:
        office = Office.objects.get(reference=reference)
        OfficeMembership.objects.create(user=user, office=office)
    for eori in operators:
        OperatorMembership.objects.create(
            user=user, operator=operator(eori), role=OperatorMembership.Role.OWNER
        )
    return user


def operator(eori: str) -> Operator:
    """Return the operator with that EORI, made when missing."""
    found, _created = Operator.objects.get_or_create(eori=eori, defaults={"name": f"Firm {eori}"})
    return found
