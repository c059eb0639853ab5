"""What runs tasks: all that the pool of processes here and a cluster elsewhere have in common."""

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, TypeVar

from midspan.scorers.errors import SurroundingsError

Result = TypeVar("Result")


class Executor(Protocol):
    """Where tasks run, for as long as a block."""

    @property
    def elsewhere(self) -> bool:
        """Return whether a single task goes there as well: it was asked for by name."""

    def __enter__(self) -> Self:
        """Be ready for tasks."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        """Let go of all processes; after an error, in the midst of tasks."""

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
