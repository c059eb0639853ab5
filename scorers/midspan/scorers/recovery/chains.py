"""Operations: a call, and after a failure the attempts that go on with it, up to a success."""

from collections.abc import Iterator

from midspan.scorers.recovery.links import Links
from midspan.scorers.recovery.run import Run

Link = tuple[float, int, int, int]
"""An attempt that could go on with an open operation.

As links sort: the most alike first, then in order, the latest failure first. How alike and the
operation's first call are negative; between them stands the attempt, last the operation.
"""


def operations_of(run: Run, links: Links) -> dict[int, int]:
    """Return the first attempt of the operation of each attempt that goes on with an earlier one.

    All are places among the moves.
    """
    moves = run.moves
    is_attempt, has_failed = moves.attempt, moves.failed
    operation_of: dict[int, int] = {}
    open_: dict[int, list[int]] = {}
    for moment in run.moments(run.places.start):
        attempts = [place for place in moment if is_attempt[place]]
        if not open_ and not any(has_failed[attempt] for attempt in attempts):
            continue
        candidates = list(_links(run, links, open_, attempts)) if open_ else []
        if candidates:
            operation_of.update(_joined(run, candidates))
        elif len(attempts) == 1:
            if has_failed[attempts[0]]:
                open_[attempts[0]] = attempts
            continue
        latest: dict[int, list[int]] = {}
        for attempt in attempts:
            latest.setdefault(operation_of.get(attempt, attempt), []).append(attempt)
        for operation, its in latest.items():
            if all(has_failed[attempt] for attempt in its):
                open_[operation] = its
            else:
                open_.pop(operation, None)
    return operation_of


def _links(
    run: Run, links: Links, open_: dict[int, list[int]], attempts: list[int]
) -> Iterator[Link]:
    """Yield which attempts of a moment could go on with which open operations."""
    contested = len(attempts) > 1 or len(open_) > 1
    for operation, failures in open_.items():
        for attempt in attempts:
            linked = [failed for failed in failures if links.linked(failed, attempt, run)]
            if linked:
                strength = 0.0
                if contested:
                    strength = max(links.strength(failed, attempt) for failed in linked)
                yield -strength, attempt, -run.moves.call[operation], operation


def _joined(run: Run, candidates: list[Link]) -> dict[int, int]:
    """Return the operation of each attempt that joins one.

    Most alike first, each operation gets one attempt. Attempts left over join the operation that
    they are most like: all that failed, and one that succeeded where none has yet.
    """
    if len(candidates) == 1:
        return {attempt: operation for _, attempt, _, operation in candidates}
    failed = run.moves.failed
    joined: dict[int, int] = {}
    taken: set[int] = set()
    closed: set[int] = set()
    candidates.sort()
    for once in (True, False):
        for _, attempt, _, operation in candidates:
            if attempt in joined or (once and operation in taken):
                continue
            if not failed[attempt] and operation in closed:
                continue
            joined[attempt] = operation
            taken.add(operation)
            if not failed[attempt]:
                closed.add(operation)
    return joined
