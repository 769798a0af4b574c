"""Files and their scanner: clamd's INSTREAM spoken to for real, quarantine without one."""

import socketserver
import struct
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction

from customs_portal.accounts.models import Role
from declarations.models import Attachment
from declarations.scanning import Clamd, Finding
from declarations.services import attachments
from declarations.services.attachments import CHUNK, Filed, against_files, content, keep
from tests.factories.declarations import harmless, lodged
from tests.factories.people import person

AT = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
VIRUS = b"%PDF-EICAR"


class Daemon(socketserver.BaseRequestHandler):
    """Answers as clamd does: it takes pieces after their length, and a zero at the end."""

    def handle(self) -> None:
        assert self._read(10) == b"zINSTREAM\0"
        found = b""
        while length := struct.unpack("!L", self._read(4))[0]:
            found += self._read(length)
        words = b"stream: Eicar-Test FOUND" if b"EICAR" in found else b"stream: OK"
        self.request.sendall(words + b"\0")

    def _read(self, length: int) -> bytes:
        data = b""
        while len(data) < length:
            data += self.request.recv(length - len(data))
        return data


@pytest.fixture
def clamd() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Daemon) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def added(*files: SimpleUploadedFile) -> list[Attachment]:
    ens = lodged(harmless(AT), AT)
    filed = Filed(ens=ens.pk, referral=None, user=person(Role.OFFICER), sender="")
    with transaction.atomic():
        return keep(files, filed, at=AT)


def test_clamd_tells_clean_from_harmful_and_a_dead_one_tells_nothing(clamd: str) -> None:
    scanner = Clamd(clamd)
    assert scanner.scan([b"one", b"two"]).finding is Finding.CLEAN
    assert scanner.scan([b"EIC", b"AR"]).finding is Finding.INFECTED
    assert scanner.scan([]).finding is Finding.CLEAN
    assert Clamd("127.0.0.1:1").scan([b"one"]).finding is Finding.UNKNOWN
    assert Clamd("/nowhere/clamd.sock").scan([b"one"]).finding is Finding.UNKNOWN


@pytest.mark.django_db
def test_files_leave_quarantine_by_the_scanner_alone(clamd: str, settings: object) -> None:
    big = b"%PDF-" + bytes(CHUNK * 2)
    clean, harmful = added(SimpleUploadedFile("a.pdf", big), SimpleUploadedFile("b.pdf", VIRUS))
    assert b"".join(content(clean)) == big
    assert attachments.scan_waiting(at=AT) == 0
    assert Attachment.objects.filter(scan="quarantined").count() == 2
    settings.CLAMD_ADDRESS = clamd  # type: ignore[attr-defined]  # a setting
    assert attachments.scan_waiting(at=AT) == 2
    assert attachments.scan_waiting(at=AT) == 0
    clean.refresh_from_db()
    harmful.refresh_from_db()
    assert (clean.scan, harmful.scan, harmful.scan_words) == (
        "clean",
        "infected",
        "Eicar-Test FOUND",
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "data"),
    [("a.pdf", b"<html>"), ("a.png", b"GIF89a"), ("a.pdf", b""), ("a.pdf", b" %PDF-1.7")],
)
def test_what_the_bytes_do_not_say_is_refused(name: str, data: bytes) -> None:
    assert against_files([SimpleUploadedFile(name, data, "application/pdf")], 0)


@pytest.mark.django_db
def test_size_is_bounded(settings: object) -> None:
    settings.ATTACHMENT_SIZE_LIMIT = 1_000_000  # type: ignore[attr-defined]  # a setting
    [finding] = against_files([SimpleUploadedFile("a.pdf", b"%PDF-" + bytes(1_000_000))], 0)
    assert "at most 1 MB" in finding.text
