"""CPU seconds and memory of process trees, read from /proc."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")
PARENT, USER, SYSTEM, DEAD_USER, DEAD_SYSTEM = 1, 11, 12, 13, 14
"""Fields of /proc/<pid>/stat after the name in brackets, from 0."""


def cpu_seconds(roots: Mapping[str, int]) -> dict[str, float]:
    """Return the CPU seconds of each tree since its start, with those of its dead children."""
    stats = _all_stats()
    return {name: _tree_seconds(stats, root) for name, root in roots.items()}


def spent(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    """Return what each tree has used between two readings."""
    return {name: after[name] - before.get(name, 0.0) for name in after}


def megabytes(root: int) -> float:
    """Return the resident memory of the largest process of a tree."""
    sizes = [_resident(pid) for pid in _tree(_all_stats(), root)]
    return round(max(sizes, default=0) / 1_048_576, 1)


def _all_stats() -> dict[int, list[str]]:
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            found[int(entry.name)] = text.rpartition(") ")[2].split()
    return found


def _tree(stats: Mapping[int, list[str]], root: int) -> Iterator[int]:
    if root in stats:
        yield root
        for pid, fields in stats.items():
            if int(fields[PARENT]) == root:
                yield from _tree(stats, pid)


def _tree_seconds(stats: Mapping[int, list[str]], root: int) -> float:
    counted = (USER, SYSTEM, DEAD_USER, DEAD_SYSTEM)
    return sum(int(stats[pid][place]) for pid in _tree(stats, root) for place in counted) / TICK


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    except OSError:
        return 0
