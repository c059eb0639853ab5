"""What a model answered, from whatever an agent has at hand; a bad field costs only itself."""

from collections.abc import Iterator
from enum import Enum

from midspan.instrumentation import conventions, messages
from midspan.instrumentation.encoding import to_json, to_text
from midspan.instrumentation.handlers.base import Attributes
from midspan.instrumentation.handlers.usage import Usage
from midspan.instrumentation.losses import each_recorded, recorded
from midspan.instrumentation.messages import Choice, Part


def choice_of(
    *, text: object, reasoning: object, tool_calls: object, finish_reason: object
) -> Choice:
    """Return one turn of a model; None is what providers give where there is nothing."""
    return Choice(
        text=recorded("text", lambda: messages.content_text(text), None),
        reasoning=recorded("reasoning", lambda: messages.content_text(reasoning), None),
        calls=tuple(each_recorded("tool_calls", tool_calls, _named_call)),
        finish_reason=recorded("finish_reason", lambda: _word(finish_reason), None),
    )


def choice_of_openai(choice: object) -> Choice:
    """Return one of the choices of a chat completion."""
    given = messages.as_mapping(choice)
    said = messages.as_mapping(given.get("message") or {})
    return choice_of(
        text=said.get("content") or said.get("refusal"),
        reasoning=said.get("reasoning_content") or said.get("reasoning"),
        tool_calls=said.get("tool_calls"),
        finish_reason=given.get("finish_reason"),
    )


def usage_of(usage: object) -> Usage | None:
    """Return the tokens of a call, from our own form or from OpenAI's."""
    if usage is None or isinstance(usage, Usage):
        return usage
    given = messages.as_mapping(usage)
    if "prompt_tokens" in given or "completion_tokens" in given:
        return Usage.from_openai(given)
    raise TypeError(f"usage is neither a Usage nor OpenAI's: {type(usage).__name__}")


def spoken(given: tuple[object, object, object, object]) -> list[Choice]:
    """Return the one turn of a model that text, reasoning, tool calls and reason make."""
    text, reasoning, tool_calls, finish_reason = given
    return [
        choice_of(
            text=text, reasoning=reasoning, tool_calls=tool_calls, finish_reason=finish_reason
        )
    ]


def chosen(choices: object) -> list[Choice]:
    """Return the choices of a chat completion, without those that cannot be read."""
    return each_recorded("choices", choices, lambda one: [choice_of_openai(one)])


def used(usage: object) -> Attributes:
    """Return the attributes of what a call used."""
    known = usage_of(usage)
    return {} if known is None else dict(known.attributes())


def reasons(choices: list[Choice]) -> Attributes:
    """Return the attribute that says why the model stopped."""
    told = tuple(reason for reason in (choice.reason() for choice in choices) if reason)
    return {conventions.FINISH_REASONS: told} if told else {}


def answered(choices: list[Choice]) -> Attributes:
    """Return all that shows a model's answer."""
    return reasons(choices) | output_attributes(choices)


def output_attributes(choices: list[Choice]) -> Attributes:
    """Return what shows a model's answer.

    One reasoning part makes MLflow print the whole output as a dump: `output.value` has none.
    """
    plain = [choice.message(with_reasoning=False) for choice in choices]
    plain_json = to_json(plain)
    if any(choice.reasoning for choice in choices):
        full_json = to_json([choice.message(with_reasoning=True) for choice in choices])
    else:
        full_json = plain_json
    attributes: Attributes = {conventions.OUTPUT_MESSAGES: full_json}
    if len(choices) == 1 and not choices[0].calls:
        return attributes | {conventions.OUTPUT_VALUE: to_text(choices[0].text or "")}
    return attributes | {
        conventions.OUTPUT_VALUE: plain_json,
        conventions.OUTPUT_MIME_TYPE: conventions.JSON_MIME_TYPE,
    }


def _word(value: object) -> str | None:
    return None if value is None else to_text(value.value if isinstance(value, Enum) else value)


def _named_call(call: object) -> Iterator[Part]:
    part = messages.call_part(call)
    if not part["name"]:
        raise ValueError(f"a tool call without a name: {type(call).__name__}")
    to_json(part)
    yield part
