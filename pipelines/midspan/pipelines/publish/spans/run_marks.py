"""What stands on every span of a run, and on the roots of its traces."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.instrumentation.run_context import DEFAULT_EXPERIMENT, RunContext

Row = Mapping[str, Any]
Attributes = dict[str, Any]

LONGEST_SESSION: Final = 250
"""Of a longer id MLflow takes none of the spans that bear it."""

LONGEST_BEGINNING: Final = 150
"""Characters of the experiment in it, so that room is left for what was recorded."""


@dataclass(frozen=True, kw_only=True)
class RunMarks:
    """The context of a run, as attributes."""

    on_spans: Mapping[str, Any]
    on_roots: Mapping[str, str]
    """What MLflow makes name and tags of a trace from."""

    answer: str | None
    root_span_id: str | None


def marks_of(run: Row) -> RunMarks:
    """Return what the row of a run says for its spans."""
    context = RunContext(
        run_id=run["run_id"],
        experiment=run["experiment"],
        task=run["task"],
        model=run["model"],
        revision=run["revision"],
        tier=run["tier"],
        trial=run["trial"],
        harness=run["harness"],
    )
    return RunMarks(
        on_spans={**context.own_attributes(), conventions.CONVERSATION_ID: session_id(run)},
        on_roots=context.trace_tags(),
        answer=run["answer"],
        root_span_id=run["root_span_id"],
    )


def session_id(run: Row) -> str:
    """Return the id of the conversation that a run belongs to, unlike that of any experiment's.

    Servers know sessions by this id alone, so the experiment stands before what the producer
    recorded; a run without a session is one of its own.
    """
    beginning = f"{_cut(run['experiment'] or DEFAULT_EXPERIMENT, LONGEST_BEGINNING)}/"
    recorded = run["session"] or run["run_id"]
    told = recorded if recorded.startswith(beginning) else beginning + recorded
    return _cut(told, LONGEST_SESSION)


def _cut(text: str, longest: int) -> str:
    """Return a text that is not longer; what was cut off stands in it as a digest."""
    if len(text) <= longest:
        return text
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return f"{text[: longest - len(digest) - 1]}-{digest}"
