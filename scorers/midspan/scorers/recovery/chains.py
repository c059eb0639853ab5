"""Operations: a call, and after a failure the attempts that go on with it, up to a success."""

from collections.abc import Iterator
from typing import NamedTuple

from midspan.scorers.recovery.links import Links
from midspan.scorers.recovery.moves import Move
from midspan.scorers.recovery.run import Run


class Link(NamedTuple):
    """A later attempt that could go on with an open operation."""

    strength: float
    operation: int
    attempt: Move

    @property
    def order(self) -> tuple[float, int, int]:
        """Return the sort key: most alike first, then in order, the latest failure first."""
        return (-self.strength, self.attempt.call, -self.operation)


def operations_of(run: Run, links: Links) -> dict[int, int]:
    """Return the first call of the operation of each attempt that goes on with an earlier one."""
    operation_of: dict[int, int] = {}
    open_: dict[int, list[Move]] = {}
    for place, moment in enumerate(run.moments):
        attempts = [move for move in moment if move.attempt]
        if not open_ and not any(move.failed for move in attempts):
            continue
        if open_:
            operation_of.update(_joined(list(_links(run, links, open_, attempts, place))))
        latest: dict[int, list[Move]] = {}
        for attempt in attempts:
            operation = operation_of.get(attempt.call, attempt.call)
            latest.setdefault(operation, []).append(attempt)
        for operation, moves in latest.items():
            if all(move.failed for move in moves):
                open_[operation] = moves
            else:
                open_.pop(operation, None)
    return operation_of


def _links(
    run: Run, links: Links, open_: dict[int, list[Move]], attempts: list[Move], place: int
) -> Iterator[Link]:
    """Yield which attempts of a moment could go on with which open operations."""
    contested = len(attempts) > 1 or len(open_) > 1
    for operation, failures in open_.items():
        for attempt in attempts:
            linked = [
                failed
                for failed in failures
                if links.linked(failed, attempt, following=run.following(failed) == place)
            ]
            if linked:
                strength = 0.0
                if contested:
                    strength = max(links.strength(failed, attempt) for failed in linked)
                yield Link(strength, operation, attempt)


def _joined(candidates: list[Link]) -> dict[int, int]:
    """Return the operation of each attempt that joins one, by call.

    Most alike first, each operation gets one attempt. Attempts left over join the operation that
    they are most like: all that failed, and one that succeeded where none has yet.
    """
    if len(candidates) == 1:
        return {candidates[0].attempt.call: candidates[0].operation}
    joined: dict[int, int] = {}
    taken: set[int] = set()
    closed: set[int] = set()
    ordered = sorted(candidates, key=lambda link: link.order)
    for once in (True, False):
        for _, operation, attempt in ordered:
            if attempt.call in joined or (once and operation in taken):
                continue
            if not attempt.failed and operation in closed:
                continue
            joined[attempt.call] = operation
            taken.add(operation)
            if not attempt.failed:
                closed.add(operation)
    return joined
