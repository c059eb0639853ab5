"""What happened in a session, whoever wrote it down: the form every format is read into."""

from typing import Any

import msgspec

from midspan.pipelines.ingest.span import Emitted, Tool


class Prompt(msgspec.Struct, kw_only=True):
    """Something put before the model that is no tool result; `asked` if the user wanted it done."""

    text: str
    role: str = "user"
    asked: bool = True
    time_ns: int | None = None
    agent: str = ""
    branch: str | None = None


class Usage(msgspec.Struct, kw_only=True):
    """Tokens of one answer in our counting: input includes cached, output includes reasoning."""

    input: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    output: int | None = None
    reasoning: int | None = None
    cost_usd: float | None = None


class Answer(msgspec.Struct, kw_only=True):
    """One response of the model, or a request that got none: then `failed` says why.

    `key` names the answer within its session for good, so that the same file gives the same ids.
    """

    key: str
    text: str | None = None
    reasoning: str | None = None
    calls: list[Emitted] = []
    usage: Usage | None = None
    finish_reason: str | None = None
    failed: str | None = None
    error_type: str | None = None
    http_status: int | None = None
    stopped: bool = False
    provider: str | None = None
    request_model: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    tools: tuple[Tool, ...] | None = None
    attributes: dict[str, Any] = {}
    notes: list[str] = []
    start_ns: int | None = None
    end_ns: int | None = None
    agent: str = ""
    branch: str | None = None


class Result(msgspec.Struct, kw_only=True):
    """One execution of a tool; `failed` is None where the format does not say.

    `hosted` if the provider ran it while the model answered.
    """

    call_id: str | None
    name: str | None = None
    arguments: str | None = None
    output: str | None = None
    failed: bool | None = None
    hosted: bool = False
    attributes: dict[str, Any] = {}
    start_ns: int | None = None
    end_ns: int | None = None
    agent: str = ""
    branch: str | None = None


class SubAgent(msgspec.Struct, kw_only=True):
    """What the session of the calling `agent` says of an agent that it called."""

    key: str
    name: str | None = None
    call_id: str | None = None
    input: str | None = None
    output: str | None = None
    start_ns: int | None = None
    end_ns: int | None = None
    agent: str = ""
    branch: str | None = None


Event = Prompt | Answer | Result | SubAgent


class Session(msgspec.Struct, kw_only=True):
    """One session: its events in order, and what holds for all of it.

    `root` is the key of the agent whose session this is: empty for the one the user spoke to.
    `ended` and `answer` are None where the events themselves have to tell; so is the context of the
    run where there is none.
    """

    id: str
    dialect: str
    agent: str
    harness: str | None = None
    events: list[Event]
    root: str = ""
    started_ns: int | None = None
    ended: bool | None = None
    answer: str | None = None
    attributes: dict[str, Any] = {}
    context: dict[str, Any] = {}
