"""Pages of publication: what changes, who may publish, rolling back, files."""

from datetime import datetime

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import Role, User
from risk.models import Publication, RuleDraft, RuleSetVersion
from risk.services.back_test import run_part
from tests.factories.declarations import assessed, harmless, lodged, with_item
from tests.factories.people import person
from tests.factories.rules import approved
from tests.pages.test_rules import browser, text


@pytest.fixture
def writer() -> User:
    return person(Role.ANALYST)


@pytest.fixture
def approver() -> User:
    return person(Role.APPROVER)


def proposed(desk: Client, **change: object) -> Publication:
    """Return the publication after somebody proposed it on the page."""
    response = desk.post(reverse("publication_propose"), {"reach": "new", **change})
    assert response.status_code == 302
    return Publication.objects.get(state="proposed")


def publish(desk: Client, publication: Publication, seen: int) -> None:
    address = reverse("publication_publish", args=[publication.pk])
    assert desk.post(address, {"seen": seen}).status_code == 302


def test_an_approved_version_is_proposed_and_published_by_another_person(
    writer: User, approver: User, at: datetime
) -> None:
    lamps = msgspec.structs.replace(next(harmless(at).items()), commodity_code="940510")
    assessed(lodged(with_item(harmless(at), lamps), at), at)
    version = approved(writer, approver, at, code="LMP-01")
    desk, other = browser(writer), browser(approver)
    assert "LMP-01 Lamps, version 1" in text(desk.get(reverse("publication_desk")))
    publication = proposed(desk, version=version.pk, reason="Tips from the police")
    page = text(other.get(reverse("publication", args=[publication.pk])))
    assert "LMP-01</a> Lamps: version 1 comes into force" in page
    assert "<ins>HS heading is 9405.</ins>" in page
    assert "A tip." not in page
    while run_part(at=at):
        pass
    tested = other.get(reverse("publication", args=[publication.pk]))
    [line] = tested.context["found"].impact
    assert (line.code, line.lately, line.found.hits) == ("LMP-01", 0, 1)
    assert line.found.hours_each_day is None
    assert "not enough data" in text(tested)
    publish(other, publication, seen=1)
    assert version.pk in RuleSetVersion.objects.get(number=2).rule_versions
    assert "In force" in text(desk.get(reverse("rule", args=["LMP-01"])))


def test_who_proposed_it_is_told_that_another_person_publishes(
    writer: User, approver: User, at: datetime
) -> None:
    version = approved(writer, approver, at)
    desk = browser(approver)
    publication = proposed(desk, version=version.pk)
    page = text(desk.get(reverse("publication", args=[publication.pk])))
    assert "You proposed it or wrote one of its rules" in page
    assert reverse("publication_publish", args=[publication.pk]) not in page
    publish(desk, publication, seen=1)
    assert RuleSetVersion.objects.count() == 1


def test_what_changed_meanwhile_is_looked_at_again(
    writer: User, approver: User, at: datetime
) -> None:
    version = approved(writer, approver, at)
    publication = proposed(browser(writer), version=version.pk)
    publish(browser(approver), publication, seen=0)
    publication.refresh_from_db()
    assert publication.state == Publication.State.PROPOSED


def test_a_rule_set_is_rolled_back_to(writer: User, approver: User, at: datetime) -> None:
    version = approved(writer, approver, at)
    desk, other = browser(writer), browser(approver)
    publish(other, proposed(desk, version=version.pk), seen=1)
    first = RuleSetVersion.objects.get(number=1)
    again = proposed(desk, again=first.pk)
    assert "Rule set 1 comes back into force as it was." in text(
        other.get(reverse("publication", args=[again.pk]))
    )
    publish(other, again, seen=2)
    again_in_force = RuleSetVersion.objects.get(number=3)
    assert set(again_in_force.rule_versions) == set(first.rule_versions)


def test_nothing_chosen_proposes_nothing(writer: User) -> None:
    desk = browser(writer)
    desk.post(reverse("publication_propose"), {"reach": "new"})
    assert "Choose what is to change." in text(desk.get(reverse("publication_desk")))
    assert Publication.objects.count() == 0


def test_a_proposed_publication_is_withdrawn(writer: User, approver: User, at: datetime) -> None:
    desk = browser(writer)
    publication = proposed(desk, version=approved(writer, approver, at).pk)
    desk.post(reverse("publication_withdraw", args=[publication.pk]))
    publication.refresh_from_db()
    assert publication.state == Publication.State.WITHDRAWN


def test_a_file_goes_out_and_a_damaged_one_does_not_come_in(writer: User) -> None:
    desk = browser(writer)
    response = desk.get(reverse("rule_set_export", args=[1]))
    assert response["Content-Disposition"] == 'attachment; filename="rule-set-1.json"'
    damaged = response.content.replace(b'"score": 70', b'"score": 71')
    desk.post(reverse("rules_import"), {"file": SimpleUploadedFile("x.json", damaged)})
    page = text(desk.get(reverse("rule_sets")))
    assert "The digest does not fit: the file was changed or damaged." in page
    assert RuleDraft.objects.count() == 0
    desk.post(reverse("rules_import"), {"file": SimpleUploadedFile("x.json", response.content)})
    assert "rules are the same here already." in text(desk.get(reverse("rules")))
