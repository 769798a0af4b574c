"""Measures, controls and goods in a real browser: accessible, and without JavaScript whole."""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import Page

from customs_portal.accounts.models import User
from declarations.models import ConsignmentLife, Ens
from declarations.services.controls import ControlOrder, order_controls, start_controls
from declarations.services.goods import GoodsOrder, present
from tests.factories.declarations import OFFICE, bananas, case_of, harmless, lodged
from tests.factories.measures import placed
from tests.fixtures.browser import axe_violations

pytestmark = [pytest.mark.browser]
LogIn = Callable[[User], Page]
SIZES = ((1440, 900), (390, 844))


def looked_at(page: Page, name: str) -> None:
    """Keep a picture of the page in both sizes where SCREENSHOTS names a folder."""
    folder = os.environ.get("SCREENSHOTS")
    for width, height in SIZES if folder else ():
        page.set_viewport_size({"width": width, "height": height})
        page.screenshot(path=Path(folder or "") / f"{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": SIZES[0][0], "height": SIZES[0][1]})


def opened(page: Page, name: str, *args: object) -> None:
    page.goto(urljoin(page.url, reverse(name, args=args)))


def test_registers_and_measures_are_accessible(log_in: LogIn, officer: User, at: datetime) -> None:
    case = case_of(bananas(at, subsequent_offices=("BE101000",)), at)
    waiting = placed(
        case.ens, officer, at, kind="do_not_load", reason_code="DNL-03",
        subject="equipment", reference="CSQU3054383",
    )  # fmt: skip
    ens = lodged(harmless(at), at)
    hold = placed(ens, officer, at, kind="hold", reason_code="HLD-06")
    control = placed(ens, officer, at, kind="control", reason_code="CTL-02", place=OFFICE)
    page = log_in(officer)
    for name, args in (
        ("measures", ()),
        ("controls", ()),
        ("measure", (waiting.pk,)),
        ("measure", (hold.pk,)),
        ("measure", (control.pk,)),
        ("ens", (ens.mrn,)),
    ):
        opened(page, name, *args)
        assert axe_violations(page) == [], (name, args)
        looked_at(page, "-".join([name, *map(str, args)]))


def test_the_form_of_a_control_is_accessible(log_in: LogIn, officer: User, at: datetime) -> None:
    ens = lodged(harmless(at), at)
    Ens.objects.filter(pk=ens.pk).update(status="assessed")
    control = placed(ens, officer, at, kind="control", reason_code="CTL-02", place=OFFICE)
    goods = ConsignmentLife.objects.get(filing__membership__ens=ens)
    order = ControlOrder(measure=control.pk, version=1, type="CTL-02", objects="Box", note="Mass.")
    with transaction.atomic():
        present([GoodsOrder(consignment=goods.pk)], officer=officer, at=at)
        order_controls([order], officer=officer, at=at)
    page = log_in(officer)
    opened(page, "measure", control.pk)
    assert axe_violations(page) == []
    looked_at(page, "control-ordered")
    with transaction.atomic():
        start_controls([control.pk], officer=officer, at=at)
    opened(page, "measure", control.pk)
    assert axe_violations(page) == []
    looked_at(page, "control-in-progress")
    page.get_by_role("button", name="Record the result").click()
    assert axe_violations(page) == []
    page.get_by_text("Choose the result.").wait_for()
    opened(page, "ens", ens.mrn)
    assert axe_violations(page) == []
    looked_at(page, "goods")


def test_a_do_not_load_is_proposed_in_two_steps(log_in: LogIn, officer: User, at: datetime) -> None:
    case = case_of(bananas(at, subsequent_offices=("BE101000",)), at)
    page = log_in(officer)
    opened(page, "review", case.pk)
    page.get_by_label("Do not load").check()
    page.get_by_label("Reason", exact=True).select_option("DNL-03")
    page.get_by_label("Applies to").select_option("equipment:CSQU3054383")
    page.get_by_label("Internal reason").fill("Precise information.")
    page.get_by_role("button", name="Propose do not load").click()
    page.get_by_role("heading", name="Propose do not load").wait_for()
    assert axe_violations(page) == []
    looked_at(page, "confirm-do-not-load")
    page.get_by_role("button", name="Propose do not load").click()
    page.get_by_text("Another officer has to sign.").first.wait_for()
