"""The pi coding agent: session files, and what `pi --mode json` prints.

A session file is a tree of entries; the branch that ends in its last entry is the session, what
lies on others is kept apart. Printed events hold no end of an answer, but its arguments as
streamed: pi repairs broken JSON before it runs a call, and only there can that be seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from midspan.pipelines.ingest.raw import Rejected
from midspan.pipelines.ingest.sessions.decode import (
    Entry,
    as_json,
    decode,
    feed,
    http_status,
    inner,
    nanoseconds,
    number,
    parts,
    required,
    string,
    text_of,
    total,
    whole,
)
from midspan.pipelines.ingest.sessions.events import Answer, Event, Prompt, Result, Session, Usage
from midspan.pipelines.ingest.sessions.pi_custom import (
    RUN,
    SYSTEM_PROMPT,
    TOOLS,
    arguments_of,
    context_of,
    ended_of,
    raw,
    tools_of,
)
from midspan.pipelines.ingest.span import Emitted, Tool

DIALECT: Final = "pi-session"

FINISH_REASON: Final = {
    "stop": "stop",
    "toolUse": "tool_calls",
    "length": "length",
    "error": "error",
    "aborted": "other",
}


def read(lines: Iterable[bytes], name: str) -> Iterator[Session | Rejected]:
    """Yield the session, and the lines that could not be read."""
    reader = _Reader()
    yield from feed(lines, reader.take)
    yield reader.session(name)


class _Reader:
    def __init__(self) -> None:
        self._header: Entry = {}
        self._events: list[tuple[str | None, Event]] = []
        self._parent_of: dict[str, str | None] = {}
        self._leaf: str | None = None
        self._streamed: dict[int, str] = defaultdict(str)
        self._executed: dict[str, str] = {}
        self._run: Entry = {}
        self._tools: tuple[Tool, ...] | None = None

    def take(self, entry: Entry) -> None:
        """Read one line of either form."""
        kind, id_ = string(entry, "type"), string(entry, "id")
        if kind == "session":
            self._header = self._header or entry
            return
        if id_ is not None and "parentId" in entry:
            self._parent_of[id_] = string(entry, "parentId")
            self._leaf = id_
        time = nanoseconds(entry.get("timestamp"))
        if kind == "message":
            self._message(id_, required(entry, "message"), time)
        elif kind == "message_start":
            self._streamed.clear()
        elif kind == "message_update":
            self._update(inner(entry, "assistantMessageEvent"))
        elif kind == "tool_execution_start":
            self._executed[string(entry, "toolCallId") or ""] = as_json(entry.get("args"))
        elif kind == "message_end":
            self._message(None, required(entry, "message"), None)
        elif kind in {"compaction", "branch_summary"}:
            self._prompt(id_, string(entry, "summary"), time)
        elif kind == "custom_message":
            self._prompt(id_, text_of(entry.get("content")), time)
        elif kind == "custom":
            self._custom(id_, string(entry, "customType"), inner(entry, "data"), time)

    def session(self, name: str) -> Session:
        """Return what was read."""
        branch_of = self._branches()
        for id_, event in self._events:
            event.branch = branch_of.get(id_) if id_ is not None else None
        events = [event for _, event in self._events]
        header = self._header
        return Session(
            id=string(header, "id") or name,
            dialect=DIALECT,
            agent="pi",
            harness=string(header, "harness") or "pi",
            events=events,
            started_ns=nanoseconds(header.get("timestamp")),
            attributes={k: header[k] for k in ("cwd", "version", "parentSession") if k in header},
            ended=ended_of(self._run),
            answer=string(self._run, "answer"),
            context=context_of(self._run),
        )

    def _path(self) -> Iterator[str]:
        """Yield the entries from the last one to the root."""
        seen: set[str] = set()
        at = self._leaf
        while at is not None and at not in seen:
            seen.add(at)
            yield at
            at = self._parent_of.get(at)

    def _branches(self) -> dict[str, str]:
        """Return for each entry that was left behind the one that its branch began with."""
        path = set(self._path())
        branches: dict[str, str] = {}
        for id_, parent in self._parent_of.items():
            if id_ not in path:
                branches[id_] = branches.get(parent or "", id_)
        return branches

    def _update(self, event: Entry) -> None:
        index, delta = event.get("contentIndex"), event.get("delta")
        if event.get("type") == "toolcall_delta" and isinstance(index, int):
            self._streamed[index] += delta if isinstance(delta, str) else ""

    def _prompt(
        self, id_: str | None, text: str | None, time: int | None, *, role: str = "user"
    ) -> None:
        self._events.append((id_, Prompt(text=text or "", role=role, asked=False, time_ns=time)))

    def _custom(self, id_: str | None, kind: str | None, data: Entry, time: int | None) -> None:
        """Read what others than pi keep in its sessions, where it says what pi does not."""
        if kind == RUN:
            self._run = data
        elif kind == TOOLS:
            self._tools = tools_of(data)
        elif kind == SYSTEM_PROMPT:
            self._prompt(id_, string(data, "systemPrompt"), time, role="system")

    def _message(self, id_: str | None, message: Entry, written: int | None) -> None:
        """Read a message; `written` is the time of its entry, which has the end of an answer."""
        role, time = string(message, "role"), nanoseconds(message.get("timestamp"))
        if role == "user":
            text = text_of(message.get("content")) or ""
            self._events.append((id_, Prompt(text=text, time_ns=written or time)))
        elif role == "assistant":
            answer = _answer(message, self._streamed)
            answer.key = str(message.get("timestamp") or id_ or len(self._events))
            answer.start_ns, answer.end_ns, answer.tools = time, written, self._tools
            self._events.append((id_, answer))
        elif role == "toolResult":
            call_id, failed = string(message, "toolCallId"), message.get("isError")
            result = Result(
                call_id=call_id,
                name=string(message, "toolName"),
                arguments=self._executed.pop(call_id or "", None) or arguments_of(message),
                output=text_of(message.get("content")),
                failed=failed if isinstance(failed, bool) else None,
                end_ns=time or written,
            )
            self._events.append((id_, result))
        elif role == "bashExecution":
            command, output = string(message, "command"), string(message, "output")
            self._prompt(id_, f"{command or ''}\n{output or ''}", time)
        else:
            self._prompt(id_, string(message, "summary") or text_of(message.get("content")), time)


def _answer(message: Entry, streamed: dict[int, str]) -> Answer:
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Emitted] = []
    notes: list[str] = []
    for index, part in enumerate(parts(message.get("content"))):
        if part.get("type") == "text":
            texts.append(string(part, "text") or "")
        elif part.get("type") == "thinking":
            thoughts.append(string(part, "thinking") or "")
        elif part.get("type") == "toolCall":
            written = _raw_arguments(part.get("arguments"), streamed.get(index), notes)
            calls.append(Emitted(string(part, "id"), string(part, "name") or "", written))
    reason = string(message, "stopReason")
    failed = string(message, "errorMessage") or "no message" if reason == "error" else None
    status = http_status(failed)
    return Answer(
        key="",
        text="\n".join(texts) or None,
        reasoning="\n".join(thoughts) or None,
        calls=calls,
        usage=_usage(inner(message, "usage"), asked=reason not in {"error", "aborted"}),
        finish_reason=None if reason is None else FINISH_REASON.get(reason, "other"),
        failed=failed,
        error_type=None if status is None else str(status),
        http_status=status,
        stopped=reason == "aborted",
        provider=string(message, "provider"),
        request_model=string(message, "model"),
        response_model=string(message, "responseModel"),
        response_id=string(message, "responseId"),
        attributes={"api": message["api"]} if string(message, "api") else {},
        notes=notes,
    )


def _raw_arguments(arguments: Any, streamed: str | None, notes: list[str]) -> str | None:
    """Return the arguments as the model wrote them, where they were broken and that can be seen."""
    if streamed is not None and streamed.strip():
        try:
            decode(streamed.encode())
        except ValueError:
            notes += [] if "repaired" in notes else ["repaired"]
            return streamed
    return None if arguments is None else raw(arguments)


def _usage(usage: Entry, *, asked: bool) -> Usage | None:
    """Return the tokens; the zeros of a request that was not answered are no counts."""
    counts = [whole(usage, name) for name in ("input", "cacheRead", "cacheWrite", "output")]
    if not any(counts) and not asked:
        return None
    new, read_, write, output = counts
    cost = number(inner(usage, "cost"), "total")
    return Usage(
        input=total(new, read_, write),
        cache_read=read_,
        cache_write=write,
        output=output,
        reasoning=whole(usage, "reasoning"),
        cost_usd=cost or None,  # pi writes 0 for a model that it has no price of
    )
