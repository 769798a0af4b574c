"""The queue: one page of cases with what an officer needs to choose the next one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec

from customs_portal.accounts import policies
from customs_portal.accounts.models import STAFF_ROLES, Operator, User
from customs_portal.bulk import fetch_prepared, recordset
from customs_portal.pages.reads.hits import in_order, list_titles, weights_of
from customs_portal.pages.wording import TimeLeft, time_left
from declarations.document import Party
from declarations.models import DeclaredParty
from declarations.persons import NO_VEIL, Veil
from risk.engine.explain import sentence
from risk.engine.rules import Hit, decode
from risk.filters import MODES
from risk.models import Case
from risk.models.choices import Outcome, Severity
from risk.services.ending import is_grave
from risk.veiled import veiled

PAGE_SIZE = 30
MOST_REASONS = 5
OUTCOME_COLOURS = {
    "do-not-load": "red",
    "hold": "orange",
    "control": "orange",
    "documents": "yellow",
    "refer": "blue",
    "observe": "grey",
    "none": "grey",
}
MODE_NAMES = dict(MODES)
OFFICER = tuple(f"assignee__{name}" for name in ("username", "first_name", "last_name", "role"))
READ = (
    *("revision", "cause", "office", "due_at", "due_by", "outcome", "severity", "status"),
    *("alarm_rank", "severity_rank", "ens__mrn", "ens__version", "ens__transport_mode"),
    *OFFICER,
)
"""The fields of cases that rows are made of."""


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """What a row says of its case whatever the time is and whoever has it."""

    id: int
    mrn: str
    outcome: str
    colour: str
    severity: str
    goods: str
    goods_line: str
    cause: str
    reasons: str
    route: str
    mode: str
    office: str
    consignor: str
    consignee: str


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One case in the queue."""

    id: int
    revision: int
    is_grave: bool
    card: Card
    left: TimeLeft
    due_at: datetime
    due_by: str
    is_resting: bool
    officer: str
    is_mine: bool


class _Declared(msgspec.Struct, frozen=True, kw_only=True):
    """What the first filing of an ENS declares: its first item, who sends, who gets, the way.

    `parties` gives identifier and name by role; the name is that of the register where none is
    declared. `hits` are those of the newest assessment, as they are stored; the first of each rule
    is among them.
    """

    version: int = 0
    items: int = 0
    goods: str = ""
    code: str = ""
    loading: str = ""
    unloading: str = ""
    parties: Mapping[str, tuple[str, str]] = {}
    countries: Sequence[str] = ()
    hits: str = "[]"


_NOTHING = _Declared()


def rows(cases: Sequence[Case], user: User, at: datetime) -> list[Row]:
    """Return the cases as rows, in their order; the number of queries does not depend on them.

    The cases come with their ENS and assignee; of all three the fields in READ are read.
    """
    declared = _declared(cases)
    veils = {} if policies.sees_persons(user) else _veils(declared)
    reasons = _reasons(declared, veils)
    return [
        _row(
            case,
            _card(
                case,
                declared.get(case.ens_id, _NOTHING),
                reasons.get(case.ens_id, ""),
                veils.get(case.ens_id, NO_VEIL),
            ),
            user,
            at,
        )
        for case in cases
    ]


_DECLARED = """
SELECT w.ens, v.filing_versions[1], i.items, i.description, i.commodity_code,
    i.place_of_loading, i.place_of_unloading, p.parties, r.countries, a.hits
FROM json_to_recordset(%(wanted)s::json) AS w(ens bigint, version int)
JOIN declarations_ensversion v ON v.ens_id = w.ens AND v.number = w.version
LEFT JOIN LATERAL (
    SELECT d.*, count(*) OVER () AS items FROM declarations_declareditem d
    WHERE d.filing_version_id = v.filing_versions[1] ORDER BY d.number LIMIT 1
) i ON true
LEFT JOIN LATERAL (
    SELECT json_object_agg(q.role, json_build_array(q.identifier, q.name)) AS parties
    FROM (
        SELECT DISTINCT ON (d.role) d.role, d.identifier,
            coalesce(nullif(d.name, ''), o.name, '') AS name
        FROM declarations_declaredparty d LEFT JOIN accounts_operator o ON o.eori = d.identifier
        WHERE d.filing_version_id = v.filing_versions[1] AND d.role IN ('consignor', 'consignee')
        ORDER BY d.role, d.id
    ) q
) p ON true
LEFT JOIN LATERAL (
    SELECT array_agg(d.country ORDER BY d.sequence) AS countries
    FROM declarations_declaredrouting d WHERE d.filing_version_id = v.filing_versions[1]
) r ON true
LEFT JOIN LATERAL (
    SELECT CASE WHEN jsonb_array_length(s.hits) <= 50 THEN s.hits ELSE (
        SELECT jsonb_agg(first.hit ORDER BY first.place) FROM (
            SELECT DISTINCT ON (h.hit->'rule', h.hit->'version') h.hit, h.place
            FROM jsonb_array_elements(s.hits) WITH ORDINALITY AS h(hit, place)
            ORDER BY h.hit->'rule', h.hit->'version', h.place
        ) first
    ) END::text AS hits
    FROM risk_assessment s
    WHERE s.ens_id = w.ens AND s.status <> 'superseded' ORDER BY s.id DESC LIMIT 1
) a ON true
"""
"""Of many hits the first of each rule comes along: a thousand goods items have thousands."""


