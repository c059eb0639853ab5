"""The scores of tool calls, as declared before they are computed."""

from typing import Final

from midspan.scorers.score import Better, Declaration, Level


def _declared(
    name: str, level: Level, unit: str, description: str, better: Better = Better.HIGHER
) -> Declaration:
    return Declaration(name=name, level=level, unit=unit, better=better, description=description)


TOOL_CALLS: Final = (
    _declared("call_ok", Level.STEP, "0/1", "The call has no fault."),
    _declared(
        "invalid_calls",
        Level.RUN,
        "count",
        "Emitted calls with a fault of the model.",
        Better.LOWER,
    ),
    _declared("call_success_rate", Level.RUN, "share", "Executed calls without a fault."),
    _declared(
        "first_attempt_accuracy",
        Level.RUN,
        "share",
        "Operations whose first attempt has no fault.",
    ),
)

EXPECTED_CALLS: Final = (
    _declared("call_match", Level.STEP, "share", "How far the call is one that the task expects."),
    _declared("calls_match", Level.RUN, "0/1", "The calls made are those that the task expects."),
    _declared("calls_precision", Level.RUN, "share", "Calls made that were expected."),
    _declared("calls_recall", Level.RUN, "share", "Expected calls that were made."),
    _declared("calls_f1", Level.RUN, "share", "Harmonic mean of precision and recall."),
    _declared("selection_rate", Level.RUN, "share", "Expected calls whose tool was called."),
    _declared(
        "argument_rate", Level.RUN, "share", "Of these, calls that had the expected arguments."
    ),
    _declared("order_rate", Level.RUN, "share", "Of these, calls that came in their order."),
    _declared(
        "first_attempt_match",
        Level.RUN,
        "share",
        "Expected calls that an operation's first attempt met.",
    ),
)
