"""The filings that belong together on the pages of officers."""

import re
from datetime import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from customs_portal.accounts.models import Role, User
from customs_portal.pages.reads import tree
from declarations.models import Ens, Filing, LinkKey
from declarations.persons import NO_VEIL
from declarations.subjects import declared_in
from tests.declarations.linking.test_very_many import Rows
from tests.factories.declarations import harmless, lodged
from tests.factories.linked import CARRIER, FORWARDER, OWNER, house, linked, master
from tests.factories.people import person


def page(desk: Client, ens: Ens, **parameters: int) -> str:
    response = desk.get(f"/ens/{ens.mrn}/", parameters)
    assert response.status_code == 200
    return str(response.content.decode())


def section(html: str) -> str:
    [found] = re.findall(r'<section aria-labelledby="filings">.*?</section>', html, re.DOTALL)
    return str(found)


def lines(html: str) -> list[str]:
    rows = re.findall(r"<tr.*?</tr>", section(html), re.DOTALL)[1:]
    return [words(row) for row in rows]


def words(html: str) -> str:
    main = html.partition("<main")[2] or html
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_a_master_shows_who_has_not_filed_and_by_when(desk: Client, at: datetime) -> None:
    top = master(at)
    html = page(desk, top)
    assert "1 not filed" in section(html)
    own, missing = lines(html)
    assert own.startswith(f"{top.mrn} F12 N704 OEL2611001 {CARRIER} Waits for house filings")
    assert missing.startswith(f"level 1 Expected N704 OEL2611001 {FORWARDER} Not filed until")


def test_a_master_shows_its_houses_and_what_is_below_them(desk: Client, at: datetime) -> None:
    top, upper = master(at), house(at, kind="F14")
    linked([top, upper], at)
    missing = lines(page(desk, top))[2]
    assert missing.startswith("level 2 Expected N714")
    assert f"{OWNER} Not filed" in missing
    lower = house(at, kind="F16", eori=OWNER)
    linked([lower], at)
    own, middle, lowest = lines(page(desk, top))
    assert f"{CARRIER} Complete" in own
    assert middle.startswith(f"level 1 {upper.mrn} F14")
    assert lowest.startswith(f"level 2 {lower.mrn} F16")
    assert all("Linked" in line for line in (middle, lowest))


def test_what_levels_say_differently_is_marked(desk: Client, at: datetime) -> None:
    top, lower = master(at), house(at)
    linked([top, lower], at)
    assert "portal-mark" not in section(page(desk, top))
    second = house(at, "NGBRTM2611002")
    linked([second], at)
    own = lines(page(desk, top))[0]
    assert own.endswith("Packages 40 below: 80 Gross kg 24,500.5 below: 49,001.0")


def test_a_house_leads_to_its_master_and_is_read_where_the_whole_is(
    desk: Client, at: datetime
) -> None:
    top, lower = master(at), house(at)
    assert desk.get(f"/ens/{lower.mrn}/").status_code == 404
    linked([top, lower], at)
    html = section(page(desk, lower))
    assert f'Stands below F12 <a class="govuk-link" href="/ens/{top.mrn}/#filings">' in html
    assert f'href="/ens/{lower.mrn}/"' in section(page(desk, top))
    assert desk.get(f"/ens/{lower.mrn}/versions/").status_code == 200
    elsewhere = Client()
    elsewhere.force_login(person(Role.OFFICER, offices=("NL000432",)))
    assert elsewhere.get(f"/ens/{lower.mrn}/").status_code == 404


def test_hundreds_of_houses_are_paged_with_as_many_queries(
    desk: Client, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def queries(ens: Ens) -> int:
        with CaptureQueriesContext(connection) as asked:
            page(desk, ens)
        return len(asked)

    top = master(at)
    linked([top, house(at)], at)
    page(desk, top)
    few = queries(top)
    linked([house(at, f"NGBRTM26112{number:02}") for number in range(12)], at)
    monkeypatch.setattr(tree, "PAGE_SIZE", 5)
    assert queries(top) == few
    html = page(desk, top, filings=2)
    assert "Page 2 of 3." in html
    assert len(lines(html)) == 5
    assert lines(page(desk, top, filings=99))[-1].startswith("level 1")


def test_a_page_of_the_tree_reads_as_many_rows_of_many_houses(
    officer: User, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(page: int) -> tuple[int, int]:
        before = rows.count
        with CaptureQueriesContext(connection) as asked:
            found = tree.tree_of(top, documents, officer, NO_VEIL, page=page)
        assert found is not None
        assert len(found.rows) == 5
        return len(asked), rows.count - before

    monkeypatch.setattr(tree, "PAGE_SIZE", 5)
    top = master(at)
    linked([top, *(house(at, f"NGBRTM26112{number:02}") for number in range(12))], at)
    documents = declared_in(Ens.objects.get(pk=top.pk))
    rows = Rows(monkeypatch)
    few = read(2)
    linked([house(at, f"NGBRTM26113{number:02}") for number in range(12)], at)
    assert read(2) == read(4) == few
    LinkKey.objects.filter(side="ask").update(value="nothing")
    assert [read(page) for page in (2, 5)] == [few, few]


def test_who_is_missing_comes_after_the_filing_above_on_its_page(
    desk: Client, at: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "PAGE_SIZE", 3)
    top = master(at)
    uppers = [house(at, f"NGBRTM26112{number}", kind="F14") for number in range(3)]
    linked([top, *uppers], at)
    html = page(desk, top)
    assert "Filings, 4" in words(section(html))
    assert "3 not filed" in words(section(html))
    shown = [line for number in (1, 2, 3) for line in lines(page(desk, top, filings=number))]
    assert [" ".join(line.split()[:3]) for line in shown] == [
        f"{top.mrn} F12 N704",
        *(start for each in uppers for start in (f"level 1 {each.mrn}", "level 2 Expected")),
    ]


def test_no_name_of_a_filer_breaks_the_page(desk: Client, at: datetime) -> None:
    nasty = '<b>"/NL'
    top = master(at)
    Filing.objects.update(declarant=f"NL{nasty}")
    LinkKey.objects.filter(side="offer").update(named=f"NL{nasty}", document=nasty)
    html = page(desk, top)
    assert "<b>" not in html
    assert "&lt;b&gt;&quot;/NL" in section(html)


def test_a_declaration_of_phase_one_has_no_tree(desk: Client, at: datetime) -> None:
    assert 'aria-labelledby="filings"' not in page(desk, lodged(harmless(at), at))
