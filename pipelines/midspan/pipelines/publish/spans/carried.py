"""What spans say beyond what is mapped, carried along under names that mislead no server."""

from collections.abc import Mapping
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.instrumentation.encoding import to_json
from midspan.pipelines.ingest.content import parse
from midspan.pipelines.ingest.normalise.dialects import READ_ORDER
from midspan.pipelines.publish.spans.recorded import as_recorded
from midspan.pipelines.publish.spans.run_marks import Attributes, Row

SOURCE: Final = "midspan.source."
"""Begins the names of attributes that mean something to a server, which the golden ones say."""

OWN: Final = "midspan."

_PARAMETERS: Final = "gen_ai.request."
_AS_THEY_ARE: Final = frozenset(
    {
        "gen_ai.agent.description",
        "gen_ai.agent.id",
        "gen_ai.output.type",
        "gen_ai.tool.description",
        "llm.invocation_parameters",
    }
)
_READ_FAMILIES: Final = frozenset(
    {
        *(family for dialect in READ_ORDER for family in dialect.SIGNS.families),
        *("llm", "message", "prompt", "session", "tool", "tool_call"),
    }
)
_READ_NAMES: Final = frozenset(name for dialect in READ_ORDER for name in dialect.SIGNS.names)
"""First names of attributes, and whole ones, that a reader of spans would take for content."""

_REPLACED: Final = frozenset(
    {
        conventions.INPUT_MIME_TYPE,
        conventions.OUTPUT_MIME_TYPE,
        conventions.METADATA,
        conventions.SPAN_KIND,
        conventions.SPAN_TYPE,
        conventions.LLM_COST,
        conventions.PHOENIX_CACHE_WRITE_TOKENS,
        conventions.PHOENIX_REASONING_TOKENS,
        conventions.PROJECT_NAME,
    }
)
_COPIES: Final = {"input": conventions.INPUT_VALUE, "output": conventions.OUTPUT_VALUE}
"""What a model call says once more, as its whole request and reply, beside the messages."""


def carried(row: Row) -> Attributes:
    """Return the attributes that are not mapped, of those that a golden span does not set itself.

    The raw request and reply of a model call are left out where its messages were read from them.
    """
    recorded = as_recorded(row["attributes"])
    if not recorded:
        return {}
    copies = {
        name for column, name in _COPIES.items() if row["kind"] == "llm" and row[column] is not None
    }
    kept: Attributes = {}
    for name, value in recorded.items():
        if name in _REPLACED or name in copies or name.startswith(conventions.TRACE_TAG):
            continue
        kept[_name(name)] = to_json(value) if isinstance(value, dict) else value
    return kept


def with_recorded_metadata(row: Row, context: str) -> str:
    """Return the run's context as `metadata` holds it, beside what the producer had put there."""
    recorded = parse(as_recorded(row["attributes"]).get(conventions.METADATA))
    if not isinstance(recorded, dict) or not recorded:
        return context
    known: Mapping[str, Any] = parse(context) or {}
    return to_json({**recorded, **known})


def _name(name: str) -> str:
    if name in _AS_THEY_ARE or name.startswith((OWN, _PARAMETERS)):
        return name
    misleads = name in _READ_NAMES or name.partition(".")[0] in _READ_FAMILIES
    return SOURCE + name if misleads else name
