"""The model step: one request to a model and its response."""

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from opentelemetry.trace import SpanKind, TracerProvider

from midspan.instrumentation import conventions, messages
from midspan.instrumentation.encoding import clean, json_list, name_text, to_json, to_text
from midspan.instrumentation.handlers.base import (
    Attributes,
    Clock,
    StepHandle,
    quietly,
    started,
)
from midspan.instrumentation.handlers.response import answered, chosen, reasons, spoken, used
from midspan.instrumentation.handlers.usage import Cost, Usage
from midspan.instrumentation.interruptions import let_through
from midspan.instrumentation.late import nothing
from midspan.instrumentation.losses import each_recorded, recorded
from midspan.instrumentation.messages import Choice

REQUEST_PREFIX: Final = "gen_ai.request."
REQUEST_NAMES: Final = {
    "max_completion_tokens": "max_tokens",
    "stop": "stop_sequences",
    "n": "choice.count",
}
DOUBLES: Final = {"temperature", "top_p", "frequency_penalty", "presence_penalty"}


class LlmHandle(StepHandle):
    """One model call; take `llm_call` or `start_llm_call` to make one."""

    kind = SpanKind.CLIENT

    def __init__(
        self,
        model: str,
        *,
        provider: str | None = None,
        messages: object = None,
        tools: object = None,
        tracer_provider: TracerProvider | None = None,
        clock: Clock | None = None,
        parameters: Mapping[str, object] | None = None,
    ) -> None:
        """Keep the request."""
        known = name_text(model)
        super().__init__(f"chat {known}", tracer_provider=tracer_provider, clock=clock)
        self._model = known
        self._model_provider = provider
        self._messages = messages
        self._tools = tools
        self._parameters = parameters or {}
        self._answered = False

    @quietly
    def record_response(
        self,
        text: str | None = None,
        *,
        reasoning: str | None = None,
        tool_calls: Iterable[object] | None = None,
        finish_reason: str | None = None,
        usage: Usage | Any = None,
        model: str | None = None,
        response_id: str | None = None,
        time_to_first_chunk: float | None = None,
        cost: Cost | None = None,
    ) -> None:
        """Keep what the model answered; tool calls with their arguments as the model wrote them.

        Tool calls are accepted in OpenAI's form or flat: `{"id", "name", "arguments"}`; `usage` as
        a `Usage` or in OpenAI's form. What cannot be read is left out, and the rest is kept.
        """
        self._keep_answer(
            spoken, (text, reasoning, tool_calls, finish_reason), usage, model, response_id
        )
        if time_to_first_chunk is not None:
            self._take(lambda: {conventions.TIME_TO_FIRST_CHUNK: float(time_to_first_chunk)})
        if cost is not None:
            self._take(cost.attributes)

    @quietly
    def record_openai(self, response: object, *, http_status: int | None = None) -> None:
        """Keep an OpenAI chat completion or error body, as a dictionary or as the SDK's object."""
        self._http_status = http_status
        if response is None:
            return
        given = messages.as_mapping(response)
        error = given.get("error")
        if error:
            body = error if isinstance(error, Mapping) else {"message": str(error)}
            self.record_failure(str(body.get("type") or "error"), str(body.get("message") or ""))
            return
        self._keep_answer(
            chosen, given.get("choices"), given.get("usage"), given.get("model"), given.get("id")
        )

    @quietly
    def record_first_chunk(self) -> None:
        """Say that the first piece of a streamed response has just come."""
        seconds = (self._clock() - self._started_ns) / 1e9
        self._attributes[conventions.TIME_TO_FIRST_CHUNK] = seconds

    def _keep_answer(
        self,
        read: Callable[[Any], list[Choice]],
        answer: object,
        usage: object,
        model: object,
        response_id: object,
    ) -> None:
        if not self._span.is_recording():
            return
        self._answered = True
        self._say(conventions.RESPONSE_MODEL, model)
        self._say(conventions.RESPONSE_ID, response_id)
        if isinstance(usage, Usage):
            self._makers.append(usage.attributes)
        elif usage is not None:
            self._later("usage", used, usage)
        make = answered if self._captures else reasons
        self._later("response", lambda given: make(read(given)), answer)

    def _say(self, name: str, value: object) -> None:
        if type(value) is str:
            self._attributes[name] = clean(value)
        elif value is not None:
            self._take(lambda: {name: to_text(value)})

    def _request(self) -> Attributes:
        attributes: Attributes = {
            conventions.OPERATION_NAME: "chat",
            conventions.REQUEST_MODEL: self._model,
            conventions.SPAN_KIND: "LLM",
            conventions.SPAN_TYPE: "CHAT_MODEL",
        }
        if self._model_provider is not None:
            attributes[conventions.PROVIDER_NAME] = name_text(self._model_provider)
        for name, value in self._parameters.items():
            if value is not None:
                name = REQUEST_NAMES.get(name, name)
                read = functools.partial(_parameter, name, value)
                attributes |= recorded(f"request parameter {name}", read, nothing())
        return attributes

    def _keep_input(self) -> None:
        if self._tools:
            self._later("tools", _definitions, self._tools)
        if self._messages is not None and self._captures:
            self._later("messages", _told, self._messages)

    def _outcome(self) -> Attributes:
        # What a model answered stays, also where the code after it failed: it was paid for.
        if self._failure is None or self._answered:
            return {}
        outcome: Attributes = {}
        if self._http_status is not None:
            outcome[conventions.HTTP_STATUS] = self._http_status
        if self._captures:
            outcome[conventions.OUTPUT_VALUE] = self._failure_text()
        return outcome


def llm_call(
    model: str,
    *,
    provider: str | None = None,
    messages: object = None,
    tools: object = None,
    tracer_provider: TracerProvider | None = None,
    clock: Clock | None = None,
    **parameters: object,
) -> LlmHandle:
    """Return a model step, for `with`; further keywords are request parameters, as `temperature`.

    What is left out is unknown, and stands nowhere on the span.

    Example:
        >>> question = [{"role": "user", "content": "What would order 1042 refund?"}]
        >>> with llm_call("gpt-4.1-mini", provider="openai", messages=question) as step:
        ...     step.record_response("35.88 EUR", usage=Usage(input=412, output=41))
    """
    return LlmHandle(
        model,
        provider=provider,
        messages=messages,
        tools=tools,
        tracer_provider=tracer_provider,
        clock=clock,
        parameters=parameters,
    )


start_llm_call = started(llm_call)


def _definitions(tools: object) -> Attributes:
    definitions = each_recorded(
        "tools",
        messages.items(tools),
        lambda tool: map(to_json, messages.tool_definitions([tool])),
    )
    return {conventions.TOOL_DEFINITIONS: json_list(definitions)}


def _told(given: object) -> Attributes:
    # Never `input.value` here: MLflow would show it in place of the chat.
    try:
        told = to_json(messages.history(given))
    except Exception as error:
        let_through(error)
        one_by_one = each_recorded(
            "messages", messages.items(given), lambda one: map(to_json, messages.history([one]))
        )
        told = json_list(one_by_one)
    return {conventions.INPUT_MESSAGES: told}


def _parameter(name: str, value: object) -> Attributes:
    return {REQUEST_PREFIX + name: request_value(name, value)}


def request_value(name: str, value: object) -> object:
    """Return a request parameter as an attribute can hold it."""
    if name in DOUBLES and isinstance(value, int):
        return float(value)
    if name == "stop_sequences":
        return [value] if isinstance(value, str) else [str(item) for item in value]  # type: ignore[attr-defined]
    return value if isinstance(value, bool | int | float | str) else to_json(value)
