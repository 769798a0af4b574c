"""What somebody looks at, as one line of the access log; known to every floor."""

import msgspec


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A thing that is about to be shown.

    `what` is its kind and `reference` its name, as the access log has them; `ens` is the id of the
    ENS that it belongs to, None where it belongs to none.
    """

    what: str
    reference: str
    ens: int | None = None
