"""Judge files by structure and official rules, offline; store nothing."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from customs_portal.findings import Finding, sentence
from messaging.formats.ics1.national import write_national_list
from messaging.formats.profiles import Profile, RuleSet, default_rule_set
from messaging.formats.registry import Reading, check, size_limit

_ONLY_NATIONAL = "The format xml is the national list: use it with --profile GB."


class Command(BaseCommand):
    """Needs no database and no service; ends with 1 where a message is not valid, 2 if misused."""

    help = "Check messages (files, or folders with .xml files) by schema and official rules."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the paths and the body of rules to judge by."""
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        parser.add_argument("--profile", choices=list(Profile), default=Profile.EU, type=Profile)
        parser.add_argument("--rule-set", choices=list(RuleSet), default=None, type=RuleSet)
        parser.add_argument("--format", choices=list(_WRITERS), default="text")

    def handle(self, *_args: Any, **options: Any) -> None:
        """Write one answer per file, in the order of the paths."""
        profile: Profile = options["profile"]
        if options["format"] == "xml" and profile is not Profile.GB:
            raise CommandError(_ONLY_NATIONAL, returncode=2)
        rule_set = options["rule_set"] or default_rule_set(profile)
        write = _WRITERS[options["format"]]
        invalid = 0
        for path in _progress(_files(options["paths"])):
            reading = check(_body(path), profile=profile, rule_set=rule_set)
            invalid += bool(reading.findings)
            with tqdm.external_write_mode():
                self.stdout.write(write(path, reading))
        if invalid:
            sys.exit(1)


def _files(paths: Iterable[Path]) -> list[Path]:
    """Return the files that the paths name; of a folder every .xml file below it."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(one for one in path.rglob("*") if one.suffix.lower() == ".xml")
        elif path.is_file():
            found.append(path)
        else:
            raise CommandError(f"There is no file or folder {path}.", returncode=2)
    return found


def _body(path: Path) -> bytes:
    """Return the content, of a file that is too big only as much as shows that it is."""
    with path.open("rb") as file:
        return file.read(size_limit() + 1)


def _progress(files: list[Path]) -> Iterator[Path]:
    yield from tqdm(files, unit="message", disable=None, leave=False, file=sys.stderr)


def _as_json(path: Path, reading: Reading) -> str:
    answer = {
        "file": str(path),
        "message": reading.kind,
        "valid": not reading.findings,
        "findings": [_entry(finding) for finding in reading.findings],
    }
    return msgspec.json.encode(answer).decode()


def _entry(finding: Finding) -> dict[str, str]:
    names = ("code", "rule", "location", "value", "text")
    return {name: getattr(finding, name) for name in names}


def _as_national_list(_path: Path, reading: Reading) -> str:
    """Return the list on one line; lists come in the order of the files."""
    return write_national_list(reading.findings).decode().replace("\r", " ").replace("\n", " ")


def _as_text(path: Path, reading: Reading) -> str:
    if not reading.findings:
        return f"{path}: {reading.kind} is valid"
    lines = [f"{path}: {reading.kind or 'unknown message'} is not valid"]
    lines += [f"  {_line(finding)}{sentence(finding)}" for finding in reading.findings]
    return "\n".join(lines)


def _line(finding: Finding) -> str:
    return f"line {finding.line}: " if finding.line else ""


_WRITERS = {"text": _as_text, "jsonl": _as_json, "xml": _as_national_list}
