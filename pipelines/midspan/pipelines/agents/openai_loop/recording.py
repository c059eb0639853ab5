"""The steps of the loop as spans, where they are to be recorded inside; else nothing at all."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol

from midspan.pipelines.agents.openai_loop.provider import Reply
from midspan.pipelines.agents.openai_loop.task import LoopTask

if TYPE_CHECKING:
    from midspan.instrumentation import AgentHandle, LlmHandle, ToolHandle

NAME: Final = "openai-loop"


class Recorder(Protocol):
    """Makes the spans of the steps."""

    def agent(self, task: LoopTask) -> "AbstractContextManager[AgentHandle | None]":
        """Return the step around all others."""
        ...

    def request(
        self, request: Mapping[str, Any]
    ) -> "AbstractContextManager[tuple[LlmHandle | None, dict[str, str]]]":
        """Return the step of one request, and the headers that tie the proxy's span to it."""
        ...

    def tool(
        self, name: str, arguments: str, call_id: str | None
    ) -> "AbstractContextManager[ToolHandle | None]":
        """Return the step of one call."""
        ...


class Silent:
    """Records nothing: the proxy does."""

    def agent(self, task: LoopTask) -> "AbstractContextManager[AgentHandle | None]":
        """Return no step."""
        return nullcontext()

    @contextmanager
    def request(
        self, request: Mapping[str, Any]
    ) -> "Iterator[tuple[LlmHandle | None, dict[str, str]]]":
        """Yield no step and no header."""
        yield None, {}

    def tool(
        self, name: str, arguments: str, call_id: str | None
    ) -> "AbstractContextManager[ToolHandle | None]":
        """Return no step."""
        return nullcontext()


class Recording:
    """Records the steps into the spool that the environment names."""

    def __init__(self, *, requests: bool) -> None:
        """Set up where spans go; requests are left out where the proxy records them."""
        from midspan.instrumentation import setup

        self._requests = requests
        setup(service_name=NAME)

    def agent(self, task: LoopTask) -> "AbstractContextManager[AgentHandle | None]":
        """Return the step around all others."""
        from midspan.instrumentation import agent

        return agent(NAME, input=task.prompt, model=task.model)

    @contextmanager
    def request(
        self, request: Mapping[str, Any]
    ) -> "Iterator[tuple[LlmHandle | None, dict[str, str]]]":
        """Yield the step of one request, or the headers that put the proxy's into our trace."""
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        from midspan.instrumentation import llm_call

        headers: dict[str, str] = {}
        if not self._requests:
            TraceContextTextMapPropagator().inject(headers)
            yield None, headers
            return
        parameters = dict(request)
        model, messages, tools = (parameters.pop(name) for name in ("model", "messages", "tools"))
        with llm_call(
            model, provider="openai", messages=messages, tools=tools, **parameters
        ) as step:
            yield step, headers

    def tool(
        self, name: str, arguments: str, call_id: str | None
    ) -> "AbstractContextManager[ToolHandle | None]":
        """Return the step of one call."""
        from midspan.instrumentation import tool_call

        return tool_call(name, arguments=arguments, call_id=call_id)


def recorder_for(task: LoopTask) -> Recorder:
    """Return what records the steps of a task."""
    if task.spans == "proxy":
        return Silent()
    return Recording(requests=task.spans == "auto")


def answered(step: "LlmHandle | None", reply: Reply) -> None:
    """Keep a response on the step of its request."""
    if step is not None:
        body = reply.body if isinstance(reply.body, dict) else {"error": reply.problem()}
        step.record_openai(body, http_status=reply.status)
