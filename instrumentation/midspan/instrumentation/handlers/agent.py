"""The agent step: from a question to an answer, with model and tool calls inside."""

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar

from opentelemetry.trace import TracerProvider

from midspan.instrumentation import conventions
from midspan.instrumentation.encoding import name_text, to_text
from midspan.instrumentation.handlers.base import (
    Attributes,
    Clock,
    StepHandle,
    quietly,
    started,
)
from midspan.instrumentation.handlers.functions import argument_values, signature_of, wrapped
from midspan.instrumentation.late import Make, nothing

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])


class AgentHandle(StepHandle):
    """One run of an agent; take `agent` or `start_agent` to make one."""

    def __init__(
        self,
        name: str,
        *,
        input: object = None,
        provider: str | None = None,
        model: str | None = None,
        tracer_provider: TracerProvider | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Keep the question and who answers it."""
        known = name_text(name)
        super().__init__(f"invoke_agent {known}", tracer_provider=tracer_provider, clock=clock)
        self._agent = known
        self._input = input
        self._model_provider = provider
        self._model = model
        self._answer: Make = nothing

    @quietly
    def record_answer(self, answer: object) -> None:
        """Keep the final answer: text as it is, anything else as JSON."""
        if self._captures and answer is not None:
            self._answer = self._kept("answer", _answer, answer)

    def __call__(self, function: FunctionT) -> FunctionT:
        """Return the function with each call as a run of this agent.

        Its first argument is the question unless `input` is given, its return value the answer.
        """
        return wrapped(function, functools.partial(self._for_call, signature_of(function)))

    def _for_call(
        self, signature: inspect.Signature | None, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple["AgentHandle", Callable[[object], None]]:
        question = self._input
        if question is None:
            question = next(iter(argument_values(signature, args, kwargs).values()), None)
        handle = AgentHandle(
            self._agent,
            input=question,
            provider=self._model_provider,
            model=self._model,
            tracer_provider=self._provider,
            clock=self._clock,
        )
        return handle, handle.record_answer

    def _request(self) -> Attributes:
        attributes: Attributes = {
            conventions.OPERATION_NAME: "invoke_agent",
            conventions.AGENT_NAME: self._agent,
            conventions.SPAN_KIND: "AGENT",
            conventions.SPAN_TYPE: "AGENT",
        }
        if self._model_provider is not None:
            attributes[conventions.PROVIDER_NAME] = name_text(self._model_provider)
        if self._model is not None:
            attributes[conventions.REQUEST_MODEL] = name_text(self._model)
        return attributes

    def _keep_input(self) -> None:
        if self._input is not None and self._captures:
            self._later("input", _question, self._input)

    def _outcome(self) -> Attributes:
        if not self._captures:
            return {}
        if self._failure is not None:
            return {conventions.OUTPUT_VALUE: self._failure_text()}
        self._makers.append(self._answer)
        return {}


def _question(given: object) -> Attributes:
    return {conventions.INPUT_VALUE: to_text(given)}


def _answer(given: object) -> Attributes:
    return {conventions.OUTPUT_VALUE: to_text(given)}


def agent(
    name: str,
    *,
    input: object = None,
    provider: str | None = None,
    model: str | None = None,
    tracer_provider: TracerProvider | None = None,
    clock: Clock | None = None,
) -> AgentHandle:
    """Return an agent step, for `with` or as a decorator.

    Example:
        >>> with agent("shop-agent", input="What would order 1042 refund?") as step:
        ...     step.record_answer("35.88 EUR")
    """
    return AgentHandle(
        name,
        input=input,
        provider=provider,
        model=model,
        tracer_provider=tracer_provider,
        clock=clock,
    )


start_agent = started(agent)
