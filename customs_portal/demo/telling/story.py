"""What every story is: a stage, and steps that are told one after the other."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import ClassVar

from customs_portal.demo.telling.stage import Stage


class Story:
    """A story that begins at a time; each step is a method, named in `STEPS` in their order.

    `span` is how long it lasts: the demo begins it so long ago.
    """

    number: ClassVar[int]
    title: ClassVar[str]
    span: ClassVar[timedelta]
    STEPS: ClassVar[tuple[str, ...]]

    def __init__(self, begins: datetime) -> None:
        self.stage = Stage(f"S{self.number}", begins.replace(second=0, microsecond=0))
        self.mrn = ""
        self.prepare()

    def prepare(self) -> None:
        """Make ready what the steps share."""

    def steps(self) -> Iterator[Callable[[], object]]:
        """Yield the steps in their order."""
        for name in self.STEPS:
            yield getattr(self, name)

    def tell(self) -> None:
        """Tell the whole story."""
        for step in self.steps():
            step()
        self.stage.collect()

    def lrn(self, prefix: str) -> str:
        """Return a reference that belongs to this telling of the story."""
        return f"{prefix}-{self.stage.at:%y%m%d%H%M}"
