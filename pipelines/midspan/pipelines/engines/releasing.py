"""What has processes for the length of a block."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Self


class Releasing(ABC):
    """Lets go of its processes at the end of a block; after an error, in the midst of tasks."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None:
        self.release(at_once=kind is not None)

    @abstractmethod
    def release(self, *, at_once: bool) -> None:
        """Let go of all processes, `at_once` or when the tasks at hand are done."""
