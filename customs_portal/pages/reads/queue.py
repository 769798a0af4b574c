"""The queue: one page of cases with what an officer needs to choose the next one."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db.models import Count, Window

from customs_portal.accounts import policies
from customs_portal.accounts.models import STAFF_ROLES, Operator, User
from customs_portal.pages.reads.hits import hits_by_ens, in_order, list_titles, weights_of
from customs_portal.pages.wording import TimeLeft, time_left
from declarations.document import Party
from declarations.models import DeclaredItem, DeclaredParty, DeclaredRouting, EnsVersion
from declarations.persons import NO_VEIL, Veil
from risk.engine.explain import sentence
from risk.engine.rules import Hit
from risk.filters import MODES
from risk.models import Assessment, Case
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


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One case in the queue."""

    id: int
    revision: int
    is_grave: bool
    mrn: str
    left: TimeLeft
    due_at: datetime
    due_by: str
    is_resting: bool
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
    officer: str
    is_mine: bool


class _Declared(msgspec.Struct, frozen=True, kw_only=True):
    """The projections of the cases' current versions, by filing version."""

    items: Mapping[int, DeclaredItem]
    item_counts: Mapping[int, int]
    parties: Mapping[tuple[int, str], str]
    veils: Mapping[int, Veil]
    routes: Mapping[int, list[str]]


def rows(cases: Sequence[Case], user: User, at: datetime) -> list[Row]:
    """Return the cases as rows, in their order; the number of queries does not depend on them.

    The cases come with their ENS and assignee.
    """
    versions = _filing_versions(cases)
    declared = _declared(set(versions.values()), user)
    veils = {ens: declared.veils.get(version, NO_VEIL) for ens, version in versions.items()}
    reasons = _reasons(cases, veils)
    return [
        _row(case, versions.get(case.ens_id, 0), declared, reasons.get(case.ens_id, ""), user, at)
        for case in cases
    ]


def _filing_versions(cases: Sequence[Case]) -> dict[int, int]:
    """Return the first filing version of each ENS as it is now."""
    current = {case.ens_id: case.ens.version for case in cases}
    found = EnsVersion.objects.filter(ens__in=current)
    return {
        version.ens_id: version.filing_versions[0]
        for version in found
        if version.number == current[version.ens_id]
    }


def _declared(versions: set[int], user: User) -> _Declared:
    found = DeclaredItem.objects.filter(filing_version__in=versions)
    counted = found.annotate(count=Window(Count("pk"), partition_by="filing_version"))
    items = counted.order_by("filing_version", "number").distinct("filing_version")
    return _Declared(
        items={item.filing_version_id: item for item in items},
        item_counts={item.filing_version_id: item.count for item in items},
        parties=_parties(versions, user),
        veils={} if policies.sees_persons(user) else _veils(versions),
        routes=_routes(versions),
    )


def _veils(versions: set[int]) -> dict[int, Veil]:
    """Return what hides the natural persons of each version."""
    found: dict[int, list[Party]] = {}
    for row in DeclaredParty.objects.filter(filing_version__in=versions):
        found.setdefault(row.filing_version_id, []).append(_party(row))
    return {version: Veil(parties) for version, parties in found.items()}


def _party(row: DeclaredParty) -> Party:
    return Party(identifier=row.identifier or None, name=row.name or None)


def _parties(versions: set[int], user: User) -> dict[tuple[int, str], str]:
    """Return consignor and consignee of each version by name, else by their identifier."""
    found = list(
        DeclaredParty.objects.filter(
            filing_version__in=versions, role__in=("consignor", "consignee")
        )
        .order_by("filing_version", "role", "pk")
        .distinct("filing_version", "role")
    )
    names = operator_names(party.identifier for party in found if not party.name)
    veil = NO_VEIL if policies.sees_persons(user) else Veil(map(_party, found))
    return {
        (party.filing_version_id, party.role): veil.name(
            party.name or names.get(party.identifier, ""), party.identifier
        )
        or party.identifier
        for party in found
    }


def operator_names(eoris: Iterable[str]) -> dict[str, str]:
    """Return the names of the operators that we know."""
    return dict(Operator.objects.filter(eori__in=set(eoris)).values_list("eori", "name"))


def _routes(versions: set[int]) -> dict[int, list[str]]:
    legs: dict[int, list[str]] = {}
    found = DeclaredRouting.objects.filter(filing_version__in=versions).order_by("sequence")
    for version, country in found.values_list("filing_version", "country"):
        legs.setdefault(version, []).append(country)
    return legs


def _reasons(cases: Sequence[Case], veils: Mapping[int, Veil]) -> dict[int, str]:
    """Return the sentences of the hits by ENS, the most severe first."""
    found = Assessment.objects.current().filter(ens__in=[case.ens_id for case in cases])
    hits = hits_by_ens(found)
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


def _row(
    case: Case, version: int, declared: _Declared, reasons: str, user: User, at: datetime
) -> Row:
    item = declared.items.get(version)
    return Row(
        id=case.pk,
        revision=case.revision,
        is_grave=is_grave(case),
        mrn=case.ens.mrn,
        left=time_left(case.due_at, at),
        due_at=case.due_at,
        due_by=str(Case.DueBy(case.due_by).label),
        is_resting=case.due_by in (Case.DueBy.REPLY, Case.DueBy.ARRIVAL),
        outcome=str(Outcome(case.outcome).label),
        colour=OUTCOME_COLOURS[case.outcome],
        severity=str(Severity(case.severity).label),
        goods=item.description if item else "",
        goods_line=_goods_line(item, declared.item_counts.get(version, 0)),
        cause="" if case.cause == Case.Cause.RISK and reasons else case.get_cause_display(),
        reasons=reasons,
        route=_route(item, declared.routes.get(version, [])),
        mode=str(MODE_NAMES.get(case.ens.transport_mode, case.ens.transport_mode)),
        office=case.office,
        consignor=declared.parties.get((version, "consignor"), ""),
        consignee=declared.parties.get((version, "consignee"), ""),
        officer=officer_of(case),
        is_mine=case.assignee_id == user.pk,
    )


def _goods_line(item: DeclaredItem | None, count: int) -> str:
    """Return the commodity code and how many items there are more."""
    if item is None:
        return ""
    code = f"{item.commodity_code[:4]} {item.commodity_code[4:]}".strip()
    parts = [code, f"+{count - 1}" if count > 1 else ""]
    return ", ".join(part for part in parts if part)


def _route(item: DeclaredItem | None, countries: list[str]) -> str:
    """Return place of loading, countries between, place of unloading."""
    loading = (item.place_of_loading if item else "")[:5] or (countries[0] if countries else "")
    unloading = (item.place_of_unloading if item else "")[:5]
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
