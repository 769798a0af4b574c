"""Forgetting parties: their names go from what was analysed and from what hits have bound."""

from collections.abc import Sequence

import msgspec
from django.db.models import Model, Q

from declarations.services.locks import assert_in_transaction
from risk.engine.fields import CATALOGUE
from risk.engine.rules import Bound, Hit
from risk.models import Assessment
from risk.models.analysed import AnalysedItem, column, model_of

NAMES = frozenset(name for name in CATALOGUE if name.endswith(".name"))
"""Fields of the catalogue that hold the name of a party."""
KEYS = {"consignor_key": "consignor_identifier", "consignee_key": "consignee_identifier"}
"""Keys of persons, made of the name where the number beside them is missing."""


def forget_parties(ens_versions: Sequence[int]) -> None:
    """Blank the names of parties in what was analysed of these versions of ENS."""
    assert_in_transaction()
    for model, columns in _columns().items():
        rows = model._default_manager.filter(ens_version__in=ens_versions)
        rows.update(**dict.fromkeys(columns))
    items = AnalysedItem.objects.filter(ens_version__in=ens_versions)
    items.update(address_key=None, names=[])
    for key, identifier in KEYS.items():
        items.filter(Q(**{identifier: None}) | Q(**{identifier: ""})).update(**{key: None})
    _forget_hits(ens_versions)


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
        if blanked != hits:
            Assessment.objects.filter(pk=assessment.pk).update(hits=msgspec.to_builtins(blanked))


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
