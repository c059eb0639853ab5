"""Logical calls: what the model emitted, joined with how it was executed.

Joined by call id; else by order within the turn and equal name, equal arguments first. Either side
may be missing. Order is by start of execution, then by place in the emission: never by arrival.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from midspan.pipelines.ingest.assembly.code_actions import CODE_ID
from midspan.pipelines.ingest.assembly.emissions import next_llms
from midspan.pipelines.ingest.assembly.repeated_tools import bare_name
from midspan.pipelines.ingest.assembly.shown_arguments import canonical_shown
from midspan.pipelines.ingest.assembly.structure import Structure
from midspan.pipelines.ingest.assembly.told_results import Told, bare_id, results_told
from midspan.pipelines.ingest.assembly.tree import Node, end_of
from midspan.pipelines.ingest.span import Emitted
from midspan.scorers.canonical import canonical_arguments

ANY_SCOPE: Final = "any"


@dataclass(slots=True, eq=False)
class Call:
    """One logical call of a run; at least one of emission and execution is there."""

    emission: Emitted | None = None
    emitted_by: Node | None = None
    position: int | None = None
    """Its place in the emission."""
    execution: Node | None = None
    told: Told | None = None
    """The result as the model was told it, where no span of the execution holds one."""

    @property
    def turn(self) -> int | None:
        """Return the turn in which it was emitted."""
        return None if self.emitted_by is None else self.emitted_by.turn

    @property
    def executed(self) -> bool:
        """Return whether there is any record of the execution."""
        return self.execution is not None or self.told is not None

    @property
    def result(self) -> str | None:
        """Return the result, from the execution's span or as told."""
        if self.execution is not None and self.execution.span.output is not None:
            return self.execution.span.output
        return self.told.text if self.told is not None else None

    @property
    def emission_id(self) -> str | None:
        """Return the id that the model gave the call."""
        return self.emission.id if self.emission is not None else None

    @property
    def id(self) -> str | None:
        """Return the call's id, as the model or else its execution has it."""
        id_ = self.emission_id or (self.execution.span.call_id if self.execution else None)
        return None if id_ is not None and id_.startswith(CODE_ID) else id_

    @property
    def name(self) -> str:
        """Return the tool's name."""
        if self.emission is not None and self.emission.name:
            return self.emission.name
        if self.execution is None:
            return ""
        return self.execution.span.tool_name or self.execution.span.name

    @property
    def raw_arguments(self) -> str | None:
        """Return the arguments as emitted, else as executed."""
        shown = None if self.execution is None else self.execution.span.input
        if self.emission is None:
            return shown
        if self.emission.raw_arguments is None:
            # A tool's span may hold a bare value, which is not what the model emitted.
            return shown if shown is not None and shown.lstrip().startswith("{") else None
        return self.emission.raw_arguments

    def canonical(self) -> str | None:
        """Return the arguments in canonical form; None where they are not JSON, or not recorded."""
        raw = self.raw_arguments
        if raw is None:
            return None
        if self.emission is not None and self.emission.raw_arguments is not None:
            return canonical_arguments(raw)
        return None if self.execution is None else canonical_shown(self.execution.span)

    @property
    def anchor(self) -> Node:
        """Return the span that scores of this call hang on."""
        anchor = self.execution or self.emitted_by
        assert anchor is not None, "a call has an emission or an execution"
        return anchor

    @property
    def has_result(self) -> bool:
        """Return whether a span says what came of it."""
        if self.execution is None:
            return False
        return self.execution.span.output is not None or self.execution.span.status == "error"


def join_calls(structure: Structure) -> list[Call]:
    """Return the calls of a run in order."""
    emissions = _Emissions(structure.llms)
    unknown = [node for node in structure.tools if not emissions.join_by_id(node)]
    only_executed = [node for node in unknown if not emissions.join_by_place(node)]
    _tell(emissions.calls, structure.llms)
    calls = [*emissions.calls, *(Call(execution=node) for node in only_executed)]
    return sorted(calls, key=_order)


def _tell(calls: Sequence[Call], llms: Sequence[Node]) -> None:
    """Give calls without a result what the next LLM call was told of them."""
    if all(call.has_result for call in calls):
        return
    following = next_llms(llms)
    for emitted_by, group in groupby(calls, key=lambda call: call.emitted_by):
        assert emitted_by is not None, "only what was emitted is told of"
        turn, after = list(group), following.get(emitted_by)
        if after is None or all(call.has_result for call in turn):
            continue
        emitted = [call.emission for call in turn if call.emission]
        told = results_told(emitted, after.span, as_text=emitted_by.span.text_form is not None)
        for position, call in enumerate(turn):
            if not call.has_result:
                call.told = told.get(position)


class _Emissions:
    """The emitted calls of a run, which executions are joined to one by one.

    Agents that work side by side may use the same ids and tools: an execution looks among the
    emissions of its own agent span first.
    """

    def __init__(self, llms: Sequence[Node]) -> None:
        self.calls: list[Call] = []
        self._by_id: dict[str, list[int]] = {}
        self._starts: dict[str, list[int]] = defaultdict(list)
        self._of_turn: dict[str, list[range]] = defaultdict(list)
        for node in llms:
            self._add(node)

    def _add(self, node: Node) -> None:
        first = len(self.calls)
        for position, emitted in enumerate(node.span.emitted or ()):
            if emitted.id is not None:
                self._by_id.setdefault(bare_id(emitted.id), []).append(len(self.calls))
            self.calls.append(Call(emitted, node, position))
        for scope in (node.scope, ANY_SCOPE):
            self._starts[scope].append(node.span.start_ns)
            self._of_turn[scope].append(range(first, len(self.calls)))

    def join_by_id(self, execution: Node) -> bool:
        """Join to the emission with its call id: of its agent, and the latest one before it."""

        def preference(index: int) -> tuple[bool, bool, int]:
            emitted_by = self.calls[index].anchor
            before = emitted_by.span.start_ns <= execution.span.start_ns
            return (emitted_by.scope == execution.scope, before, index if before else -index)

        found = self._by_id.get(bare_id(execution.span.call_id or ""), ())
        open_ = [index for index in found if self.calls[index].execution is None]
        best = open_[0] if len(open_) == 1 else max(open_, key=preference, default=None)
        return self._join(best, execution)

    def join_by_place(self, execution: Node) -> bool:
        """Join to an emission of the LLM call before the execution, by name and then arguments."""
        span = execution.span
        scope = execution.scope if execution.scope in self._starts else ANY_SCOPE
        latest = bisect_right(self._starts[scope], span.start_ns) - 1
        if latest < 0:
            return False
        open_ = [
            index
            for index in self._of_turn[scope][latest]
            if self.calls[index].execution is None
            and bare_name(self.calls[index].name) == bare_name(span.tool_name or "")
            and (span.call_id is None or self.calls[index].emission_id is None)
        ]
        if len(open_) > 1:
            arguments = canonical_shown(span)
            open_.sort(
                key=lambda n: canonical_arguments(self.calls[n].raw_arguments or "") != arguments
            )
        return self._join(open_[0] if open_ else None, execution)

    def _join(self, index: int | None, execution: Node) -> bool:
        if index is None:
            return False
        self.calls[index].execution = execution
        return True


def _order(call: Call) -> tuple[int, int, int, int]:
    span = call.anchor.span
    if call.execution is not None:
        start, end = span.start_ns, end_of(span)
    else:
        start = end = span.start_ns if span.end_ns is None else span.end_ns
    return (start, end, -1 if call.turn is None else call.turn, call.position or 0)
