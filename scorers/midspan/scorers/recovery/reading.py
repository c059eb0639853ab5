"""What an agent does after each failure: the responses of one run, read turn by turn."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Final, NamedTuple

from midspan.scorers.recovery.leaves import hardly_changed
from midspan.scorers.recovery.links import Links
from midspan.scorers.recovery.moves import Move
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

    failed: Move
    call: Move | None
    kind: str | None
    nth: int = 0
    """Of an identical retry: the number of identical retries of this operation so far."""
    after_change: bool = False
    """Of an identical retry: whether the state was changed before it."""


class _Pair(NamedTuple):
    failed: Move
    call: Move
    kind: str | None
    strength: float

    @property
    def order(self) -> tuple[float, ...]:
        """Return the sort key: identical before perturbed before modified, most alike first.

        What turns to another tool does so from the failures just before it: they go first.
        """
        calls = (self.failed.call, self.call.call)
        if self.kind == SWITCH:
            return (len(RETRIES) + 1, -self.failed.moment, -self.strength, *calls)
        rank = RETRIES.index(self.kind) if self.kind in RETRIES else len(RETRIES)
        return (rank, -self.strength, -self.failed.moment, *calls)


class Reading:
    """Reads the responses of one run; each call answers one failure at most."""

    def __init__(
        self, run: Run, operation_of: Mapping[int, int], links: Links, parameters: Parameters
    ) -> None:
        """Keep the run; `operation_of`: the operations of attempts that go on with others."""
        self._run = run
        self._operation_of = operation_of
        self._links = links
        self._parameters = parameters
        self._claimed: set[int] = set()
        self._identical: Counter[int] = Counter()
        self._found: list[Response] = []

    def responses(self) -> list[Response]:
        """Return the response to each failed attempt."""
        open_: list[Move] = []
        for place, moment in enumerate(self._run.moments):
            if open_:
                answered = {each.failed.call for each in self._read(open_, place)}
                open_ = [failed for failed in open_ if failed.call not in answered]
            open_ += [move for move in moment if move.failed]
        self._found += [self._last(failed) for failed in open_]
        return self._found

    def _read(self, open_: list[Move], place: int) -> list[Response]:
        """Return the responses of one moment to the failures before it."""
        before = len(self._found)
        calls = {
            failed.call: [
                call
                for call in self._run.answers_to(failed, place)
                if call.call not in self._claimed
            ]
            for failed in open_
        }
        waiting = [failed for failed in open_ if calls[failed.call]]
        alone = len(waiting) == 1
        retries = [
            pair for failed in waiting for pair in self._retries(failed, calls[failed.call], alone)
        ]
        answered = self._assign(retries)
        waiting = [failed for failed in waiting if failed.call not in answered]
        switches = []
        for failed in waiting:
            others = [call for call in calls[failed.call] if call.tool != failed.tool]
            transfer = next((call for call in others if call.transfer), None)
            again = self._identical_after_reads(failed, place, others)
            if transfer is not None:
                self._found.append(Response(failed, transfer, HANDED_OFF))
            elif again is not None:
                self._assign([_Pair(failed, again, IDENTICAL, 2.0)])
            else:
                contested = len(others) > 1 or not alone
                switches += [
                    _Pair(
                        failed,
                        call,
                        SWITCH,
                        self._links.strength(failed, call) if contested else 0.0,
                    )
                    for call in others
                ]
        self._assign(switches)
        return self._found[before:]

    def _retries(self, failed: Move, calls: Collection[Move], alone: bool) -> Iterator[_Pair]:
        """Yield what calls of the failed tool are to a failure; `alone`: no other one waits."""
        same = [call for call in calls if call.tool == failed.tool]
        contested = len(same) > 1 or not alone
        for call in same:
            strength = self._links.strength(failed, call) if contested else 0.0
            yield _Pair(failed, call, self._kind(failed, call), strength)

    def _kind(self, failed: Move, call: Move) -> str | None:
        if failed.key is None or call.key is None:
            return None
        if failed.key == call.key:
            return IDENTICAL
        if call.failed and failed.error is not None and failed.error == call.error:
            one, other = self._links.leaves(failed), self._links.leaves(call)
            long_text = self._parameters.long_text
            if one is not None and other is not None and hardly_changed(one, other, long_text):
                return PERTURBED
        return MODIFIED

    def _assign(self, pairs: list[_Pair]) -> set[int]:
        """Give each failure one call and each call one failure, best first; return the failures."""
        answered: set[int] = set()
        ordered = sorted(pairs, key=lambda pair: pair.order) if len(pairs) > 1 else pairs
        for failed, call, kind, _ in ordered:
            if failed.call in answered or call.call in self._claimed:
                continue
            answered.add(failed.call)
            self._claimed.add(call.call)
            self._found.append(self._response(failed, call, kind))
        return answered

    def _response(self, failed: Move, call: Move, kind: str | None) -> Response:
        if kind != IDENTICAL:
            return Response(failed, call, kind)
        operation = self._operation_of.get(failed.call, failed.call)
        self._identical[operation] += 1
        nth = self._identical[operation]
        changed = self._run.changed_between(failed, call)
        passing = failed.transient and nth <= self._parameters.transient_retries
        kind = JUSTIFIED if changed or passing else IDENTICAL
        return Response(failed, call, kind, nth, changed)

    def _identical_after_reads(
        self, failed: Move, place: int, others: Collection[Move]
    ) -> Move | None:
        """Return the identical call that fails again after nothing but reads, if any."""
        if failed.key is None or not others or not all(call.read_only for call in others):
            return None
        for later in self._run.after(self._run.moments[place][0]):
            calls = self._run.answers_to(failed, later)
            for call in calls:
                if call.key == failed.key and call.call not in self._claimed:
                    return call if call.failed else None
            if any(call.tool == failed.tool or not call.read_only for call in calls):
                return None
        return None

    def _last(self, failed: Move) -> Response:
        """Return the response to a failure that no call answers: whether the agent ended itself."""
        for place in self._run.after(failed):
            for call in self._run.moments[place]:
                if call.terminal and call.tool != failed.tool:
                    return Response(failed, call, ANSWERED if call.answer else STOPPED)
        return Response(failed, None, STOPPED)
