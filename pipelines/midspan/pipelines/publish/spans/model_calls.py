"""The attributes of a model call."""

from collections.abc import Sequence

from midspan.instrumentation import conventions
from midspan.instrumentation.encoding import to_json
from midspan.pipelines.publish.spans.failures import failure_text
from midspan.pipelines.publish.spans.messages import (
    REASONS,
    GoldenMessage,
    history,
    plain_text,
    reply,
    without_reasoning,
)
from midspan.pipelines.publish.spans.run_marks import Attributes, Row

COUNTS = {
    conventions.INPUT_TOKENS: "input_tokens",
    conventions.OUTPUT_TOKENS: "output_tokens",
    conventions.CACHE_READ_TOKENS: "cache_read_tokens",
    conventions.CACHE_WRITE_TOKENS: "cache_write_tokens",
    conventions.PHOENIX_CACHE_WRITE_TOKENS: "cache_write_tokens",
    conventions.REASONING_TOKENS: "reasoning_tokens",
    conventions.PHOENIX_REASONING_TOKENS: "reasoning_tokens",
}


def model_call(row: Row, definitions: str | None) -> Attributes:
    """Return the attributes of an LLM span; `definitions` are the tools that it was offered.

    Never `input.value`: MLflow would show it in place of the chat.
    """
    attributes: Attributes = {
        conventions.OPERATION_NAME: "chat",
        conventions.TIME_TO_FIRST_CHUNK: row["ttft_seconds"],
        conventions.TOOL_DEFINITIONS: definitions,
        **model_named(row),
        **usage(row),
    }
    told = history(row["input"])
    if told:
        attributes[conventions.INPUT_MESSAGES] = to_json(told)
    given = None if is_unanswered(row) else reply(row)
    if given is not None:
        attributes |= _output(given)
    elif row["status"] == "error":
        attributes[conventions.OUTPUT_VALUE] = failure_text(row)
    return attributes


def model_named(row: Row) -> Attributes:
    """Return which model it was and what it says of its reply, the reply itself left out."""
    reason = row["finish_reason"]
    return {
        # Both servers know the price of a call by this name.
        conventions.REQUEST_MODEL: row["request_model"] or row["response_model"],
        conventions.RESPONSE_MODEL: row["response_model"],
        conventions.RESPONSE_ID: row["response_id"],
        conventions.FINISH_REASONS: None if reason is None else [REASONS.get(reason, reason)],
    }


def usage(row: Row) -> Attributes:
    """Return tokens and cost, as far as they are recorded."""
    attributes: Attributes = {name: row[column] for name, column in COUNTS.items()}
    if row["cost_usd"] is not None:
        attributes[conventions.LLM_COST] = to_json({"total_cost": row["cost_usd"]})
    return attributes


def is_unanswered(row: Row) -> bool:
    """Return whether a request failed before the model answered; what it says then is no answer."""
    return (
        row["status"] == "error"
        and not row["emitted"]
        and not row["output_tokens"]
        and row["finish_reason"] in (None, "error")
    )


def _output(given: Sequence[GoldenMessage]) -> Attributes:
    """Return the reply, and a copy that shows in lists and in MLflow's chat.

    One reasoning part makes MLflow print the whole output as a dump: the copy has none.
    """
    attributes: Attributes = {conventions.OUTPUT_MESSAGES: to_json(given)}
    text = plain_text(given)
    if text is not None:
        return attributes | {conventions.OUTPUT_VALUE: text}
    return attributes | {
        conventions.OUTPUT_VALUE: to_json(without_reasoning(given)),
        conventions.OUTPUT_MIME_TYPE: conventions.JSON_MIME_TYPE,
    }
