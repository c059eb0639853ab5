"""What publishing tells while it runs: counts that go up, by server and by what is published."""

from collections.abc import Callable
from typing import Literal, NamedTuple

What = Literal[
    "spans", "annotations", "experiment", "dataset", "run", "assessments", "artifacts", "events"
]
"""What a server is given. In the manifest a unit is of one of these kinds."""


class Step(NamedTuple):
    """So many more rows are asked for, or are done: stored and verified, there already, or left."""

    server: str
    what: What
    stage: Literal["asked", "done"]
    rows: int


Progress = Callable[[Step], None]


def untold(_step: Step) -> None:
    """Tell nobody."""
