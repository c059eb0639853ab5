"""The entries of one run as a session of pi, version 3."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from midspan.pipelines.exporting.pi.messages import Entry, assistant, call_id, tool_result, user
from midspan.pipelines.exporting.pi.order import Answer, answers_of
from midspan.pipelines.exporting.pi.telling import Telling
from midspan.pipelines.ingest.sessions.pi_custom import AGENT, RUN, SYSTEM_PROMPT, TOOLS
from midspan.scorers.run_view import CONTEXT, Run

VERSION: Final = 3
UNKNOWN_HARNESS: Final = "agent"

_TITLE: Final = ("task", "model", "revision", "tier")


def harness_of(run: Run) -> str:
    """Return the name of the program that drove the model, without its version."""
    return (run.row["harness"] or "").partition("@")[0] or UNKNOWN_HARNESS


def session_entries(
    run: Run, outcome: str, offered: Mapping[str, Sequence[Entry]]
) -> list[Entry] | str:
    """Return the lines of a run's session, or why there is none.

    Args:
        run: The run.
        outcome: How it ended.
        offered: The tools that were offered together, by digest.
    """
    answers = answers_of(run)
    if not answers:
        return "no call of a model was recorded"
    return list(_Session(run, outcome, offered).entries(answers))


class _Session:
    """The entries so far: each hangs on the one before it."""

    def __init__(self, run: Run, outcome: str, offered: Mapping[str, Sequence[Entry]]) -> None:
        self._run, self._outcome, self._offered = run, outcome, offered
        self._count = 0
        self._now = 0
        self._model: tuple[str | None, str | None] | None = None
        self._tools: str | None = None

    def entries(self, answers: Sequence[Answer]) -> Iterator[Entry]:
        run = self._run
        self._now = run.row["start_ns"] or answers[0].span["start_ns"]
        yield header(run.id, self._now, harness_of(run))
        yield self._entry("session_info", name=title(run))
        yield self._custom(RUN, about(run, self._outcome))
        tellings: dict[str | None, Telling] = {}
        several = len({answer.span["agent"] for answer in answers}) > 1
        before: dict[str | None, bool] = {}
        speaking: str | None = None
        shown: set[str] = set()
        for number, answer in enumerate(answers):
            agent = answer.span["agent"]
            self._reach(answer.span["start_ns"])
            if several and (number == 0 or agent != speaking):
                yield self._aside(AGENT, f"agent: {agent or 'unnamed'}")
            speaking = agent
            yield from self._surroundings(answer)
            telling = tellings.setdefault(agent, Telling())
            told = telling.told(answer.words.get("input"), again=before.get(agent, False))
            if told.system is not None:
                yield self._custom(SYSTEM_PROMPT, {"systemPrompt": told.system})
            for earlier in told.before:
                yield self._aside("midspan-earlier", earlier)
            for asked in told.asked:
                yield self._message(user(asked, self._now))
            before[agent] = answer.failed
            self._reach(answer.span["end_ns"])
            said = assistant(answer)
            shown |= {part["id"] for part in said["content"] if part["type"] == "toolCall"}
            yield self._message(said)
            for call in answer.results:
                self._reach(call.row["end_ns"])
                result = tool_result(call, self._now, shown=call_id(call) in shown)
                yield self._message(result)

    def _surroundings(self, answer: Answer) -> Iterator[Entry]:
        """Yield which model answers, and which tools it is offered, where that is new."""
        model = (answer.span["provider"], answer.span["request_model"])
        if model != self._model and model[1] is not None:
            self._model = model
            named = {"provider": model[0]} if model[0] is not None else {}
            yield self._entry("model_change", **named, modelId=model[1])
        digest = answer.span["tools_digest"]
        if digest is not None and digest != self._tools and digest in self._offered:
            self._tools = digest
            yield self._custom(TOOLS, {"tools": list(self._offered[digest])})

    def _reach(self, time_ns: int | None) -> None:
        self._now = max(self._now, time_ns or 0)

    def _message(self, message: Entry) -> Entry:
        return self._entry("message", message=message)

    def _custom(self, kind: str, data: Entry) -> Entry:
        return self._entry("custom", customType=kind, data=data)

    def _aside(self, kind: str, text: str) -> Entry:
        return self._entry("custom_message", customType=kind, content=text, display=True)

    def _entry(self, kind: str, **said: Any) -> Entry:
        parent = None if self._count == 0 else f"{self._count:08x}"
        self._count += 1
        place = {"id": f"{self._count:08x}", "parentId": parent, "timestamp": _iso(self._now)}
        return {"type": kind, **place, **said}


def header(run_id: str, start_ns: int, harness: str) -> Entry:
    """Return the first line of a session, with the harness that viewers name."""
    line = {"type": "session", "version": VERSION, "id": run_id, "timestamp": _iso(start_ns)}
    return {**line, "cwd": "", "harness": harness}


def about(run: Run, outcome: str) -> Entry:
    """Return what is known of a run beside its messages."""
    named = {name: run.row[name] for name in (*CONTEXT, "revision_sha", "status", "ended_by")}
    known = {name: value for name, value in named.items() if value is not None}
    answer = {} if run.answer is None else {"answer": run.answer}
    checks = {} if run.row["checks"] is None else {"checks": run.row["checks"]}
    return {"run_id": run.id, **known, "outcome": outcome, **answer, **checks}


def title(run: Run) -> str:
    """Return what tells the run from others, as a person reads it."""
    parts = [str(run.row[name]) for name in _TITLE if run.row[name] is not None]
    trial = [f"trial {run.row['trial']}"] if run.row["trial"] is not None else []
    return " · ".join([*parts, *trial]) or run.id


def _iso(time_ns: int) -> str:
    moment = datetime.fromtimestamp(time_ns // 1_000_000_000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns // 1_000_000 % 1000:03d}Z"
