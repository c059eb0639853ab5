"""What an agent does after each failure: the responses of one run, read turn by turn."""

from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from midspan.scorers.recovery.links import Links
from midspan.scorers.recovery.parameters import Parameters
from midspan.scorers.recovery.run import Run

IDENTICAL: Final = "identical_retry"
PERTURBED: Final = "perturbed_retry"
MODIFIED: Final = "modified_retry"
SWITCH: Final = "tool_switch"
JUSTIFIED: Final = "justified_retry"
ANSWERED: Final = "answered"
HANDED_OFF: Final = "handed_off"
STOPPED: Final = "stopped"

DEGENERATE: Final = (IDENTICAL, PERTURBED)
ADAPTIVE: Final = (MODIFIED, SWITCH, JUSTIFIED)
JUDGED: Final = (*DEGENERATE, *ADAPTIVE)

RETRIES: Final = (IDENTICAL, PERTURBED, MODIFIED)
"""What a call of the failed tool may be, the nearest first."""


class Response(NamedTuple):
    """What followed a failure: a call and its kind; no kind where the record does not tell."""

    failed: int
    """Its place among the moves, as that of the call."""
    call: int | None
    kind: str | None
    nth: int = 0
    """Of an identical retry: the number of identical retries of this operation so far."""
    after_change: bool = False
    """Of an identical retry: whether the state was changed before it."""


class _Pair(NamedTuple):
    """A failure and a call that may respond to it, as pairs sort: the best first.

    Identical before perturbed before modified, most alike first, then the latest failure. What
    turns to another tool does so from the failures just before it: of these, the latest goes first.
    """

    order: tuple[float, float, float]
    failed: int
    call: int
    kind: str | None


