"""A portal with reference data, rules, an operator and an officer, for tests of the whole way."""

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from customs_portal.accounts.models import ApiToken, OfficeMembership, Operator, Role, User
from customs_portal.accounts.services import issue_token
from customs_portal.reference import snapshot
from customs_portal.reference.models import Office
from risk import rule_sets
from risk.models import RiskProfile, Rule, RuleSetVersion, RuleVersion
from tests.factories.reference import load_reference

AT = datetime(2026, 11, 22, 10, 30, tzinfo=UTC)
LODGER = "NL123456789"
CARRIER = "NL987654321"


@pytest.fixture(autouse=True)
def reference(stored_reference: bool, db: None) -> None:
    snapshot.forget()
    rule_sets.forget()
    if not stored_reference:
        load_reference()


def operator(eori: str) -> str:
    """Make a connected operator and return the digest of its token."""
    found, _ = Operator.objects.get_or_create(eori=eori, defaults={"name": f"Firm {eori}"})
    issue_token(operator=found, at=AT)
    return str(ApiToken.objects.get(operator=found).digest)


@pytest.fixture
def lodger() -> str:
    return operator(LODGER)


@pytest.fixture
def officer() -> User:
    user = User.objects.create_user("officer", password="x", role=Role.OFFICER)
    office = Office.objects.get(reference="NL000396")
    OfficeMembership.objects.create(user=user, office=office)
    return user


def publish(*rules: tuple[str, Any], cap: int | None = None) -> None:
    """Publish rules, each (code, expression), with the outcome control and a limit for the day."""
    profile, _ = RiskProfile.objects.get_or_create(code="test", defaults={"name": "Test"})
    versions = [_rule(profile, code, expression, cap) for code, expression in rules]
    number = RuleSetVersion.objects.count() + 1
    RuleSetVersion.objects.create(number=number, rule_versions=versions, published_at=AT)


def _rule(profile: RiskProfile, code: str, expression: Any, cap: int | None) -> int:
    rule = Rule.objects.create(profile=profile, code=code, title=code, family="test")
    version = RuleVersion.objects.create(
        rule=rule,
        number=1,
        expression=msgspec.to_builtins(expression),
        outcome="control",
        severity="high",
        score=40,
        cap=cap,
        created_at=AT,
    )
    return version.pk
