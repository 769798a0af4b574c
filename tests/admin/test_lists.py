"""Lists of the admin: read-only, and silent about what is not theirs."""

import pytest
from django.contrib import admin
from django.urls import reverse

from customs_portal.accounts.models import Operator, User
from customs_portal.events.models import Event
from declarations.models import Ens, Filing, Measure
from messaging.models import InboundMessage, OutboundMessage
from risk.models import Case
from tests.access.world import World
from tests.admin.conftest import LogIn


def test_an_officer_sees_only_the_ens_of_their_offices(as_person: LogIn) -> None:
    seen = as_person("officer").get("/admin/declarations/ens/").content.decode()
    hidden = as_person("officer elsewhere").get("/admin/declarations/ens/").content.decode()
    for mrn in Ens.objects.values_list("mrn", flat=True):
        assert mrn in seen
        assert mrn not in hidden


def test_an_ens_is_found_by_its_container(as_person: LogIn) -> None:
    client = as_person("officer")
    found = client.get("/admin/declarations/ens/?q=CSQU3054383").content.decode()
    missed = client.get("/admin/declarations/ens/?q=XXXU0000000").content.decode()
    mrn = Ens.objects.order_by("pk").values_list("mrn", flat=True)[0]
    assert mrn in found
    assert mrn not in missed


def test_the_administrator_finds_no_ens_case_or_rule(as_person: LogIn) -> None:
    index = as_person("administrator").get("/admin/").context["app_list"]
    found = {model["object_name"] for app in index for model in app["models"]}
    assert {"User", "Operator", "ApiToken", "Partner", "Delivery", "Office"} <= found
    assert not found & {"Ens", "Filing", "Case", "Rule", "Assessment", "Measure", "Event",
                        "InboundMessage", "OutboundMessage"}  # fmt: skip


def test_nothing_but_what_is_made_by_hand_can_be_edited() -> None:
    edited = {
        model._meta.label
        for model, model_admin in admin.site._registry.items()
        if getattr(model_admin, "editors", None)
    }
    assert edited == {
        "accounts.Mandate",
        "accounts.Operator",
        "accounts.Recusal",
        "accounts.Substitution",
        "accounts.Team",
        "accounts.User",
        "declarations.Outage",
        "messaging.Partner",
        "messaging.PartnerOutage",
        "messaging.PortSystem",
        "messaging.Subscription",
        "privacy.LegalHold",
        "privacy.RetentionPolicy",
        "risk.TextTemplate",
    }


def test_the_raw_bytes_are_shown_as_text_and_not_as_markup(as_person: LogIn) -> None:
    message = InboundMessage.objects.order_by("pk")[0]
    address = reverse("admin:messaging_inboundmessage_change", args=[message.pk])
    page = as_person("officer").get(address).content.decode()
    assert "&lt;MesSenMES3&gt;NL123456789" in page
    assert "<MesSenMES3>" not in page


def test_an_event_is_told_as_a_sentence(as_person: LogIn) -> None:
    event = Event.objects.filter(kind="filing.registered").order_by("pk")[0]
    page = as_person("auditor").get(reverse("admin:events_event_change", args=[event.pk]))
    mrn = event.data["mrn"]
    assert f"Registered, MRN {mrn} given to NL123456789" in page.content.decode()


def test_an_officer_sees_what_was_sent_about_the_ens(as_person: LogIn) -> None:
    message = OutboundMessage.objects.get(kind="CC351A")
    address = reverse("admin:messaging_outboundmessage_change", args=[message.pk])
    assert "CC351A" in as_person("officer").get(address).content.decode()


@pytest.mark.parametrize("name", ["trader", "partner"])
def test_the_admin_is_closed_to_those_outside(name: str, as_person: LogIn) -> None:
    assert as_person(name).get("/admin/").status_code == 403


def test_nobody_changes_their_own_role(as_person: LogIn, world: World) -> None:
    own = world.people["administrator"]
    address = reverse("admin:accounts_user_change", args=[own.pk])
    client = as_person("administrator")
    assert "role" in client.get(address).context["adminform"].readonly_fields
    assert User.objects.get(pk=own.pk).role == "administrator"


def test_the_eori_of_an_operator_stays(as_person: LogIn) -> None:
    operator = Operator.objects.get(eori="NL123456789")
    address = reverse("admin:accounts_operator_change", args=[operator.pk])
    data = {"eori": "NL999", "name": "New name", "telephone": ""}
    assert as_person("administrator").post(address, data).status_code == 302
    operator.refresh_from_db()
    assert (operator.eori, operator.name) == ("NL123456789", "New name")


@pytest.mark.parametrize("model", [Ens, Filing, Measure, Case])
def test_the_story_of_a_thing_stands_behind_history(model: type, as_person: LogIn) -> None:
    row = model.objects.order_by("pk")[0]  # type: ignore[attr-defined]  # each is a model
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_history"  # type: ignore[attr-defined]
    page = as_person("officer").get(reverse(name, args=[row.pk])).content.decode()
    assert "Registered, MRN" in page
    assert "Control" in page or "Hold" in page


def test_the_history_of_what_people_edit_names_who_changed_what(as_person: LogIn) -> None:
    operator = Operator.objects.get(eori="NL123456789")
    client = as_person("administrator")
    address = reverse("admin:accounts_operator_change", args=[operator.pk])
    client.post(address, {"eori": "NL999", "name": "New name", "telephone": "",
                          "change_reason": "Letter of 3 May"})  # fmt: skip
    page = client.get(reverse("admin:accounts_operator_history", args=[operator.pk]))
    text = page.content.decode()
    assert "name from Firm NL123456789 to New name" in text
    assert "Letter of 3 May" in text
