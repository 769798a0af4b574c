"""An inverted index from keys of guards to rules."""

from collections.abc import Iterable, Mapping

from risk.engine.guards import Key, KeyKind
from risk.engine.lists import AnyList, ListedMembership
from risk.engine.readings import Reading

Rules = tuple[int, ...]


class Index:
    """Which rules (by number) may be true for a reading; built once, then only read."""

    def __init__(
        self,
        always: Iterable[int],
        entries: Iterable[tuple[Key, int]],
        lists: Mapping[str, AnyList],
    ) -> None:
        self._always = frozenset(always)
        tables = _tables(entries)
        self._values = _of_kind(tables, KeyKind.VALUE)
        self._each = _of_kind(tables, KeyKind.EACH)
        self._words = [
            (key, table, frozenset(table)) for key, table in _of_kind(tables, KeyKind.WORD)
        ]
        self._prefixes = [
            (key, table, sorted({len(prefix) for prefix in table}))
            for key, table in _of_kind(tables, KeyKind.PREFIX)
        ]
        self._lists = [
            (key, _values_of(lists[code], key), rules)
            for key, table in _of_kind(tables, KeyKind.LIST)
            for code, rules in table.items()
        ]
        self._listed = [
            (key, listed, rules)
            for key, table in _of_kind(tables, KeyKind.LISTED)
            for listed, rules in table.items()
        ]
        self._present = _filling(tables, KeyKind.PRESENT)
        self._missing = _filling(tables, KeyKind.MISSING)

    def candidates(self, reading: Reading) -> set[int]:
        """Return the numbers of all rules that may be true, and few others."""
        found = set(self._always)
        for key, table in self._values:
            found.update(table.get(reading[key], ()))
        for key, table in self._each:
            for value in reading[key] or ():
                found.update(table.get(value, ()))
        for key, table, known in self._words:
            for word in known & reading[key]:
                found.update(table[word])
        self._add_by_filling(found, reading)
        self._add_by_search(found, reading)
        return found

    def _add_by_search(self, found: set[int], reading: Reading) -> None:
        for key, table, lengths in self._prefixes:
            for value in _as_tuple(reading[key]):
                for length in lengths:
                    found.update(table.get(value[:length], ()))
        for key, members, rules in self._lists:
            if not members.isdisjoint(_as_tuple(reading[key])):
                found.update(rules)
        for key, listed, rules in self._listed:
            known = reading.subject.context.listed.get(listed)
            if known and not known.isdisjoint(_as_tuple(reading[key])):
                found.update(rules)

    def _add_by_filling(self, found: set[int], reading: Reading) -> None:
        for key, rules in self._present:
            if reading[key] is not None:
                found.update(rules)
        for key, rules in self._missing:
            if reading[key] is None:
                found.update(rules)


Tables = dict[tuple[KeyKind, str], dict[str, Rules]]


def _tables(entries: Iterable[tuple[Key, int]]) -> Tables:
    collected: dict[tuple[KeyKind, str], dict[str, list[int]]] = {}
    for key, rule in entries:
        table = collected.setdefault((key.kind, key.key), {})
        table.setdefault(key.operand, []).append(rule)
    return {
        place: {operand: tuple(rules) for operand, rules in table.items()}
        for place, table in collected.items()
    }


def _of_kind(tables: Tables, kind: KeyKind) -> list[tuple[str, dict[str, Rules]]]:
    return [(key, table) for (found, key), table in tables.items() if found is kind]


def _filling(tables: Tables, kind: KeyKind) -> list[tuple[str, Rules]]:
    return [(key, table[""]) for key, table in _of_kind(tables, kind)]


def _values_of(reference: AnyList, key: str) -> frozenset[str]:
    members = reference.phrases if key.endswith("#text") else reference.codes
    if isinstance(members, ListedMembership):
        raise TypeError("a list that is not held has no values")
    return frozenset(members.values)


def _as_tuple(value: str | tuple[str, ...] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)
