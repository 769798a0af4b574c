"""The people of the demo, their offices and firms, and the file that tells scripts about them."""

import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction

from customs_portal.accounts import services
from customs_portal.accounts.models import (
    ApiToken,
    OfficeMembership,
    Operator,
    OperatorMembership,
    Role,
    User,
)
from customs_portal.demo import catalogue, duty
from customs_portal.reference.models import Office

TOKEN_LABEL = "demo"  # noqa: S105  a label, no secret


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person of the demo with offices or operators by number."""

    name: str
    role: Role
    first_name: str
    last_name: str
    offices: tuple[str, ...] = ()
    operators: tuple[str, ...] = ()


class DemoFile(msgspec.Struct, kw_only=True):
    """The content of demo.json: where the site is, who can log in, which systems can speak."""

    url: str = ""
    accounts: list[dict[str, str]] = msgspec.field(default_factory=list)
    tokens: list[dict[str, str]] = msgspec.field(default_factory=list)

    def token_of(self, eori: str) -> str | None:
        """Return the token of an operator."""
        return next((each["token"] for each in self.tokens if each["eori"] == eori), None)

    def password_of(self, name: str) -> str | None:
        """Return the password of an account."""
        return next((each["password"] for each in self.accounts if each["name"] == name), None)


def people(country: str) -> tuple[Person, ...]:
    """Return the people of an administration and of the traders that use it."""
    entry = _office(country, "deep_sea")
    centre = Office.objects.of_country(country).risk_centres().order_by("reference").first()
    centres = (centre.reference,) if centre else ()
    return (
        Person(
            name="anna",
            role=Role.OFFICER,
            first_name="Anna",
            last_name="de Wit",
            offices=(entry,),
        ),
        Person(
            name="bram",
            role=Role.OFFICER,
            first_name="Bram",
            last_name="Visser",
            offices=(entry, _office(country, "ferry_accompanied")),
        ),
        Person(
            name="chris",
            role=Role.OFFICER,
            first_name="Chris",
            last_name="Mulder",
            offices=(_office(country, "air"),),
        ),
        Person(
            name="roos",
            role=Role.OFFICER,
            first_name="Roos",
            last_name="Bakker",
            offices=centres,
        ),
        Person(
            name="sofie",
            role=Role.SUPERVISOR,
            first_name="Sofie",
            last_name="Jansen",
            offices=(entry,),
        ),
        Person(name="thomas", role=Role.ANALYST, first_name="Thomas", last_name="Smit"),
        Person(name="petra", role=Role.APPROVER, first_name="Petra", last_name="Meijer"),
        Person(name="admin", role=Role.ADMINISTRATOR, first_name="Wim", last_name="Beheer"),
        Person(name="eva", role=Role.AUDITOR, first_name="Eva", last_name="Hoekstra"),
        *_traders(),
    )


def _traders() -> tuple[Person, ...]:
    return (
        Person(
            name="noordkade",
            role=Role.TRADER,
            first_name="Nora",
            last_name="Kade",
            operators=("NL900000011",),
        ),
        Person(
            name="rijnmond",
            role=Role.TRADER,
            first_name="Rik",
            last_name="Maas",
            operators=("NL900000022",),
        ),
        Person(
            name="fenland",
            role=Role.TRADER,
            first_name="Fiona",
            last_name="Marsh",
            operators=("GB900000100000",),
        ),
        Person(
            name="delta",
            role=Role.TRADER,
            first_name="Dirk",
            last_name="Vlieger",
            operators=("NL900000055", "NL900000066"),
        ),
    )


def _office(country: str, kind: str) -> str:
    return next(row.office for row in catalogue.entries(country) if row.kind == kind)


@transaction.atomic
def load(*, country: str, url: str, path: Path, at: datetime) -> DemoFile:
    """Make the people, firms and tokens of the demo that are missing, and write the file.

    Passwords and tokens that the file already has stay as they are, as long as they work.
    """
    known = read(path)
    for eori, name in catalogue.operators().items():
        Operator.objects.update_or_create(eori=eori, defaults={"name": name})
    found = DemoFile(
        url=url or known.url,
        accounts=[_account(person, known) for person in people(country)],
        tokens=[_token(eori, known, at) for eori in senders()],
    )
    duty.load(country=country, office=_office(country, "deep_sea"), at=at)
    _write(path, found)
    return found


def senders() -> tuple[str, ...]:
    """Return the EORI numbers of the firms that send messages themselves."""
    roles = ("carrier", "forwarder", "airline", "express", "agent", "railway", "haulier")
    return tuple(row.identifier for role in roles for row in catalogue.of_role(role))


def read(path: Path) -> DemoFile:
    """Return the content of the file, empty where there is none."""
    if not path.exists():
        return DemoFile()
    return msgspec.json.decode(path.read_bytes(), type=DemoFile)


def _account(person: Person, known: DemoFile) -> dict[str, str]:
    user, _ = User.objects.update_or_create(
        username=person.name,
        defaults={
            "role": person.role,
            "first_name": person.first_name,
            "last_name": person.last_name,
        },
    )
    password = known.password_of(person.name) or secrets.token_urlsafe(9)
    if not user.check_password(password):
        user.set_password(password)
        user.save(update_fields=["password"])
    _belong(user, person)
    return {"name": person.name, "password": password, "role": person.role.value}


def _belong(user: User, person: Person) -> None:
    for office in Office.objects.filter(reference__in=person.offices):
        OfficeMembership.objects.get_or_create(user=user, office=office)
    for operator in Operator.objects.filter(eori__in=person.operators):
        OperatorMembership.objects.get_or_create(
            user=user, operator=operator, defaults={"role": OperatorMembership.Role.OWNER}
        )


def _token(eori: str, known: DemoFile, at: datetime) -> dict[str, str]:
    operator = Operator.objects.get(eori=eori)
    token = known.token_of(eori)
    if token is None or not _works(token, operator, at):
        token = services.issue_token(operator=operator, at=at, label=TOKEN_LABEL)
    return {"token": token, "eori": eori}


def _works(token: str, operator: Operator, at: datetime) -> bool:
    from knox.crypto import hash_token

    found = ApiToken.objects.filter(operator=operator, digest=hash_token(token)).first()
    return found is not None and found.is_live(at)


def _write(path: Path, content: DemoFile) -> None:
    """Write the file so that only its owner can read it, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    passing = path.with_suffix(".new")
    passing.touch(mode=0o600)
    passing.write_text(json.dumps(_plain(content), indent=2) + "\n", encoding="utf-8")
    passing.replace(path)


def _plain(content: DemoFile) -> Any:
    return msgspec.to_builtins(content)
