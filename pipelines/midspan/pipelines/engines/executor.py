"""What runs tasks: all that the pool of processes here and a cluster elsewhere have in common."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol, TypeVar

from midspan.scorers.errors import SurroundingsError

Result = TypeVar("Result")


class Executor(AbstractContextManager["Executor", None], Protocol):
    """Where tasks run, for as long as a block: its end lets go of all processes.

    After an error it does so in the midst of tasks.
    """

    @property
    def elsewhere(self) -> bool:
        """Return whether a single task goes there as well: it was asked for by name."""

    def run(
        self, function: Callable[..., Result], tasks: Sequence[tuple[object, ...]]
    ) -> Iterator[tuple[int, Result]]:
        """Yield (number of the task, result) as tasks finish.

        Tasks hold paths and settings, never frames. An error of one is the error of all. A process
        that ends in the midst of tasks is a `WorkerLost`.
        """


class WorkerLost(SurroundingsError):
    """Processes ended by themselves; `tasks` are the numbers of those that have no result by it.

    `each_of_them` says whether each of these lost its process; else it may have been any one.
    """

    def __init__(self, message: str, *, tasks: Sequence[int], each_of_them: bool, fix: str) -> None:
        """Keep which tasks it may have been."""
        super().__init__(message, fix=fix)
        self.tasks, self.each_of_them = tasks, each_of_them
