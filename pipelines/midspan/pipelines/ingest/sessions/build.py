"""The spans of a session: one trace, one agent at its root, times and ids made where none are."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from typing import Final

from midspan.pipelines.ingest.sessions.content import fill_answer, message
from midspan.pipelines.ingest.sessions.decode import as_json
from midspan.pipelines.ingest.sessions.events import (
    Answer,
    Event,
    Prompt,
    Result,
    Session,
    SubAgent,
)
from midspan.pipelines.ingest.sessions.lane import Lane, Made
from midspan.pipelines.ingest.span import Span

FIRST_NS: Final = 10**9
"""Where a session without any time starts: plainly no real one."""

ABANDONED: Final = "abandoned branch"
UNNAMED: Final = "sub-agent"


def spans_of(session: Session) -> Iterator[Span]:
    """Yield the spans of a session; one in which nothing happened has none."""
    return iter(_Builder(session).spans() if session.events else ())


class _Builder:
    def __init__(self, session: Session) -> None:
        self._session = session
        self._trace_id = _digest(16, session.dialect, session.id)
        known = [_first_time(session.events), session.started_ns]
        self._first_ns = min((time for time in known if time is not None), default=FIRST_NS)
        self._next_ns = _next_times(session.events)
        self._spans: list[Span] = []
        self._lanes: dict[tuple[str, str | None], Lane] = {}
        self._executed: Counter[tuple[str, str | None]] = Counter()
        self._answered: Counter[tuple[str, str]] = Counter()

    def spans(self) -> list[Span]:
        root = self._lane(self._session.root, None)
        for number, event in enumerate(self._session.events):
            if isinstance(event, Prompt):
                self._prompt(event)
            elif isinstance(event, Answer):
                self._answer(event, number)
            elif isinstance(event, Result):
                self._result(event)
            else:
                self._sub_agent(event)
        for lane in self._lanes.values():
            if lane.span.kind == "agent" and lane.span.agent is None:
                lane.span.agent = UNNAMED
            lane.close(self._session.ended if lane is root else None, self._first_ns)
        span = root.span
        answered = (made for made in self._spans if made.kind == "llm")
        model = next((made.request_model for made in answered if made.request_model), None)
        context = {"model": model, "harness": self._session.harness}
        told = {name: value for name, value in context.items() if value}
        span.context = self._session.context or told
        span.output = self._session.answer or span.output
        span.attributes = as_json(self._session.attributes)
        return self._spans

    def _lane(self, agent: str, branch: str | None) -> Lane:
        """Return where an agent's events go; what was left behind goes to a lane of its own."""
        lane = self._lanes.get((agent, branch))
        if lane is None:
            lane = self._lanes[agent, branch] = Lane(self._owner(agent, branch))
            self._spans.append(lane.span)
        return lane

    def _owner(self, agent: str, branch: str | None) -> Span:
        if branch is not None:
            parent = self._lane(agent, None).span
            span = self._span(("branch", agent, branch), "chain", ABANDONED)
            span.parent_id = parent.span_id
            return span
        name = self._session.agent if agent == self._session.root else None
        span = self._span(("agent", agent), "agent", f"invoke_agent {name or UNNAMED}")
        span.agent = name
        if agent == self._session.root:
            span.start_ns = self._first_ns
        else:
            span.parent_id = self._lane(self._session.root, None).span.span_id
        return span

    def _span(self, key: tuple[str, ...], kind: str, name: str) -> Span:
        return Span(
            trace_id=self._trace_id,
            span_id=_digest(8, self._session.id, *key),
            parent_id=None,
            kind=kind,
            name=name,
            start_ns=0,
            end_ns=None,
            status="unset",
            dialect=self._session.dialect,
            session=self._session.id,
            notes=[],
            context={},
        )

    def _step(self, lane: Lane, key: tuple[str, ...], kind: str, name: str) -> Span:
        """Return a new span in a lane; only what was not abandoned counts as what it is."""
        abandoned = lane.span.kind == "chain"
        span = self._span(key, "other" if abandoned else kind, name)
        span.parent_id = lane.span.span_id
        self._spans.append(span)
        return span

    def _prompt(self, event: Prompt) -> None:
        lane = self._lane(event.agent, event.branch)
        lane.reach(event.time_ns, self._first_ns)
        lane.unanswered.append(message(event.role, {"type": "text", "content": event.text}))
        if event.asked:
            lane.last = event
            lane.span.input = event.text if lane.span.input is None else lane.span.input

    def _answer(self, event: Answer, number: int) -> None:
        lane = self._lane(event.agent, event.branch)
        nth = self._answered[event.agent, event.key]
        self._answered[event.agent, event.key] += 1
        span = self._step(lane, ("llm", event.agent, event.key, str(nth)), "llm", "chat")
        end = event.end_ns
        if end is None and event.start_ns is not None:
            end = self._next_ns.get(number, event.start_ns)
        rebuilt = event.start_ns is None or event.end_ns is None
        lane.time(span, event.start_ns, end, self._first_ns)
        span.start_ns = max(span.start_ns, lane.answered_ns + 1)
        span.end_ns = max(span.end_ns or 0, span.start_ns)
        lane.answered_ns = span.start_ns
        span.notes = [*span.notes, *event.notes, *(["rebuilt"] if rebuilt else [])]
        span.name = f"chat {event.request_model}" if event.request_model else "chat"
        span.input = as_json(lane.unanswered) if lane.unanswered else None
        fill_answer(span, event)
        lane.last = lane.answer = event
        span.emitted = event.calls if span.kind == "llm" else None
        if event.failed is None:
            lane.unanswered = []
            lane.open_calls = {call.id for call in event.calls}
            made = Made(span.start_ns, span.end_ns, {})
            for call in event.calls:
                lane.made[call.id or ""] = made
                made.calls[call.id or ""] = call

    def _result(self, event: Result) -> None:
        lane = self._lane(event.agent, event.branch)
        made = lane.made.get(event.call_id or "")
        call = made.calls[event.call_id or ""] if made else None
        name = event.name or (call.name if call else "")
        span = self._step(lane, self._tool_key(event), "tool", f"execute_tool {name}".strip())
        self._executed[event.agent, event.call_id] += 1
        rebuilt = event.start_ns is None or event.end_ns is None
        start = event.start_ns
        if start is None and made is not None:
            start = made.end_ns if event.end_ns is None else min(made.end_ns, event.end_ns)
        lane.time(span, start, event.end_ns, self._first_ns)
        span.start_ns = max(span.start_ns, made.start_ns if made else 0)
        span.end_ns = max(span.end_ns or 0, span.start_ns)
        span.tool_name, span.call_id = name, event.call_id
        span.input = event.arguments
        if span.input is None and call is not None:
            span.input = call.raw_arguments
        span.status = {True: "error", False: "ok", None: "unset"}[event.failed]
        span.error_message = event.output if event.failed else None
        span.output = None if event.failed else event.output
        span.attributes = as_json(event.attributes)
        span.notes += ["rebuilt"] if rebuilt else []
        lane.open_calls.discard(event.call_id)
        if not event.hosted:
            part = {"type": "tool_call_response", "id": event.call_id, "response": event.output}
            lane.unanswered.append(message("tool", part))
            lane.last = event

    def _tool_key(self, event: Result | SubAgent) -> tuple[str, ...]:
        nth = self._executed[event.agent, event.call_id]
        return ("tool", event.agent, event.call_id or "", str(nth))

    def _sub_agent(self, event: SubAgent) -> None:
        if event.key in {event.agent, self._session.root}:
            return
        lane = self._lane(event.key, None)
        span = lane.span
        if event.call_id is not None:
            span.parent_id = _digest(8, self._session.id, *self._tool_key(event))
        if event.name and span.agent is None:
            span.agent, span.name = event.name, f"invoke_agent {event.name}"
        lane.told = event


def _times_of(event: Event) -> Iterator[int]:
    if isinstance(event, Prompt):
        times: tuple[int | None, ...] = (event.time_ns,)
    else:
        times = (event.start_ns, event.end_ns)
    return (time for time in times if time is not None)


def _first_time(events: list[Event]) -> int | None:
    return min((time for event in events for time in _times_of(event)), default=None)


def _next_times(events: list[Event]) -> dict[int, int]:
    """Return for each event the first time known after it in its lane."""
    upcoming: dict[tuple[str, str | None], int] = {}
    found: dict[int, int] = {}
    for number in range(len(events) - 1, -1, -1):
        lane = (events[number].agent, events[number].branch)
        if lane in upcoming:
            found[number] = upcoming[lane]
        upcoming[lane] = min(_times_of(events[number]), default=upcoming.get(lane, 0))
        if not upcoming[lane]:
            del upcoming[lane]
    return found


def _digest(size: int, *parts: str) -> str:
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=size).hexdigest()
