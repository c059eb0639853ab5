"""Posts annotations: in batches, around those whose step is not there, for which it waits."""

import re
from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Final

from midspan.pipelines.publish.exchange import Patience, ServerError, refusal, told
from midspan.pipelines.publish.phoenix.api import Gone, Phoenix
from midspan.pipelines.publish.phoenix.bodies import ID, Body, Level
from midspan.pipelines.publish.span_server import tried

BATCH: Final = 500

NOT_THERE: Final = {
    "span": "the server does not have their spans",
    "trace": "the server does not have their traces",
    "session": "the server does not have their sessions",
}

Left = list[tuple[Body, str]]
"""Annotations that the server does not have, each with the reason."""

_SEPARATORS: Final = re.compile(r"[\s,\"']+")


class Lateness:
    """How long annotations wait for what they are about: all of them together, to a deadline."""

    def __init__(self, patience: Patience) -> None:
        self._patience = patience
        self._last: float | None = None
        self._wait = patience.first_wait

    def waited(self) -> bool:
        """Wait a while; False where the time for it is over."""
        now = self._patience.clock()
        if self._last is None:
            self._last = now + self._patience.deadline
        if now + self._wait > self._last:
            return False
        self._patience.sleep(self._wait)
        self._wait = min(self._wait * 2, self._patience.longest_wait)
        return True


class Annotator:
    """Posts annotations of steps, traces and sessions; the server writes a batch or nothing."""

    def __init__(self, phoenix: Phoenix, *, batch: int = BATCH) -> None:
        self._phoenix = phoenix
        self._batch = batch
        self._lateness = Lateness(phoenix.patience)
        self.gone: str | None = None
        """Why the server need not be asked any more."""

    def post(self, level: Level, bodies: Sequence[Body], stored: Callable[[int], None]) -> Left:
        """Return what could not be stored; `stored` is told how many more are."""
        left: Left = []
        waiting = list(bodies)
        while waiting:
            late: list[Body] = []
            for start in range(0, len(waiting), self._batch):
                batch = waiting[start : start + self._batch]
                refused, missing = self._write(level, batch)
                left += refused
                late += missing
                stored(len(batch) - len(refused) - len(missing))
            if late and not self._lateness.waited():
                return left + [(body, NOT_THERE[level]) for body in late]
            waiting = late
        return left

    def _write(self, level: Level, batch: Sequence[Body]) -> tuple[Left, list[Body]]:
        """Return what the server refuses of a batch, and what is about something not there."""
        if self.gone is not None:
            return [(body, self.gone) for body in batch], []
        try:
            return self._written(level, batch)
        except ServerError as error:
            self.gone = str(error)
            return [(body, self.gone) for body in batch], []

    def _written(self, level: Level, batch: Sequence[Body]) -> tuple[Left, list[Body]]:
        path, query = f"/v1/{level}_annotations", {"sync": "true"}
        answer = tried(
            lambda: self._phoenix.ask("POST", path, json={"data": batch}, params=query),
            patience=self._phoenix.patience,
        )
        if answer.is_success:
            if (ids := len(told(answer, "data")["data"] or ())) != len(batch):
                raise ServerError(f"{path} stored {ids} of {len(batch)} annotations")
            return [], []
        if answer.status_code == HTTPStatus.NOT_FOUND:
            missing = _named(answer.text, {body[ID[level]] for body in batch})
            if missing:
                late = [body for body in batch if body[ID[level]] in missing]
                rest = [body for body in batch if body[ID[level]] not in missing]
                refused, later = self._written(level, rest) if rest else ([], [])
                return refused, late + later
        if answer.is_client_error and len(batch) > 1:
            # One that is refused fails its whole batch: halving finds it and saves the rest.
            middle = len(batch) // 2
            first, second = (
                self._written(level, batch[:middle]),
                self._written(level, batch[middle:]),
            )
            return first[0] + second[0], first[1] + second[1]
        if answer.is_client_error:
            return [(body, f"refused: {refusal(answer)}") for body in batch], []
        raise Gone(f"{path} answered {refusal(answer)}")


def _named(text: str, ids: set[str]) -> set[str]:
    """Return the ids that a refusal names."""
    return ids & set(_SEPARATORS.split(text))
