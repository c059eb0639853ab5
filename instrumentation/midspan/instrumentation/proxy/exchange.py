"""One request and its reply as they passed: all that the recorder is told."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from midspan.instrumentation.proxy.capture import Capture
from midspan.instrumentation.proxy.closing import Closing
from midspan.instrumentation.run_context import RunContext
from midspan.instrumentation.text_calls import TextForm

EVENT_STREAM: Final = "text/event-stream"
Api = Literal["chat", "responses", "messages"]
Ending = Literal["complete", "client_left", "upstream_broke", "unreachable", "stopped"]

ENDPOINTS: Mapping[str, Api] = {
    "/chat/completions": "chat",
    "/responses": "responses",
    "/messages": "messages",
}


@dataclass(frozen=True, kw_only=True)
class TranslatedCall:
    """A call that the model wrote as text and the client got as a native one."""

    id: str
    name: str
    arguments: str

    def native(self) -> dict[str, Any]:
        """Return the call as a chat completion has it."""
        function = {"name": self.name, "arguments": self.arguments}
        return {"id": self.id, "type": "function", "function": function}


@dataclass(kw_only=True, slots=True)
class Translation:
    """What became of the text calls of one reply; `form` is None where there were none."""

    form: TextForm | None = None
    calls: tuple[TranslatedCall, ...] = ()
    reason: str | None = None
    """Why calls were left as they are."""


@dataclass(kw_only=True, slots=True)
class Exchange:
    """What passed between a client and the upstream; times in nanoseconds since 1970."""

    api: Api
    run: str | None
    """The run that the path names."""
    headers: Mapping[str, str]
    started_ns: int
    request: Capture
    response: Capture
    declared: RunContext | None = None
    """What was told of that run before it began."""
    request_coding: str | None = None
    response_coding: str | None = None
    content_type: str = ""
    status: int | None = None
    first_piece_ns: int | None = None
    last_piece_ns: int | None = None
    ended_ns: int = 0
    ending: Ending = "complete"
    problem: str | None = None
    translation: Translation = field(default_factory=Translation)

    @property
    def streams(self) -> bool:
        """Return whether the reply is a stream of events."""
        return self.content_type.startswith(EVENT_STREAM)

    def release(self) -> None:
        """Let go of both bodies."""
        self.request.release()
        self.response.release()


@dataclass(frozen=True, kw_only=True)
class EndOfRun:
    """Somebody says that a run is over."""

    run: str
    closing: Closing = field(default_factory=Closing)
    number: int = 0
    """Of the answer that somebody waits for."""

    def release(self) -> None:
        """Hold nothing."""


Passed = Exchange | EndOfRun


def api_of(method: str, path: str) -> Api | None:
    """Return which API a request asks for, or None for what is passed on unrecorded.

    >>> api_of("POST", "/v1/messages"), api_of("POST", "/v1/messages/count_tokens")
    ('messages', None)
    """
    if method != "POST":
        return None
    return next((api for end, api in ENDPOINTS.items() if path.rstrip("/").endswith(end)), None)
