"""Progress and summaries of the demo commands, on a terminal or in a log."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _
from tqdm import tqdm

from customs_portal.demo.expectations import described
from customs_portal.demo.simulation import Progress, Result, differences, summary

MOST_SHOWN = 20


@contextmanager
def progress(stream: OutputWrapper, what: str, total: int) -> Iterator[Progress]:
    """Show how many of `total` are done: a bar on a terminal, else a line in the stream."""
    quiet = os.environ.get("HEADLESS") == "1" or not sys.stderr.isatty()
    with tqdm(total=total, desc=what, unit="", file=sys.stderr, disable=quiet) as bar:
        yield bar
    if quiet:
        stream.write(f"{what}: {total}")


def report(stream: OutputWrapper, results: Sequence[Result]) -> list[Result]:
    """Write the comparison of expected and received, and return the differences."""
    for name, (sent, right) in summary(results).items():
        stream.write(
            _("%(right)d of %(sent)d %(name)s")
            % {
                "right": right,
                "sent": sent,
                "name": name,
            }
        )
    wrong = differences(results)
    for line in _wrong_lines(wrong[:MOST_SHOWN]):
        stream.write(line)
    stream.write(_("%(count)d sent, %(wrong)d not as expected") % _counts(results, wrong))
    return wrong


def _counts(results: Sequence[Result], wrong: Sequence[Result]) -> dict[str, object]:
    return {"count": len(results), "wrong": len(wrong)}


def _wrong_lines(wrong: Iterable[Result]) -> Iterator[str]:
    for result in wrong:
        yield _("#%(index)d %(label)s (%(lrn)s): expected %(expected)s, received %(received)s") % {
            "index": result.sample.index,
            "label": result.sample.label,
            "lrn": result.sample.lrn,
            "expected": described(result.sample.expected),
            "received": result.received,
        }
