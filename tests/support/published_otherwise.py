"""What a workspace that was published and read again says otherwise, and why; nothing else may.

A difference is a column of a row, with what stood there before and what stands there after.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from midspan.pipelines.ingest.content import parse, read_result
from midspan.pipelines.ingest.content.document import parse_printed
from midspan.pipelines.workspace import Workspace
from midspan.scorers.tables import CALLS, SPANS

KEYS: Final[Mapping[str, Sequence[str]]] = {
    "calls": ("run_id", "call"),
    "runs": ("run_id",),
    "spans": ("run_id", "trace_id", "span_id"),
}
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    # Who wrote a span is ourselves now, and what was done to read it was done before.
    "calls": [name for name in CALLS.schema if name not in ("dialect", "notes")],
    "runs": (
        *("run_id", "trace_ids", "root_span_id", "experiment", "task", "model", "revision"),
        *("tier", "trial", "harness", "session", "status", "start_ns", "end_ns", "answer"),
        *("turns", "llm_calls", "calls", "input_tokens", "cache_read_tokens"),
        *("cache_write_tokens", "output_tokens", "reasoning_tokens", "cost_usd"),
    ),
    "spans": [
        name
        for name in SPANS.schema
        # Steps are called by what they do, and a repeat says that it is one.
        if name not in ("dialect", "notes", "name", "session", "duplicate_of")
    ],
}


class Difference(NamedTuple):
    """One value that changed."""

    table: str
    column: str
    before: Any
    after: Any
    row: Mapping[str, Any]


def differences(before: Workspace, after: Workspace) -> Iterator[Difference]:
    """Yield every value that is another one in the spans, calls and runs of two workspaces.

    Spans that only repeat others are not sent, and so not missed.
    """
    for table, key in KEYS.items():
        columns = COLUMNS[table]
        first, second = (one.table(table).collect().sort(key) for one in (before, after))
        if table == "spans":
            left_out = first.join(second, on=key, how="anti")
            assert left_out["duplicate_of"].null_count() == 0, f"not sent: {left_out}"
            first = first.join(second, on=key, how="semi")
        assert first.select(key).equals(second.select(key)), f"other rows of {table}"
        for name in columns:
            changed = first[name].ne_missing(second[name])
            pairs = zip(
                first.filter(changed).iter_rows(named=True),
                second.filter(changed)[name],
                strict=True,
            )
            for row, value in pairs:
                yield Difference(table, name, row[name], value, row)


def _is(table: str, column: str) -> Callable[[Difference], bool]:
    return lambda found: (found.table, found.column) == (table, column)


def _of_repeat(found: Difference) -> bool:
    return found.table == "spans" and found.row["duplicate_of"] is not None


def _tells(message: str, shown: str) -> bool:
    return message in shown or (read_result(message).text or "") in shown


REASONS: Final[Mapping[str, Callable[[Difference], bool]]] = {
    "arguments are an object in messages: the spaces that the model wrote are gone": (
        lambda one: _is("calls", "raw_arguments")(one) and parse(one.before) == parse(one.after)
    ),
    "a failed tool without a result shows how it failed": (
        lambda one: (
            _is("calls", "result")(one)
            and one.before is None
            and one.row["fault"] is not None
            and _tells(one.row["error_message"] or "", one.after)
        )
    ),
    "a result that Python printed is JSON": (
        lambda one: (
            _is("calls", "result")(one)
            and one.before is not None
            and parse_printed(one.before) == parse(one.after)
        )
    ),
    "a session is one of its experiment": (
        lambda one: (
            _is("runs", "session")(one)
            and one.after == f"{one.row['experiment']}/{one.before or one.row['run_id']}"
        )
    ),
    "what ended without an error is OK": (
        lambda one: _is("spans", "status")(one) and (one.before, one.after) == ("unset", "ok")
    ),
    "a repeat that others hang under is a step of a chain": (
        lambda one: _of_repeat(one) and one.column != "parent_id"
    ),
    "a message says why it ended, or Phoenix leaves it out": (
        lambda one: (
            _is("spans", "finish_reason")(one)
            and one.before is None
            and one.after in ("stop", "tool_calls")
        )
    ),
    "a call whose model only the response names is named by it": (
        lambda one: (
            _is("spans", "request_model")(one)
            and one.before is None
            and one.after == one.row["response_model"]
        )
    ),
    "tools are listed where they were offered to a model": (
        lambda one: (
            _is("spans", "tools_digest")(one) and one.row["kind"] != "llm" and one.after is None
        )
    ),
    "a span that never ended ends with its trace, as servers need an end": (
        lambda one: (
            (_is("spans", "end_ns")(one) and one.before is None)
            or (_is("runs", "status")(one) and one.before == "incomplete" and one.after == "ok")
        )
    ),
    "what replies is a model call": (
        lambda one: (
            one.table == "spans"
            and one.column in ("response_id", "finish_reason")
            and one.row["kind"] != "llm"
            and one.after is None
        )
    ),
    "a request that failed has no reply": (
        lambda one: (
            (
                (_is("spans", "calls_emitted")(one) and one.row["status"] == "error")
                or _is("runs", "calls")(one)
            )
            and (one.before, one.after) == (0, None)
        )
    ),
}
"""Why -> whether it is the reason for a difference."""


def reason_for(found: Difference) -> str:
    """Return why something is said otherwise, or fail."""
    for reason, holds in REASONS.items():
        if holds(found):
            return reason
    shown = found.row.get("name", found.row["run_id"])
    raise AssertionError(
        f"{found.table}.{found.column} of {shown}: {found.before!r} became {found.after!r}"
    )
