"""Where an official stands at a time."""

import msgspec


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The offices whose work somebody does, and the operators that they keep out of."""

    offices: frozenset[str]
    risk_centre: bool
    recused_eoris: frozenset[str]
