"""Building what lives long and is large, without the cyclic collector going through it again."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def long_lived() -> Iterator[None]:
    """Pause the collector for the block, and leave all that lives after it out of later runs.

    A rule set of 10,000 rules has a million objects and no cycles: the collector would walk through
    them time and again while they are made, and at each full run after. What an earlier block left
    out is looked at once more first.
    """
    was_enabled = gc.isenabled()
    gc.unfreeze()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
