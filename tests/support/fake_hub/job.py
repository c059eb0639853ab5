"""One job: what was asked for, what it has come to, what it printed, and how it is to end."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

TERMINAL: Final = ("COMPLETED", "CANCELED", "ERROR", "DELETED")


@dataclass(frozen=True, kw_only=True)
class Fate:
    """How a job is to end, where not as its command does."""

    dies_after: int | None = None
    """Killed, with all it started, when it has brought so many files that `counted` names."""
    counted: str = ".result.json"
    reaches: Callable[[str], bool] = lambda _path: True
    """Whether a file that it wrote reaches the bucket."""
    never_starts: bool = False
    """Stays in the queue until it is cancelled."""


@dataclass(kw_only=True)
class Job:
    id: str
    owner: str
    asked: Mapping[str, Any]
    """The body of the request."""
    fate: Fate = field(default_factory=Fate)
    stage: str = "SCHEDULING"
    message: str | None = None
    created: float = field(default_factory=time.time)
    started: float | None = None
    finished: float | None = None
    lines: list[str] = field(default_factory=list)
    exit_code: int | None = None
    brought: list[str] = field(default_factory=list)
    """Paths of what it wrote to its bucket."""
    wanted: threading.Event = field(default_factory=threading.Event)
    """Set when somebody cancels it."""
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def labels(self) -> dict[str, str]:
        return dict(self.asked.get("labels") or {})

    @property
    def is_over(self) -> bool:
        return self.stage in TERMINAL

    def moves_to(self, stage: str, message: str | None = None) -> None:
        with self.changed:
            self.stage, self.message = stage, message
            if stage == "RUNNING":
                self.started = time.time()
            if self.is_over:
                self.finished = time.time()
            self.changed.notify_all()

    def prints(self, line: str) -> None:
        with self.changed:
            self.lines.append(line)
            self.changed.notify_all()

    def wait(self, seconds: float = 60) -> "Job":
        """Return itself when it is over."""
        return self.wait_for(lambda job: job.is_over, seconds)

    def wait_for(self, what: "Callable[[Job], bool]", seconds: float = 60) -> "Job":
        """Return itself when something holds of it."""
        with self.changed:
            if not self.changed.wait_for(lambda: what(self), seconds):
                raise TimeoutError(f"job {self.id} is {self.stage} after {seconds} s")
        return self

    def followed(self, tail: int | None) -> Iterator[str]:
        """Yield what it printed and prints, until it is over."""
        position = max(0, len(self.lines) - tail) if tail is not None else 0
        while True:
            found, over = self._further(position)
            yield from found
            position += len(found)
            if over and not found:
                return

    def _further(self, position: int) -> tuple[list[str], bool]:
        with self.changed:
            self.changed.wait_for(lambda: position < len(self.lines) or self.is_over, 1)
            return self.lines[position:], self.is_over

    def described(self) -> dict[str, Any]:
        """Return the job as the Hub tells of it."""
        end = self.finished or time.time()
        return {
            "id": self.id,
            "createdAt": _written(self.created),
            "startedAt": _written(self.started),
            "finishedAt": _written(self.finished),
            "dockerImage": self.asked.get("dockerImage"),
            "spaceId": self.asked.get("spaceId"),
            "command": self.asked["command"],
            "arguments": self.asked.get("arguments", []),
            "environment": self.asked.get("environment", {}),
            "secrets": dict.fromkeys(self.asked.get("secrets") or {}, "***"),
            "flavor": self.asked["flavor"],
            "labels": self.labels,
            "volumes": self.asked.get("volumes"),
            "status": {"stage": self.stage, "message": self.message},
            "owner": {"id": self.owner, "name": self.owner, "type": "user"},
            "durations": {
                "schedulingSecs": int((self.started or end) - self.created),
                "runningSecs": int(end - self.started) if self.started else None,
                "totalSecs": int(end - self.created),
            },
        }


def _written(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")
