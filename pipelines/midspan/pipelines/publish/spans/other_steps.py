"""The attributes of agents, chains, retrievers and the rest: what went in and what came out."""

from typing import Final

from midspan.instrumentation import conventions
from midspan.pipelines.publish.spans.failures import failure_text
from midspan.pipelines.publish.spans.messages import question
from midspan.pipelines.publish.spans.model_calls import model_named, usage
from midspan.pipelines.publish.spans.run_marks import Attributes, Row

OPERATIONS: Final = {"agent": "invoke_agent", "retriever": "retrieval"}

WHOLE_INPUT: Final = "midspan.input"
"""What went in, where lists show only the question in it."""

WHOLE_OUTPUT: Final = "midspan.output"
"""What came out, where lists show the answer instead."""

AGGREGATE: Final = "aggregate"
"""The note of spans whose tokens sum up those of model calls."""


def other_step(row: Row, *, is_root: bool, answer: str | None) -> Attributes:
    """Return the attributes of a span that is no call.

    Of a run's root, and of agents, `input.value` is the question alone, as plain text, and of the
    root `output.value` the answer: what lists and previews show.
    """
    attributes: Attributes = {
        conventions.OPERATION_NAME: OPERATIONS.get(row["kind"]),
        **model_named(row),
    }
    if AGGREGATE not in row["notes"]:
        # MLflow takes the sum of a span above in place of what its model calls say.
        attributes |= usage(row)
    given, came_out = row["input"], row["output"]
    asked = question(given) if is_root or row["kind"] == "agent" else None
    if asked is not None:
        attributes[WHOLE_INPUT], given = given, asked
    if row["status"] == "error":
        came_out = failure_text(row) if came_out is None else came_out
    elif is_root and answer is not None and answer != came_out:
        attributes[WHOLE_OUTPUT], came_out = came_out, answer
    return attributes | {conventions.INPUT_VALUE: given, conventions.OUTPUT_VALUE: came_out}
