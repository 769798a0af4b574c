"""Holding names seen before against what came to a list, and looking at open declarations again.

In the background and in portions: progress and effects are one transaction, so that the next
process goes on where one died. Lists of names are followed by likeness, those of EORI numbers,
vessels and containers by the identifiers that declarations are searched by.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from django.db.models import F, QuerySet

from customs_portal.bulk import fetch_prepared
from customs_portal.events.services import record
from declarations.services.locks import assert_in_transaction
from risk.analysed import Subjects
from risk.engine.field import Level
from risk.engine.fields import CATALOGUE
from risk.engine.names import Identity
from risk.engine.tree import leaves
from risk.events import RESCREENING_ENDED, RESCREENING_STARTED
from risk.models import NameMatch, ReferenceList, ReferenceListEntry, Rescreening
from risk.names.candidates import names_like
from risk.names.entry_forms import compared_as
from risk.names.evidence import Listed, Weighed
from risk.names.screening import compared, share, write_matches
from risk.rule_sets import InForce, in_force
from risk.services.assess import PASSES
from risk.services.reassessment import Current, Worth, gains, reassess

ENTRIES, DECLARATIONS = 50, 100
"""Entries, and open declarations, that are looked at in one transaction."""

SEARCHED_AS = {"eori": "eori", "vessels": "means", "containers": "equipment"}
"""Kinds of list that are followed by search keys, with the kind of key."""


def start_rescreening(found: ReferenceList, *, since: int, at: datetime) -> None:
    """Ask for names and open declarations to be held against the entries from a revision on."""
    assert_in_transaction()
    if not (found.is_by_likeness or found.kind in SEARCHED_AS):
        return
    total = _entries(found.pk, since, found.revision).count()
    Rescreening.objects.create(
        list=found, revision=found.revision, since=since, total=total, started_at=at
    )
    record(RESCREENING_STARTED, at=at, data={"list": found.code, "total": total})


def _entries(key: int, since: int, revision: int) -> QuerySet[ReferenceListEntry]:
    """Return the entries that came with these revisions and are in the list."""
    return ReferenceListEntry.objects.filter(
        list=key, added_in__gte=since, added_in__lte=revision, removed_in=None
    )


def match_portion(*, at: datetime) -> bool:
    """Look at the next 50 entries of a job; return whether there is more to do."""
    assert_in_transaction()
    share()
    jobs = Rescreening.objects.select_for_update(skip_locked=True, of=("self",))
    running = jobs.select_related("list").filter(state=Rescreening.State.RUNNING)
    job = running.order_by("pk").first()
    if job is None:
        return False
    waiting = _entries(job.list_id, job.since, job.revision).filter(pk__gt=job.last_entry)
    entries = list(waiting.order_by("pk")[:ENTRIES])
    if not entries:
        return _end(job, at)
    if job.list.is_by_likeness:
        job.matched += _match(job.list, entries, at)
    else:
        job.reassessed += _search(job.list, entries, at)
    job.looked_at = min(job.looked_at + len(entries), job.total)
    job.last_entry = entries[-1].pk
    job.save()
    return True


def _end(job: Rescreening, at: datetime) -> bool:
    job.state, job.ended_at = Rescreening.State.FINISHED, at
    job.looked_at = job.total
    job.save()
    data = {"list": job.list.code, "matched": job.matched}
    record(RESCREENING_ENDED, at=at, data=data)
    return True


def _match(found: ReferenceList, entries: Sequence[ReferenceListEntry], at: datetime) -> int:
    """Store the matches of the entries with names seen before; return how many are new."""
    kind = compared_as(found.kind)
    like = names_like([(entry.value, kind) for entry in entries])
    matches = (
        pair
        for entry, names in zip(entries, like, strict=True)
        for pair in _compared(_listed(found, entry), names)
    )
    return write_matches(matches, at=at, open_after=0)


def _compared(
    listed: Listed, names: Sequence[tuple[int, Identity]]
) -> Iterator[tuple[int, Listed, Weighed]]:
    for number, identity in names:
        for _listed_as, weighed in compared(identity, [listed]):
            yield number, listed, weighed


def _listed(found: ReferenceList, entry: ReferenceListEntry) -> Listed:
    return Listed(
        entry=entry.pk,
        list=found.pk,
        revision=found.revision,
        threshold=found.threshold,
        value=entry.value,
        country=entry.country,
        identifier=entry.identifier,
    )


_NAMED = """
SELECT DISTINCT k.ens_id FROM declarations_searchkey k
JOIN declarations_ens e ON e.id = k.ens_id AND e.status IN ('ready', 'in_analysis', 'assessed')
WHERE k.kind = %s AND k.value = ANY(%s::text[]) ORDER BY k.ens_id
"""


def _search(found: ReferenceList, entries: Sequence[ReferenceListEntry], at: datetime) -> int:
    """Assess the open declarations anew in which an entry stands and rules find more."""
    values = [entry.as_code for entry in entries]
    ens = [row[0] for row in fetch_prepared(_NAMED, [SEARCHED_AS[found.kind], values])]
    return reassess(ens, in_force(at), gains, at=at) if ens else 0


def waiting_matches() -> list[int]:
    """Return matches of which open declarations are still to be looked at, as committed now."""
    found = NameMatch.objects.filter(open_after__isnull=False).order_by("pk")
    return list(found.values_list("pk", flat=True)[:ENTRIES])


_OPEN = """
SELECT DISTINCT i.ens FROM risk_analyseditem i
JOIN declarations_ens e ON e.id = i.ens AND e.status IN ('ready', 'in_analysis', 'assessed')
WHERE i.current AND i.names @> ARRAY[%s]::bigint[] AND i.ens > %s
ORDER BY i.ens LIMIT %s
"""


def follow(match: int, *, at: datetime) -> bool:
    """Look at the next 100 open declarations with the name; return whether there are more.

    The caller has waited for the screenings that could not know of the match
    (`risk.names.screening.wait_for_all`). A declaration is assessed anew where a rule that reads
    names hits it above observe.
    """
    assert_in_transaction()
    share()
    found = NameMatch.objects.select_for_update(skip_locked=True)
    held = found.filter(pk=match, open_after__isnull=False).first()
    if held is None:
        return False
    rows = fetch_prepared(_OPEN, [held.name_id, held.open_after, DECLARATIONS])
    ens = [row[0] for row in rows]
    count = reassess(ens, in_force(at), _concerned(match), at=at) if ens else 0
    held.open_after = ens[-1] if len(ens) == DECLARATIONS else None
    held.save(update_fields=["open_after"])
    Rescreening.objects.filter(list=held.entry.list_id, revision=held.revision).update(
        reassessed=F("reassessed") + count
    )
    return held.open_after is not None


def _concerned(match: int) -> Worth:
    """Return the test whether a rule that reads names hits a declaration in which they match."""

    def worth(row: Current, subjects: Subjects, rule_set: InForce) -> bool:
        names = subjects.readings.declared.context.features.names
        told = any(each.match == match for found in names.values() for each in found)
        return told and any(
            _reads_names(rule_set, code) and rule_set.rules[code].outcome not in PASSES
            for code in rule_set.compiled.codes_hit(subjects.readings)
        )

    return worth


def _reads_names(rule_set: InForce, code: str) -> bool:
    tree = rule_set.rules[code].expression
    return any(CATALOGUE[leaf.field].level is Level.NAMES for leaf in leaves(tree))