class Reading:
    """Reads the responses of one run; each call answers one failure at most."""

    def __init__(
        self, run: Run, operation_of: Mapping[int, int], links: Links, parameters: Parameters
    ) -> None:
        """Keep the run; `operation_of`: the operations of attempts that go on with others."""
        self._run = run
        self._moves = run.moves
        self._operation_of = operation_of
        self._links = links
        self._parameters = parameters
        self._claimed: set[int] = set()
        self._identical: dict[int, int] = {}
        self._found: dict[int, Response] = {}

    def responses(self) -> Mapping[int, Response]:
        """Return the response to each failed attempt, by its place."""
        failed, found = self._moves.failed, self._found
        open_: list[int] = []
        for moment in self._run.moments(self._run.places.start):
            if open_:
                self._read(open_, moment)
                open_ = [each for each in open_ if each not in found]
            for place in moment:
                if failed[place]:
                    open_.append(place)
        for each in open_:
            found[each] = self._last(each)
        return found

    def _read(self, open_: list[int], moment: range) -> None:
        """Find the responses of one moment to the failures before it."""
        run, claimed = self._run, self._claimed
        waiting: dict[int, list[int]] = {}
        for failed in open_:
            calls = [call for call in run.answers_to(failed, moment) if call not in claimed]
            if calls:
                waiting[failed] = calls
        if len(waiting) == 1:
            ((failed, calls),) = waiting.items()
            if len(calls) == 1:
                self._read_one(failed, calls, moment)
                return
        self._read_many(waiting, moment)

    def _read_one(self, failed: int, calls: list[int], moment: range) -> None:
        """Find the response to a failure that waits alone for one call."""
        call = calls[0]
        if self._moves.tool[call] == self._moves.tool[failed]:
            self._take(failed, call, self._kind(failed, call))
        elif not self._otherwise(failed, calls, moment):
            self._take(failed, call, SWITCH)

    def _read_many(self, waiting: Mapping[int, list[int]], moment: range) -> None:
        """Find the responses where several failures wait, or several calls may answer."""
        tool = self._moves.tool
        alone = len(waiting) == 1
        retries = [
            pair
            for failed, calls in waiting.items()
            for pair in self._retries(failed, calls, alone)
        ]
        self._assign(retries)
        switches: list[_Pair] = []
        for failed, calls in waiting.items():
            if failed not in self._found:
                others = [call for call in calls if tool[call] != tool[failed]]
                if not self._otherwise(failed, others, moment):
                    switches += self._switches(failed, others, alone)
        self._assign(switches)

    def _retries(self, failed: int, calls: Collection[int], alone: bool) -> Iterator[_Pair]:
        """Yield what calls of the failed tool are to a failure; `alone`: no other one waits."""
        moves = self._moves
        its = moves.tool[failed]
        same = [call for call in calls if moves.tool[call] == its]
        contested = len(same) > 1 or not alone
        for call in same:
            kind = self._kind(failed, call)
            rank = RETRIES.index(kind) if kind in RETRIES else len(RETRIES)
            strength = self._links.strength(failed, call) if contested else 0.0
            yield _Pair((rank, -strength, -moves.moment[failed]), failed, call, kind)

    def _otherwise(self, failed: int, others: Collection[int], moment: range) -> bool:
        """Return whether a transfer, or an identical call after reads, answers a failure."""
        transfer = next((call for call in others if self._moves.transfer[call]), None)
        if transfer is not None:
            self._found[failed] = Response(failed, transfer, HANDED_OFF)
            return True
        again = self._identical_after_reads(failed, moment, others)
        if again is not None:
            self._take(failed, again, IDENTICAL)
        return again is not None

    def _switches(self, failed: int, others: Collection[int], alone: bool) -> Iterator[_Pair]:
        """Yield the turns to other tools."""
        contested = len(others) > 1 or not alone
        for call in others:
            strength = self._links.strength(failed, call) if contested else 0.0
            yield _Pair((-self._moves.moment[failed], -strength, 0), failed, call, SWITCH)

    def _kind(self, failed: int, call: int) -> str | None:
        moves = self._moves
        one, other = moves.key[failed], moves.key[call]
        if one is None or other is None:
            return None
        if one == other:
            return IDENTICAL
        error = moves.error[failed]
        again = error is not None and moves.failed[call] and error == moves.error[call]
        if again and self._links.hardly_changed(failed, call):
            return PERTURBED
        return MODIFIED

    def _assign(self, pairs: list[_Pair]) -> None:
        """Give each failure one call and each call one failure, best first."""
        for _, failed, call, kind in sorted(pairs):
            if failed not in self._found and call not in self._claimed:
                self._take(failed, call, kind)

    def _take(self, failed: int, call: int, kind: str | None) -> None:
        self._claimed.add(call)
        if kind == IDENTICAL:
            self._found[failed] = self._identical_retry(failed, call)
        else:
            self._found[failed] = Response(failed, call, kind)

    def _identical_retry(self, failed: int, call: int) -> Response:
        operation = self._operation_of.get(failed, failed)
        nth = self._identical[operation] = self._identical.get(operation, 0) + 1
        changed = self._run.changed_between(failed, call)
        passing = self._moves.transient[failed] and nth <= self._parameters.transient_retries
        kind = JUSTIFIED if changed or passing else IDENTICAL
        return Response(failed, call, kind, nth, changed)

    def _identical_after_reads(
        self, failed: int, moment: range, others: Collection[int]
    ) -> int | None:
        """Return the identical call that fails again after nothing but reads, if any."""
        moves = self._moves
        key, its = moves.key[failed], moves.tool[failed]
        if key is None or not others or not all(moves.read_only[call] for call in others):
            return None
        for later in self._run.moments_after(moment.start):
            calls = self._run.answers_to(failed, later)
            for call in calls:
                if moves.key[call] == key and call not in self._claimed:
                    return call if moves.failed[call] else None
            if any(moves.tool[call] == its or not moves.read_only[call] for call in calls):
                return None
        return None

    def _last(self, failed: int) -> Response:
        """Return the response to a failure that no call answers: whether the agent ended itself."""
        moves = self._moves
        for call in range(moves.end[failed], self._run.places.stop):
            if moves.terminal[call] and moves.tool[call] != moves.tool[failed]:
                return Response(failed, call, ANSWERED if moves.answer[call] else STOPPED)
        return Response(failed, None, STOPPED)
