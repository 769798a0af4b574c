"""Hits without the names of natural persons, for whoever has no need of them."""

import msgspec

from declarations.persons import NO_VEIL, Veil
from risk.engine.rules import Bound, Hit


def veiled(hit: Hit, veil: Veil) -> Hit:
    """Return the hit, what it bound hidden as far as it names a natural person."""
    if veil is NO_VEIL:
        return hit
    return msgspec.structs.replace(hit, bound=tuple(bound_veiled(one, veil) for one in hit.bound))


def bound_veiled(bound: Bound, veil: Veil) -> Bound:
    """Return one comparison so."""
    return msgspec.structs.replace(
        bound,
        value=veil.text(bound.value),
        threshold=veil.text(bound.threshold),
        other_value=veil.text(bound.other_value),
        matched=tuple(map(veil.text, bound.matched)),
    )
