"""Claude Code: the transcripts below `~/.claude/projects`, also those of its sub-agents.

One response of the model stands on several lines, one a block, each with the usage so far: lines of
one message are one answer, and the largest usage is its usage. A sub-agent's transcript names the
session of its caller, so that both files make one trace wherever they are read together.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from midspan.pipelines.ingest.normalise.tool_definitions import read_tools
from midspan.pipelines.ingest.raw import Rejected
from midspan.pipelines.ingest.sessions.claude_message import (
    Message,
    failed_attempt,
    failure,
)
from midspan.pipelines.ingest.sessions.claude_rewinds import rewound
from midspan.pipelines.ingest.sessions.decode import (
    Entry,
    as_json,
    feed,
    inner,
    nanoseconds,
    parts,
    required,
    string,
    text_of,
    whole,
)
from midspan.pipelines.ingest.sessions.events import (
    Answer,
    Event,
    Prompt,
    Result,
    Session,
    SubAgent,
)
from midspan.pipelines.ingest.span import Tool

DIALECT: Final = "claude-code-session"
SYNTHETIC: Final = "<synthetic>"
"""The model of messages that the program wrote itself."""

_SAID: Final = ("type", "message", "error", "content")
_OF_LINES: Final = ("parentUuid", "isMeta", *_SAID)

MessageKey = tuple[str, str, str]
"""Agent, id of the message, and id of its request where the line has one."""

NOT_ASKED: Final = ("<command-", "<local-command-", "Caveat: ", "[Request interrupted")


def read(lines: Iterable[bytes], name: str) -> Iterator[Session | Rejected]:
    """Yield the session, and the lines that could not be read."""
    reader = _Reader()
    yield from feed(lines, reader.take)
    yield reader.session(name)


class _Reader:
    def __init__(self) -> None:
        self._events: list[tuple[str | None, Event]] = []
        self._lines: dict[str, Entry] = {}
        self._messages: list[Message] = []
        self._open: dict[MessageKey, Message] = {}
        self._unnamed: dict[str, dict[MessageKey, Message]] = {}
        self._sidechain_of: dict[str, str] = {}
        self._asked_of: dict[str, str] = {}
        self._started_ns: dict[str, int] = {}
        self._sent: dict[str, tuple[int | None, str | None]] = {}
        self._offered: dict[str, tuple[Tool, ...] | None] = {}
        self._tools: dict[str, tuple[Tool, ...] | None] = {}
        self._names: dict[str, str] = {}
        self._session: str | None = None
        self._version: str | None = None
        self._attributes: Entry = {}

    def take(self, entry: Entry) -> None:
        """Read one line; a line that was written twice counts once, whatever only shares its id."""
        self._session = self._session or string(entry, "sessionId")
        self._version = self._version or string(entry, "version")
        for field in ("cwd", "gitBranch"):
            if string(entry, field):
                self._attributes.setdefault(field, entry[field])
        uuid = string(entry, "uuid")
        if uuid is not None:
            line = {name: entry.get(name) for name in _OF_LINES} | {"prompt": _is_prompt(entry)}
            first = self._lines.setdefault(uuid, line)
            if first is not line:
                if all(first[name] == line[name] for name in _SAID):
                    return
                uuid = None
        kind, time = string(entry, "type"), nanoseconds(entry.get("timestamp"))
        if kind == "user":
            self._user(uuid, entry, time)
        elif kind == "assistant":
            self._assistant(uuid, entry, time)
        elif kind == "system" and entry.get("subtype") == "api_error":
            self._failed(uuid, failed_attempt(entry), self._agent(entry), time)
        elif kind == "api-request-shape":
            tools = inner(entry, "shape").get("tools")
            self._offered[string(entry, "shapeHash") or ""] = read_tools(as_json(tools))
        elif kind == "api-request":
            self._request(entry, time)
        elif kind == "cost-state":
            self._attributes["totalCostUSD"] = entry.get("totalCostUSD")

    def session(self, name: str) -> Session:
        """Return what was read."""
        left = rewound(self._lines)
        for uuid, event in self._events:
            event.branch = left.get(uuid) if uuid else None
        for message in self._messages:
            message.finish()
        events = [event for _, event in self._events]
        agents = {event.agent for event in events}
        root = agents.pop() if len(agents) == 1 else ""
        return Session(
            id=self._session or name,
            dialect=DIALECT,
            agent=self._names.get(root, "claude-code" if not root else "sub-agent"),
            harness=f"claude-code@{self._version}" if self._version else "claude-code",
            events=events,
            root=root,
            attributes=self._attributes,
        )

    def _agent(self, entry: Entry) -> str:
        """Return whose line this is: empty for the agent that the user speaks to."""
        if entry.get("isSidechain") is not True:
            return ""
        agent = string(entry, "agentId")
        if agent is None:  # older files: the sub-agent's lines stand among the caller's
            above = self._sidechain_of.get(string(entry, "parentUuid") or "")
            agent = above or string(entry, "uuid") or ""
        uuid = string(entry, "uuid")
        if uuid is not None:
            self._sidechain_of[uuid] = agent
        return agent

    def _request(self, entry: Entry, time: int | None) -> None:
        id_, agent = string(entry, "id"), string(entry, "agentId")
        self._sent[agent or ""] = (time, string(inner(entry, "params"), "model"))
        source = string(entry, "querySource")
        if agent is not None and source is not None and source.startswith("agent:"):
            self._names[agent] = source.rpartition(":")[2]
        if id_ is not None:
            self._tools[id_] = self._offered.get(string(entry, "shapeHash") or "")
            if time is not None:
                self._started_ns[id_] = time

    def _failed(self, uuid: str | None, answer: Answer, agent: str, time: int | None) -> None:
        """Take a request that failed: newer files say when and for which model it was sent."""
        answer.start_ns, answer.request_model = self._sent.pop(agent, (None, None))
        answer.agent, answer.end_ns = agent, time
        self._events.append((uuid, answer))

    def _user(self, uuid: str | None, entry: Entry, time: int | None) -> None:
        agent = self._agent(entry)
        # Some gateways give every message one id: without a request's id it ends with its results.
        self._unnamed.pop(agent, None)
        blocks = parts(required(entry, "message").get("content"))
        results = [block for block in blocks if block.get("type") == "tool_result"]
        for block in results:
            told = entry.get("toolUseResult") if len(results) == 1 else None
            self._result(uuid, agent, block, told, time)
        rest = [block for block in blocks if block.get("type") != "tool_result"]
        if rest:
            text = text_of(rest) or ""
            asked = entry.get("isMeta") is not True and not text.startswith(NOT_ASKED)
            if agent and string(entry, "agentId") is None:
                self._asked_of.setdefault(text, agent)
            prompt = Prompt(text=text, asked=asked, time_ns=time, agent=agent)
            self._events.append((uuid, prompt))

    def _result(
        self, uuid: str | None, agent: str, block: Entry, told: Any, time: int | None
    ) -> None:
        call_id = string(block, "tool_use_id")
        failed = block.get("is_error")
        told = told if isinstance(told, dict) else {}
        sub_agent = string(told, "agentId") or self._asked_of.get(string(told, "prompt") or "")
        if sub_agent is not None:
            took = whole(told, "totalDurationMs")
            started = None if time is None or took is None else time - took * 10**6
            note = SubAgent(
                key=sub_agent,
                name=string(told, "agentType"),
                call_id=call_id,
                input=string(told, "prompt"),
                output=text_of(told.get("content")),
                start_ns=started,
                end_ns=time if told.get("status") == "completed" else None,
                agent=agent,
            )
            self._events.append((uuid, note))
        result = Result(
            call_id=call_id,
            output=text_of(block.get("content")),
            failed=failed is True,
            end_ns=time,
            agent=agent,
        )
        self._events.append((uuid, result))

    def _assistant(self, uuid: str | None, entry: Entry, time: int | None) -> None:
        agent, message = self._agent(entry), required(entry, "message")
        if entry.get("isApiErrorMessage") is True:
            self._failed(uuid, failure(entry, message), agent, time)
            return
        if message.get("model") == SYNTHETIC:
            return
        request = string(entry, "requestRef")
        id_ = string(message, "id") or uuid or str(len(self._events))
        named = string(entry, "requestId") or request
        open_ = self._open if named is not None else self._unnamed.setdefault(agent, {})
        key = (agent, id_, named or "")
        known = open_.get(key)
        if known is None:
            answer = Answer(
                key=id_,
                agent=agent,
                provider="anthropic",
                request_model=string(entry, "requestedModel") or string(message, "model"),
                response_model=string(message, "model"),
                response_id=string(message, "id"),
                tools=self._tools.get(request or ""),
                start_ns=self._started_ns.get(request or ""),
            )
            known = open_[key] = Message(answer)
            self._messages.append(known)
            self._events.append((uuid, answer))
        known.add(entry, message, time)


def _is_prompt(entry: Entry) -> bool:
    """Return whether the user asked something here, so that a sibling of it is a rewind."""
    if entry.get("type") != "user" or entry.get("isMeta") is True:
        return False
    if entry.get("isSidechain") is True or entry.get("isCompactSummary") is True:
        return False
    content = inner(entry, "message").get("content")
    if isinstance(content, list):
        return not any(isinstance(p, dict) and p.get("type") == "tool_result" for p in content)
    return isinstance(content, str) and not content.startswith(NOT_ASKED)
