"""The calculator of deadlines on its page, and the limits on the page of an ENS."""

from datetime import datetime

from django.test import Client

from declarations.models import Ens
from tests.factories.declarations import harmless, lodged


def test_the_page_names_the_moment_and_the_rule(trader_desk: Client) -> None:
    page = trader_desk.get(
        "/deadlines/",
        {"mode": "1", "loading": "TRMER", "arrives_at": "2026-12-01T06:00", "boxed": "on"},
    )
    assert page.status_code == 200
    text = page.content.decode()
    assert "Short sea" in text
    assert "2026-12-01T04:00:00" in text
    assert "Art. 105(c) DR 2015/2446" in text


def test_what_cannot_be_a_movement_is_told(desk: Client) -> None:
    page = desk.get("/deadlines/", {"mode": "99", "loading": "X"})
    assert page.status_code == 422
    assert "There is a problem" in page.content.decode()


def test_an_officer_corrects_the_traffic_with_a_reason(desk: Client, at: datetime) -> None:
    ens = lodged(harmless(at), at)
    page = desk.post(
        f"/ens/{ens.mrn}/traffic/", {"traffic": "deep_sea_bulk", "traffic_reason": "From Suez."},
        follow=True,
    )  # fmt: skip
    assert Ens.objects.get(pk=ens.pk).traffic_correction == "deep_sea_bulk"
    assert "corrected by an officer" in page.content.decode()
    assert "From Suez." in page.content.decode()


def test_a_correction_without_reason_changes_nothing(desk: Client, at: datetime) -> None:
    ens = lodged(harmless(at), at)
    desk.post(f"/ens/{ens.mrn}/traffic/", {"traffic": "deep_sea_bulk"})
    assert Ens.objects.get(pk=ens.pk).traffic_correction == ""