def _declared(cases: Sequence[Case]) -> dict[int, _Declared]:
    """Return what is declared, and the hits, by ENS, in one statement."""
    wanted = recordset({"ens": case.ens_id, "version": case.ens.version} for case in cases)
    return {
        ens: _Declared(
            version=version,
            items=items or 0,
            goods=goods or "",
            code=code or "",
            loading=loading or "",
            unloading=unloading or "",
            parties=parties or {},
            countries=countries or (),
            hits=hits or "[]",
        )
        for ens, version, items, goods, code, loading, unloading, parties, countries, hits in (
            fetch_prepared(_DECLARED, {"wanted": wanted})
        )
    }


def _veils(declared: Mapping[int, _Declared]) -> dict[int, Veil]:
    """Return what hides the natural persons of each ENS."""
    found: dict[int, list[Party]] = {}
    versions = {each.version: ens for ens, each in declared.items()}
    for row in DeclaredParty.objects.filter(filing_version__in=versions):
        found.setdefault(versions[row.filing_version_id], []).append(
            Party(identifier=row.identifier or None, name=row.name or None)
        )
    return {ens: Veil(parties) for ens, parties in found.items()}


def operator_names(eoris: Iterable[str]) -> dict[str, str]:
    """Return the names of the operators that we know."""
    return dict(Operator.objects.filter(eori__in=set(eoris)).values_list("eori", "name"))


def _reasons(declared: Mapping[int, _Declared], veils: Mapping[int, Veil]) -> dict[int, str]:
    """Return the sentences of the hits by ENS, the most severe first."""
    hits = {ens: decode(each.hits) for ens, each in declared.items()}
    weights, titles = weights_of(hits.values()), list_titles()
    return {
        ens: "; ".join(
            dict.fromkeys(
                sentence(veiled(hit, veils.get(ens, NO_VEIL)), titles).rstrip(".")
                for hit in _gravest(in_order(each, weights))
            )
        )
        for ens, each in hits.items()
    }


def _gravest(hits: Sequence[Hit]) -> list[Hit]:
    """Return the first hit of each of the first rules: more does not fit into a row."""
    return list({hit.rule: hit for hit in reversed(hits)}.values())[::-1][:MOST_REASONS]


def _row(case: Case, card: Card, user: User, at: datetime) -> Row:
    return Row(
        id=case.pk,
        revision=case.revision,
        is_grave=is_grave(case),
        card=card,
        left=time_left(case.due_at, at),
        due_at=case.due_at,
        due_by=str(Case.DueBy(case.due_by).label),
        is_resting=case.due_by in (Case.DueBy.REPLY, Case.DueBy.ARRIVAL),
        officer=officer_of(case),
        is_mine=case.assignee_id == user.pk,
    )


def _card(case: Case, declared: _Declared, reasons: str, veil: Veil) -> Card:
    return Card(
        id=case.pk,
        mrn=case.ens.mrn,
        outcome=str(Outcome(case.outcome).label),
        colour=OUTCOME_COLOURS[case.outcome],
        severity=str(Severity(case.severity).label),
        goods=declared.goods,
        goods_line=_goods_line(declared),
        cause="" if case.cause == Case.Cause.RISK and reasons else case.get_cause_display(),
        reasons=reasons,
        route=_route(declared),
        mode=str(MODE_NAMES.get(case.ens.transport_mode, case.ens.transport_mode)),
        office=case.office,
        consignor=_name(declared, "consignor", veil),
        consignee=_name(declared, "consignee", veil),
    )


def _name(declared: _Declared, role: str, veil: Veil) -> str:
    """Return a party by its name, else by its identifier."""
    identifier, name = declared.parties.get(role, ("", ""))
    return veil.name(name, identifier) or identifier


def _goods_line(declared: _Declared) -> str:
    """Return the commodity code and how many items there are more."""
    code = f"{declared.code[:4]} {declared.code[4:]}".strip()
    parts = [code, f"+{declared.items - 1}" if declared.items > 1 else ""]
    return ", ".join(part for part in parts if part)


def _route(declared: _Declared) -> str:
    """Return place of loading, countries between, place of unloading."""
    countries = declared.countries
    loading = declared.loading[:5] or (countries[0] if countries else "")
    unloading = declared.unloading[:5]
    between = [
        country for country in countries[1:-1] if country not in (loading[:2], unloading[:2])
    ]
    last = unloading or (countries[-1] if len(countries) > 1 else "")
    return " > ".join(part for part in (loading, *between, last) if part)


def officer_of(case: Case) -> str:
    """Return the name of who has the case, empty for nobody."""
    return person(case.assignee) if case.assignee else ""


def person(user: User) -> str:
    """Return the name of a person as officers write it: M. Bakker; of a system in full."""
    if user.role not in STAFF_ROLES or not (user.first_name and user.last_name):
        return user.get_full_name() or user.username
    return f"{user.first_name[:1]}. {user.last_name}"
