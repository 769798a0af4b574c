"""Forgetting parties: their names go from what was analysed, screened, found and bound by hits.

Of a name that another declaration still has nothing goes but that this one had it.
"""

from collections.abc import Iterable, Sequence

import msgspec
from django.db.models import Model, Q, TextField, Value
from django.db.models.functions import Cast, Concat

from customs_portal.bulk import fetch_prepared
from declarations.models import EnsVersion
from declarations.services.locks import assert_in_transaction
from risk.engine.fields import CATALOGUE
from risk.engine.rules import Bound, Hit
from risk.models import Assessment, Case, ConfirmedFind, NameMatch, ScreenedName
from risk.models.analysed import AnalysedItem, column, model_of
from risk.names.screening import lock_out

NAMES = frozenset(name for name in CATALOGUE if name.endswith(".name"))
"""Fields of the catalogue that hold the name of a party."""
KEYS = {"consignor_key": "consignor_identifier", "consignee_key": "consignee_identifier"}
"""Keys of persons, made of the name where the number beside them is missing."""


def forget_parties(ens_versions: Sequence[int]) -> None:
    """Blank the names of parties in what the analysis of these versions of ENS has left.

    Screening waits until the end of the transaction. Called before rows of ENS are locked.
    """
    assert_in_transaction()
    lock_out()
    for model, columns in _columns().items():
        rows = model._default_manager.filter(ens_version__in=ens_versions)
        rows.update(**dict.fromkeys(columns))
    items = AnalysedItem.objects.filter(ens_version__in=ens_versions)
    screened = {name for names in items.values_list("names", flat=True) for name in names}
    items.update(address_key=None, names=[])
    for key, identifier in KEYS.items():
        unnumbered = items.filter(Q(**{identifier: None}) | Q(**{identifier: ""}))
        _forget_finds(unnumbered.exclude(**{key: None}).values_list("ens", key))
        unnumbered.update(**{key: None})
    _forget_screened(list(screened))
    _forget_hits(ens_versions)
    ens = EnsVersion.objects.filter(pk__in=ens_versions).values("ens")
    Case.objects.filter(ens__in=ens).exclude(status=Case.Status.OPEN).update(words="")


def _forget_finds(parties: Iterable[tuple[int, str]]) -> None:
    """Delete what was found with parties that were known by their name alone, in these ENS."""
    for ens, key in parties:
        ConfirmedFind.objects.filter(ens=ens, kind=ConfirmedFind.Kind.PARTY, value=key).delete()


_STILL_DECLARED = """
SELECT DISTINCT n FROM risk_analyseditem i, unnest(i.names) n
WHERE i.current AND i.names && %(names)s::bigint[]
UNION
SELECT DISTINCT n FROM risk_analyseditem i, unnest(i.names) n
WHERE NOT i.current AND i.names && %(names)s::bigint[]
"""
"""In two, since only the current items have an index of names."""


def _forget_screened(names: list[int]) -> None:
    """Blank the names that no declaration has any more; number and country stay."""
    kept = {name for (name,) in fetch_prepared(_STILL_DECLARED, {"names": names})}
    gone = [name for name in names if name not in kept]
    ScreenedName.objects.filter(pk__in=gone).update(
        key=Concat(Value("#"), Cast("pk", TextField())), clues=[], written=""
    )
    NameMatch.objects.filter(name__in=gone).update(reasons={})


def _columns() -> dict[type[Model], list[str]]:
    found: dict[type[Model], list[str]] = {}
    for name in sorted(NAMES):
        field = CATALOGUE[name]
        if model := model_of(field):
            found.setdefault(model, []).append(column(field))
    return found


def _forget_hits(ens_versions: Sequence[int]) -> None:
    for assessment in Assessment.objects.filter(ens_version__in=ens_versions):
        hits = msgspec.convert(assessment.hits, list[Hit])
        blanked = [_blank(hit) for hit in hits]
        features = {name: told for name, told in assessment.features.items() if name != "names"}
        if blanked != hits or features != assessment.features:
            Assessment.objects.filter(pk=assessment.pk).update(
                hits=msgspec.to_builtins(blanked), features=features
            )


def _blank(hit: Hit) -> Hit:
    bound = tuple(_without_name(one) for one in hit.bound)
    return msgspec.structs.replace(hit, bound=bound)


def _without_name(bound: Bound) -> Bound:
    changes: dict[str, object] = {}
    if bound.field in NAMES:
        changes |= {"value": "", "matched": ()}
    if bound.other in NAMES:
        changes["other_value"] = ""
    return msgspec.structs.replace(bound, **changes)
