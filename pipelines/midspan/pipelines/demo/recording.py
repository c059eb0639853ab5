"""The spans of the demo agent: the one place that knows midspan's instrumentation."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from opentelemetry.trace import TracerProvider

from midspan.instrumentation import agent, llm_call, tool_call
from midspan.instrumentation.handlers import AgentHandle, LlmHandle, ToolHandle

PROVIDER: Final = "scripted"


@dataclass(frozen=True, kw_only=True)
class Recorder:
    """Starts the steps of agents."""

    tracer_provider: TracerProvider | None = None
    """None: that of the process."""

    def agent(self, name: str, *, question: str, model: str) -> AgentHandle:
        """Return the step around a whole run."""
        return agent(
            name,
            input=question,
            provider=PROVIDER,
            model=model,
            tracer_provider=self.tracer_provider,
        )

    @contextmanager
    def llm_call(self, request: Mapping[str, Any]) -> Iterator["LlmRecord"]:
        """Yield the step of one request to the model."""
        with llm_call(
            request["model"],
            provider=PROVIDER,
            messages=request["messages"],
            tools=request["tools"],
            tracer_provider=self.tracer_provider,
            seed=request["seed"],
        ) as step:
            yield LlmRecord(step)

    def tool_call(self, name: str, *, arguments: str, call_id: str) -> ToolHandle:
        """Return the step of one tool; the arguments as the model wrote them."""
        return tool_call(
            name, arguments=arguments, call_id=call_id, tracer_provider=self.tracer_provider
        )


@dataclass(frozen=True)
class LlmRecord:
    """One request to the model, to which its answer is to be said."""

    step: LlmHandle

    def answered(self, status: int, body: Mapping[str, Any]) -> None:
        """Keep the answer, be it a completion or an error."""
        self.step.record_openai(body, http_status=status)
