"""Scanners for files from outside: what they are asked, and what they answer.

A scanner is asked outside of any transaction; one that is away leaves the file where it is.
"""

import shlex
import socket
import struct
import subprocess
from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

import msgspec
from django.conf import settings

SECONDS = 60
"""How long a scanner may take."""
LONGEST_ANSWER = 4096


class Finding(StrEnum):
    """What a scanner says of a file."""

    CLEAN = "clean"
    INFECTED = "infected"
    UNKNOWN = "unknown"


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """The finding, with the words of the scanner."""

    finding: Finding
    words: str = ""


class Scanner(Protocol):
    """Whoever judges a file by its bytes."""

    def scan(self, chunks: Iterable[bytes]) -> Verdict:
        """Return what the file is; unknown where it could not be told."""


class Clamd:
    """The ClamAV daemon, spoken to by INSTREAM: each piece after its length, zero at the end."""

    def __init__(self, address: str) -> None:
        self._address = address

    def scan(self, chunks: Iterable[bytes]) -> Verdict:
        """Send the file and read the verdict."""
        try:
            with self._connected() as connection:
                connection.sendall(b"zINSTREAM\0")
                for chunk in chunks:
                    connection.sendall(struct.pack("!L", len(chunk)) + chunk)
                connection.sendall(struct.pack("!L", 0))
                return _verdict(_answer(connection))
        except OSError as error:
            return Verdict(finding=Finding.UNKNOWN, words=type(error).__name__)

    def _connected(self) -> socket.socket:
        """Connect to `host:port`, or to the Unix socket of that path."""
        if self._address.startswith("/"):
            return _connected_to(self._address)
        host, _colon, port = self._address.rpartition(":")
        return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _connected_to(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(SECONDS)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def _answer(connection: socket.socket) -> str:
    found = b""
    while b"\0" not in found and len(found) < LONGEST_ANSWER:
        piece = connection.recv(LONGEST_ANSWER)
        if not piece:
            break
        found += piece
    return found.split(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(answer: str) -> Verdict:
    """Read `stream: OK`, `stream: NAME FOUND`, or an error."""
    words = answer.removeprefix("stream:").strip()[:200]
    if words == "OK":
        return Verdict(finding=Finding.CLEAN, words=words)
    found = Finding.INFECTED if words.endswith(" FOUND") else Finding.UNKNOWN
    return Verdict(finding=found, words=words)


class Command:
    """A command that reads the file from its standard input: 0 means clean, 1 harmful."""

    def __init__(self, command: str) -> None:
        self._command = shlex.split(command)

    def scan(self, chunks: Iterable[bytes]) -> Verdict:
        """Run the command; anything but 0 and 1 means that it could not tell."""
        content = b"".join(chunks)
        try:
            done = subprocess.run(
                self._command, input=content, capture_output=True, timeout=SECONDS, check=False
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return Verdict(finding=Finding.UNKNOWN, words=type(error).__name__)
        known = {0: Finding.CLEAN, 1: Finding.INFECTED}
        found = known.get(done.returncode, Finding.UNKNOWN)
        return Verdict(finding=found, words=f"exit {done.returncode}")


def scanner() -> Scanner | None:
    """Return the scanner of the settings; None where there is none."""
    if settings.CLAMD_ADDRESS:
        return Clamd(settings.CLAMD_ADDRESS)
    return Command(settings.PICTURE_SCANNER) if settings.PICTURE_SCANNER else None
