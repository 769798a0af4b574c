"""What can happen: each app declares its kinds of event in its module `events`."""

import msgspec
from django.utils.functional import Promise


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of event: its name (`filing.registered`) and the sentence that tells it.

    The sentence is a lazy translation with %-placeholders named as keys of the event's data.
    """

    name: str
    sentence: str | Promise

    def __hash__(self) -> int:
        return hash(self.name)
