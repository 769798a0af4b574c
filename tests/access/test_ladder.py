"""The ladder on every URL: nobody, others, another office, the wrong role, the right one.

What is asked and what is expected comes from the table of access and from the URL resolver alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from customs_portal.access import Door, Row, rows
from customs_portal.accounts.invitations import token_of
from customs_portal.accounts.models import (
    ApiToken,
    Invitation,
    Mandate,
    Operator,
    OperatorMembership,
    Role,
    User,
)
from customs_portal.privacy.models import LegalHold
from declarations.models import (
    ArrivalLine,
    Attachment,
    ControlPicture,
    DualFiling,
    Ens,
    Filing,
    Infringement,
    Measure,
    Referral,
    SubsequentEntryNotice,
)
from messaging.models import InboundMessage, OutboundMessage, Partner, PartnerOutage
from risk.models import BackTest, Case, NameMatch, Publication, RuleDraft, SavedView, ShiftNote
from tests.access.world import HERE, LISTS, STRANGER, World
from tests.messaging.builders import LODGER

NAMELESS = {"admin:None"}
"""Pages of Django's admin without a name: old addresses and the catch-all, both behind its door."""


def url_names(resolver: URLResolver | None = None, space: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from url_names(pattern, space + inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name}"


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    assert set(url_names()) - NAMELESS == set(rows())


def test_every_model_of_the_admin_goes_by_roles() -> None:
    sees_nothing = [name for name, row in rows().items() if "changelist" in name and not row.roles]
    assert sees_nothing == []


@dataclass(frozen=True)
class Asker:
    """Somebody, or a system, before a door."""

    name: str
    role: Role | None
    elsewhere: bool
    token: bool
    client: Client

    def ask(self, address: str, row: Row) -> Any:
        if row.verb:
            body, sent = _sent(self, address)
            return self.client.post(address, body, **sent)
        return self.client.get(address)


PARTS = b'--x\r\nContent-Disposition: form-data; name="message"\r\n\r\n<x/>\r\n--x--\r\n'


def _sent(asker: Asker, address: str) -> tuple[Any, dict[str, Any]]:
    if not asker.token:
        return {"x": "1"}, {}
    if address == reverse("api:message_batch"):
        return PARTS, {"content_type": "multipart/form-data; boundary=x"}
    return b"<x/>", {"content_type": "application/xml"}


CASE_PAGES = (
    "review",
    "hand_over",
    "claim",
    "give_back",
    "decide",
    "judge_hit",
    "record_call",
    "sign_decision",
    "decline_decision",
    "undo_decision",
    "case_note",
    "case_attach",
)

BACK_TEST_PAGES = ("back_test", "back_test_cancel")
LIST_PAGES = tuple(
    f"reference_list{page}" for page in ("", "_change", "_download", "_upload", "_secret")
)
DRAFT_PAGES = ("rule_draft", "rule_draft_back_test", "rule_draft_change", "rule_draft_decide")
PARTNER_PAGES = tuple(
    f"partner_{verb}"
    for verb in ("test", "replay", "give_up", "fetch_keys", "enter_keys", "plan_outage")
)
PUBLICATION_PAGES = ("publication", "publication_publish", "publication_withdraw")
RULE_PAGES = ("rule", "rule_change", "rule_compare", "rule_review", "rule_secret")


def askers(world: World) -> list[Asker]:
    found = [Asker("nobody", None, False, False, Client())]
    for name, user in world.people.items():
        client = Client()
        client.force_login(user)
        found.append(Asker(name, Role(user.role), "elsewhere" in name, False, client))
    for eori, token in world.tokens.items():
        client = Client(headers={"authorization": f"Token {token}"})
        role = Role.ANALYST if eori == LISTS else Role.TRADER
        found.append(Asker(f"system of {eori}", role, eori == STRANGER, True, client))
    return found


HERE_ONLY: dict[type[Any], dict[str, str]] = {SubsequentEntryNotice: {"office": HERE}}
"""Where the first of a model is for another office."""


def _colleague(world: World) -> OperatorMembership:
    return OperatorMembership.objects.get(user=world.people["trader"], operator__eori=LODGER)


def addresses(world: World) -> dict[str, str]:
    """Return an address for each row, of objects that exist."""
    open_case, ens = Case.objects.get(status="open"), Ens.objects.order_by("pk")[0]
    notification = OutboundMessage.objects.get(kind="CC351A")
    message = InboundMessage.objects.order_by("pk")[0]
    draft, rule = RuleDraft.objects.order_by("pk")[0], {"code": "TST-01"}
    named: dict[str, dict[str, Any]] = {
        **{key: {"pk": draft.pk} for key in DRAFT_PAGES},
        **dict.fromkeys(RULE_PAGES, rule),
        **{key: {"pk": Publication.objects.order_by("pk")[0].pk} for key in PUBLICATION_PAGES},
        "read_shift": {"pk": ShiftNote.objects.get().pk},
        "remove_view": {"pk": SavedView.objects.get().pk},
        "rule_set_export": {"number": 1},
        **{key: {"pk": Partner.objects.get().pk} for key in ("partner", *PARTNER_PAGES)},
        "partner_end_outage": {
            "pk": Partner.objects.get().pk,
            "outage": PartnerOutage.objects.get().pk,
        },
        **{key: {"code": "watched"} for key in LIST_PAGES},
        **{key: {"pk": BackTest.objects.order_by("pk")[0].pk} for key in BACK_TEST_PAGES},
        "rule_set_back_test": {"number": 1},
        "rule_pick": {"pk": draft.pk, "what": "field", "place": "1.1"},
        **{key: {"case_id": open_case.pk} for key in CASE_PAGES},
        "end_question": {"case_id": open_case.pk, "pk": Referral.objects.get().pk},
        "attachment": {"pk": Attachment.objects.get().pk},
        **{
            key: {"reference": Referral.objects.get().reference}
            for key in ("question", "api:referral", "api:answer")
        },
        "ens": {"mrn": ens.mrn},
        "linking_ens": {"mrn": Ens.objects.get(status="forming").mrn},
        "act_on_goods": {"mrn": ens.mrn},
        "refuse_entry": {"mrn": ens.mrn},
        "measure": {"pk": Measure.objects.order_by("pk")[0].pk},
        "risk_information": {"pk": Measure.objects.order_by("pk")[0].pk},
        "control_picture": {"pk": ControlPicture.objects.order_by("pk")[0].pk},
        "ens_elsewhere": {"mrn": ens.mrn},
        "ens_versions": {"mrn": ens.mrn},
        "keep_measures": {"mrn": ens.mrn},
        "ens_persons": {"mrn": ens.mrn},
        "message_persons": {"correlation": message.correlation},
        "message_sent_persons": {"pk": notification.pk},
        "correct_traffic": {"mrn": ens.mrn},
        **{name: _voyage(ens) for name in ("voyage", "voyage_close", "voyage_release")},
        "settle_line": {"pk": ArrivalLine.objects.get().pk},
        "goods_found": {"pk": ArrivalLine.objects.get().arrival_id},
        "dual_filing": {"pk": DualFiling.objects.get().pk},
        "name_match": {"pk": NameMatch.objects.order_by("pk")[0].pk},
        "infringement": {"pk": Infringement.objects.get().pk},
        "notice": {"pk": SubsequentEntryNotice.objects.get(office=HERE).pk},
        "notice_arrived": {"pk": SubsequentEntryNotice.objects.get(office=HERE).pk},
        "message_received": {"pk": message.pk},
        "message_written": {"pk": notification.pk},
        "message_sent": {"pk": notification.pk},
        "message": {"correlation": message.correlation},
        "message_raw": {"correlation": message.correlation},
        "trader_filing": {"pk": Filing.objects.order_by("pk")[0].pk},
        **{
            key: {"eori": LODGER}
            for key in (
                "company",
                "own_score_card",
                "grant_mandate",
                "invite_colleague",
                "issue_token",
            )
        },
        "operator": {"eori": LODGER},
        "score_card": {"eori": LODGER},
        "change_colleague": {"eori": LODGER, "key": _colleague(world).pk},
        "remove_colleague": {"eori": LODGER, "key": _colleague(world).pk},
        "revoke_mandate": {"eori": LODGER, "key": Mandate.objects.order_by("pk")[0].pk},
        "end_token": {"eori": LODGER, "key": ApiToken.objects.get(operator__eori=LODGER).token_key},
        "trader_versions": {"pk": Filing.objects.order_by("pk")[0].pk},
        "api:message": {"correlation": message.correlation},
        "api:list": {"code": "watched"},
        "api:notification": {"key": notification.pk},
        "api:filing": {"mrn": ens.mrn},
        "api:present_filing": {"mrn": ens.mrn},
        "admin:privacy_legalhold_lift": {"key": LegalHold.objects.get().pk},
        "admin:risk_case_decide": {"key": open_case.pk},
        "admin:accounts_operator_issue_token": {"key": Operator.objects.get(eori=LODGER).pk},
        "admin:accounts_user_invite": {"key": world.people["trader"].pk},
        "invitation": {"token": token_of(Invitation.objects.get(used_at=None))},
        "admin:app_list": {"app_label": "reference"},
        "admin:view_on_site": {"content_type_id": 1, "object_id": 1},
        "mfa_remove_webauthn": {"pk": 1},
    }
    for model in admin.site._registry:
        first = model._default_manager.filter(**HERE_ONLY.get(model, {})).order_by("pk").first()
        assert first is not None, model
        for page in ("change", "history", "delete"):
            name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
            named[name] = {"object_id": first.pk}
    return {name: reverse(name, kwargs=named.get(name, {})) for name in rows()}


def _voyage(ens: Ens) -> dict[str, Any]:
    day = timezone.localtime(ens.expected_arrival, ZoneInfo("Europe/Amsterdam")).date()
    return {"mode": ens.transport_mode, "means": ens.means, "day": day.isoformat()}


def expected(asker: Asker, row: Row) -> str:
    if row.door is Door.OPEN:
        return "in"
    if row.door in (Door.MONITORING, Door.SIGNATURE) or (
        row.door is Door.TOKEN and not asker.token
    ):
        return "401"
    if row.door is Door.LOGIN and (asker.role is None or asker.token):
        return "to login"
    if asker.role is None:
        return "401"
    if asker.role not in row.roles:
        return "403"
    return "404" if row.scoped and asker.elsewhere else "in"


def met(response: Any, address: str) -> str:
    """Say what came of a request. Django's admin leads to its index where there is no object."""
    if response.status_code == 302 and response["Location"].startswith("/account/login/"):
        return "to login"
    if response.status_code == 302 and response["Location"] == "/admin/" and address != "/":
        return "404"
    if response.status_code in (401, 403, 404):
        return str(response.status_code)
    return (
        "in"
        if response.status_code < 400 or response.status_code in (409, 422)
        else f"error {response.status_code}"
    )


def is_as_expected(got: str, asker: Asker, row: Row) -> bool:
    """Whether the refusal is the right one; an object may be hidden from a wrong role as well."""
    want = expected(asker, row)
    return got == want or (row.scoped and (want, got) == ("403", "404"))


OWN_WAYS = {
    "rule_change": "needs a version",
    "rule_compare": "needs two versions",
    "rule_review": "needs a review",
    "api:answer": "takes JSON or multipart bodies",
    "api:present_filing": "takes nothing, or JSON",
    "api:present_documents": "takes a JSON body",
    "end_question": "needs a verb",
    "admin:login": "leads to the login page, whoever asks",
    "admin:autocomplete": "needs a field to complete",
    "admin:view_on_site": "no model has a page of its own to be shown on",
    "account_login": "sends whoever is logged in on",
    "account_logout": "logs out",
    "account_reauthenticate": "leads on after the login",
    "end_other_sessions": "leads back to the account",
    "mfa_add_webauthn": "tried by tests/sign_in",
    "mfa_authenticate": "leads to the login page without a pending login",
    "mfa_login_webauthn": "leads to the login page without a passkey",
    "mfa_deactivate_totp": "needs an authenticator app",
    "mfa_reauthenticate": "needs a second step",
    "mfa_reauthenticate_webauthn": "needs a passkey",
    "mfa_remove_webauthn": "needs a passkey",
    "mfa_view_recovery_codes": "needs recovery codes",
    "admin:logout": "logs out",
}
"""Where being let in shows otherwise than as a page; that others stay out is asked all the same."""


def state() -> dict[str, Any]:
    """Return a digest of every row of every table, but for sessions and when tokens were used."""
    sessions = {"django_session", "accounts_signedinsession"}
    tables = set(connection.introspection.table_names()) - sessions
    with connection.cursor() as cursor:
        digests = {}
        for table in sorted(tables):
            row = "to_jsonb(t) - 'last_used_at'" if table == "accounts_apitoken" else "t"
            cursor.execute(
                f'SELECT count(*), sum(hashtextextended(({row})::text, 0)) FROM "{table}" t'
            )
            digests[table] = cursor.fetchone()
        return digests


def ways_in(world: World, *, refused: bool) -> Iterator[tuple[Asker, str, Row, str]]:
    table, places = rows(), addresses(world)
    for asker in askers(world):
        for name, row in sorted(table.items()):
            if (expected(asker, row) != "in") is refused:
                yield asker, name, row, places[name]


def test_who_may_not_is_refused_and_nothing_changes(world: World) -> None:
    asked = list(ways_in(world, refused=True))
    before = state()
    wrong = [
        (asker.name, name, got)
        for asker, name, row, address in asked
        if not is_as_expected(got := met(asker.ask(address, row), address), asker, row)
    ]
    assert wrong == []
    assert state() == before
    assert len(asked) > 500


def test_who_may_gets_in(world: World) -> None:
    wrong = []
    for asker, name, row, address in ways_in(world, refused=False):
        if name in OWN_WAYS:
            continue
        with transaction.atomic():
            got = met(asker.ask(address, row), address)
            transaction.set_rollback(True)
        if got != "in":
            wrong.append((asker.name, name, got))
    assert wrong == []


@pytest.mark.parametrize("role", [Role.OFFICER, Role.TRADER])
def test_a_closed_account_gets_nowhere(world: World, role: Role) -> None:
    client = Client()
    user = world.people[str(role)]
    client.force_login(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    for name in ("home", "queue", "trader_home", "admin:index"):
        assert met(client.get(reverse(name)), reverse(name)) == "to login"
