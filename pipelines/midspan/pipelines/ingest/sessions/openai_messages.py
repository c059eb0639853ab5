"""Lists of messages: a JSON array of them, or objects with `messages`, one a line.

Messages are OpenAI's, or hold the content blocks of Anthropic and others. Nothing but the
conversation is in them: no times, seldom tokens, and mostly no word of whether a tool failed.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from midspan.pipelines.ingest.normalise.finish_reasons import FINISH_REASONS
from midspan.pipelines.ingest.normalise.tool_definitions import read_tools
from midspan.pipelines.ingest.raw import Rejected
from midspan.pipelines.ingest.sessions.blocks import Content, read_content
from midspan.pipelines.ingest.sessions.decode import (
    Entry,
    Malformed,
    as_json,
    documents,
    inner,
    nanoseconds,
    rejected,
    required,
    string,
    total,
    whole,
)
from midspan.pipelines.ingest.sessions.events import Answer, Event, Prompt, Result, Session, Usage
from midspan.pipelines.ingest.span import Emitted, Tool

DIALECT: Final = "openai-messages"

_ROLES: Final = frozenset({"assistant", "tool", "function", "user", "system", "developer"})


def read(lines: Iterable[bytes], name: str) -> Iterator[Session | Rejected]:
    """Yield a session for each list of messages, and what could not be read."""
    for item in documents(lines):
        if isinstance(item, Rejected):
            yield item
            continue
        position, document, digest = item
        several = _conversations(document)
        if several is None:
            yield rejected(position, "no list of messages", document)
            continue
        for number, conversation in enumerate(several):
            messages = conversation.get("messages")
            if not isinstance(messages, list):
                yield rejected(position, "`messages` is not a list", conversation)
                continue
            reader = _Reader(conversation)
            for nth, message in _numbered(conversation, messages):
                try:
                    if not isinstance(message, dict):
                        raise Malformed("not an object")
                    unknown = reader.take(message, nth)
                except Malformed as error:
                    yield rejected(position, f"message {nth}: {error}", message)
                    continue
                for block in unknown:
                    reason = f"a content block of type {block.get('type')!r} is not known"
                    yield rejected(position, f"message {nth}: {reason}", block)
            # Ids in datasets are row numbers and the like: alone they name rows of many files.
            id_ = string(conversation, "session_id", "conversation_id", "id") or name
            yield reader.session(f"{id_}-{digest}" + (f"-{number}" if number else ""))


def _conversations(document: Any) -> list[Entry] | None:
    if isinstance(document, dict):
        return [document] if "messages" in document else None
    if not isinstance(document, list) or not all(isinstance(item, dict) for item in document):
        return None
    if any("messages" in item for item in document):
        return document
    return [{"messages": document}]


def _numbered(conversation: Entry, messages: list[Any]) -> Iterator[tuple[int, Any]]:
    """Yield the messages by number; what the model was told beside them, as number 0."""
    if conversation.get("system"):  # where Anthropic takes it
        yield 0, {"role": "system", "content": conversation["system"]}
    yield from enumerate(messages, start=1)


class _Reader:
    def __init__(self, conversation: Entry) -> None:
        self._conversation = conversation
        offered = conversation.get("tools")
        tools = read_tools(as_json(offered)) if isinstance(offered, list) else None
        self._tools: tuple[Tool, ...] | None = tools or None
        self._events: list[Event] = []

    def take(self, message: Entry, nth: int) -> list[Entry]:
        """Read one message; return the blocks of its content that are not known."""
        role, time = string(message, "role"), nanoseconds(message.get("timestamp"))
        if role not in _ROLES:
            raise Malformed(f"`role` is {message.get('role')!r}")
        content = read_content(message.get("content"))
        if role == "assistant":
            self._answer(message, content, nth, time)
        elif role in {"tool", "function"} and not content.results:
            self._result(message, content, time)
        else:
            self._told(role, content, time)
        return content.unknown

    def _result(self, message: Entry, content: Content, time: int | None) -> None:
        failed = message.get("is_error")
        result = Result(
            call_id=string(message, "tool_call_id"),
            name=string(message, "name"),
            output=content.text,
            failed=failed if isinstance(failed, bool) else None,
            end_ns=time,
        )
        self._events.append(result)

    def _told(self, role: str, content: Content, time: int | None) -> None:
        """Take what the model was told: results of tools, and what somebody said."""
        for result in content.results:
            result.end_ns = time
        self._events += content.results
        if content.text is not None or not content.results:
            text, asked = content.text or "", role == "user"
            self._events.append(Prompt(text=text, role=role, asked=asked, time_ns=time))

    def session(self, session_id: str) -> Session:
        """Return what was read."""
        conversation = self._conversation
        return Session(
            id=session_id,
            dialect=DIALECT,
            agent=string(conversation, "agent") or "agent",
            events=self._events,
            ended=True,
        )

    def _answer(self, message: Entry, content: Content, nth: int, time: int | None) -> None:
        calls = message.get("tool_calls") or []
        if not isinstance(calls, list) or not all(isinstance(call, dict) for call in calls):
            raise Malformed("`tool_calls` is not a list of objects")
        emitted = [_call(string(call, "id"), required(call, "function")) for call in calls]
        legacy = inner(message, "function_call")
        if legacy:
            emitted.append(_call(None, legacy))
        known = {call.id for call in emitted if call.id}
        emitted += [call for call in content.calls if call.id not in known]
        reason = string(message, "finish_reason", "stop_reason")
        answer = Answer(
            key=str(nth),
            text=content.text or string(message, "refusal"),
            reasoning=string(message, "reasoning_content", "reasoning") or content.reasoning,
            calls=emitted,
            usage=_usage(inner(message, "usage")),
            finish_reason=None if reason is None else FINISH_REASONS.get(reason, "other"),
            request_model=string(message, "model") or string(self._conversation, "model"),
            tools=self._tools,
            end_ns=time,
        )
        self._events.append(answer)
        for result in content.results:  # of tools that the provider ran meanwhile
            result.hosted, result.end_ns = True, time
        self._events += content.results


def _call(id_: str | None, function: Entry) -> Emitted:
    raw = function.get("arguments")
    if raw is not None and not isinstance(raw, str):
        raw = as_json(raw)
    return Emitted(id_, string(function, "name") or "", raw)


def _usage(usage: Entry) -> Usage | None:
    if not usage:
        return None
    given = inner(usage, "prompt_tokens_details") or inner(usage, "input_tokens_details")
    made = inner(usage, "completion_tokens_details") or inner(usage, "output_tokens_details")
    read_, write = (whole(usage, f"cache_{name}_input_tokens") for name in ("read", "creation"))
    cached = whole(given, "cached_tokens")
    whole_input = whole(usage, "prompt_tokens")
    return Usage(
        # Anthropic counts what the cache gave beside the input.
        input=total(whole(usage, "input_tokens"), read_, write)
        if whole_input is None
        else whole_input,
        cache_read=read_ if cached is None else cached,
        cache_write=write,
        output=whole(usage, "completion_tokens", "output_tokens"),
        reasoning=whole(made, "reasoning_tokens"),
    )
