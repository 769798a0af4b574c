"""Pages of reference lists: entries, download, upload after a look at the difference."""

import msgspec
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from customs_portal.accounts.models import AccessLog, Role, User
from customs_portal.clock import now
from risk.models import ReferenceList
from risk.services.lists import Loaded, load_content
from tests.factories.people import person
from tests.pages.test_rules import browser, text

CODE = "watch_eori"
DATED = ("valid_from", "valid_to", "country", "identifier")


@pytest.fixture
def desk() -> Client:
    return browser(person(Role.ANALYST))


def values() -> set[str]:
    entries = ReferenceList.objects.get(code=CODE).entries.filter(removed_in__isnull=True)
    return set(entries.values_list("value", flat=True))


def upload(desk: Client, content: bytes) -> str:
    file = SimpleUploadedFile("list.csv", content, content_type="text/csv")
    address = reverse("reference_list_upload", args=[CODE])
    return text(desk.post(address, {"file": file}, follow=True))


def test_lists_tell_their_entries_and_the_rules_that_read_them(desk: Client) -> None:
    lines = {line.code: line for line in desk.get(reverse("reference_lists")).context["lists"]}
    assert lines[CODE].rules == ["KNE-02"]
    assert lines["watch_entities"].rules == ["KNE-01"]
    assert lines[CODE].entries == len(values()) > 0


def test_entries_are_searched(desk: Client) -> None:
    address = reverse("reference_list", args=[CODE])
    wanted = min(values())
    found = desk.get(address, {"q": wanted}).context["page"].object_list
    assert [entry.value for entry in found] == [wanted]
    assert not desk.get(address, {"validity": "ended"}).context["page"].object_list


def test_what_is_downloaded_can_be_uploaded_and_changes_nothing(desk: Client) -> None:
    content = desk.get(reverse("reference_list_download", args=[CODE])).content
    page = upload(desk, content)
    assert "0 entries come, 0 leave" in page
    assert "Load the file" not in page


def test_a_download_is_the_list_whatever_its_cells_begin_with(desk: Client) -> None:
    odd = (
        "value,label,valid_from,valid_to,note,country,identifier,place\n"
        'NL900000901,"-5, and more",2026-01-01,2026-12-31,"=ask\nfirst",NL,KvK 7,Urk\n'
        "NL900000902,'quoted,,,@home,,,\n"
    )
    loaded = load_content(ReferenceList.objects.get(code=CODE), odd.encode(), at=now(), by=user())
    assert isinstance(loaded, Loaded)
    before = rows()
    content = desk.get(reverse("reference_list_download", args=[CODE])).content
    again = load_content(ReferenceList.objects.get(code=CODE), content, at=now(), by=user())
    assert (again, rows()) == (msgspec.structs.replace(loaded, added=0, removed=0), before)


def user() -> User:
    return User.objects.filter(role=Role.ANALYST)[0]


def rows() -> list[tuple[object, ...]]:
    held = ReferenceList.objects.get(code=CODE).entries.filter(removed_in=None)
    return list(held.order_by("value").values_list("value", "label", "note", *DATED, "place"))


def test_an_upload_shows_the_difference_before_anything_changes(desk: Client) -> None:
    before = values()
    page = upload(desk, b"value,label,valid_from,valid_to,note\nNL555555555,New,,,Ask first\n")
    assert f"1 entries come, {len(before)} leave, 1 in all." in page
    assert values() == before
    [digest] = {part.split('"')[0] for part in page.split('name="digest" value="')[1:]}
    address = reverse("reference_list_upload", args=[CODE])
    desk.post(address, {"digest": digest})
    assert values() == {"NL555555555"}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"\xff\xfe\x00", "The file is no list"),
        (b"a,b\n1,2\n", "The file is no list"),
        (b"value,label,valid_from,valid_to,note\nX,,tomorrow,,\n", "The file is no list"),
        (
            b"value,label,valid_from,valid_to,note\nX,,2026-02-01,2026-01-01,\n",
            "An entry ends before it begins. X",
        ),
    ],
)
def test_a_file_that_is_no_list_changes_nothing(desk: Client, content: bytes, told: str) -> None:
    before = values()
    assert told in upload(desk, content)
    assert values() == before


def test_a_file_that_is_no_longer_kept_is_asked_for_again(desk: Client) -> None:
    before = values()
    address = reverse("reference_list_upload", args=[CODE])
    page = text(desk.post(address, {"digest": "0" * 64}, follow=True))
    assert "The file is no longer kept. Choose it again." in page
    assert values() == before


def test_a_secret_list_opens_to_auditors_for_a_stated_reason_only() -> None:
    ReferenceList.objects.filter(code=CODE).update(secret=True)
    auditor, entry = browser(person(Role.AUDITOR)), min(values())
    assert entry not in text(auditor.get(reverse("reference_list", args=[CODE])))
    address = reverse("reference_list_secret", args=[CODE])
    assert auditor.post(address, {"reason": "no"}).status_code == 302
    assert entry in text(auditor.post(address, {"reason": "Audit of watch lists"}))
    look = AccessLog.objects.filter(what="list").latest("id")
    assert (look.reference, look.reason) == (CODE, "Audit of watch lists")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.APPROVER])
def test_only_analysts_upload(role: Role) -> None:
    before = values()
    file = SimpleUploadedFile("list.csv", b"value,label,valid_from,valid_to,note\n")
    response = browser(person(role)).post(
        reverse("reference_list_upload", args=[CODE]), {"file": file}
    )
    assert response.status_code == 403
    assert values() == before
