"""The contract of the tables, written down again: a change is made twice, knowingly."""

import dataclasses

import polars as pl
import pytest

from midspan.scorers.tables import ALL, Tables

KEYS = {
    "spans": ("run_id", "trace_id", "span_id"),
    "text": ("run_id", "trace_id", "span_id"),
    "tools": ("digest", "name"),
    "runs": ("run_id",),
    "calls": ("run_id", "call"),
    "scores": ("run_id", "span_id", "call", "name", "scorer"),
    "quarantine": (),
}

# A question mark: may be null.
COLUMNS = {
    "spans": """
        run_id String, trace_id String, span_id String, parent_id String?, duplicate_of String?,
        kind Kind, name String, agent String?, session String?, turn Int32?, start_ns Int64,
        end_ns Int64?, status SpanStatus, error_type String?, http_status Int16?, provider String?,
        request_model String?, response_model String?, response_id String?,
        finish_reason FinishReason?, input_tokens Int64?, cache_read_tokens Int64?,
        cache_write_tokens Int64?, output_tokens Int64?, reasoning_tokens Int64?, cost_usd Float64?,
        ttft_seconds Float64?, tools_digest String?, calls_emitted Int16?, text_form String?,
        retry_of String?, dialect String, notes Strings
    """,
    "text": """
        run_id String, trace_id String, span_id String, input String?, output String?, text String?,
        reasoning String?, emitted Emitted?, error_message String?, attributes String,
        events String?, resource String?
    """,
    "tools": "digest String, name String, description String?, schema String?",
    "runs": """
        run_id String, trace_ids Strings, root_span_id String?, experiment String, suite String?,
        task String?, set Set?, model String?, revision String?, revision_sha String?, tier String?,
        trial Int32?, harness String?, harness_digest String?, session String?, planned Boolean,
        launch Int32, status RunStatus, start_ns Int64?, end_ns Int64?, answer String?,
        turns Int32?, llm_calls Int32?, calls Int32?, input_tokens Int64?, cache_read_tokens Int64?,
        cache_write_tokens Int64?, output_tokens Int64?, reasoning_tokens Int64?, cost_usd Float64?,
        retry_budget Int32?, ended_by String?, exit_code Int32?, checks Checks?, detail String?,
        notes Strings
    """,
    "calls": """
        run_id String, call Int32, trace_id String, turn Int32?, position Int32?, agent String?,
        call_id String?, name String, arguments String?, raw_arguments String?,
        arguments_hash UInt64?, result String?, error_message String?, emitted Boolean,
        executed Boolean, failed Boolean?, fault Fault?, fault_rule String?, transient Boolean?,
        signature String?, json_valid Boolean?, schema_valid Boolean?, translated String?,
        start_ns Int64?, end_ns Int64?, span_id String, emitted_span_id String?,
        tools_digest String?, dialect String, notes Strings
    """,
    "scores": """
        run_id String, span_id String?, call Int32?, name String, scorer String, trace_id String?,
        value Float64?, label String?, numerator Float64?, n Int64?, explanation String?,
        evidence Strings, scorer_version String, config_hash String, source Source,
        status ScoreStatus, reason String?
    """,
    "quarantine": """
        file String, position Int64, trace_id String?, span_id String?, reason String, raw String
    """,
}

TYPES: dict[str, pl.DataType] = {
    "String": pl.String(),
    "Boolean": pl.Boolean(),
    "Int16": pl.Int16(),
    "Int32": pl.Int32(),
    "Int64": pl.Int64(),
    "UInt64": pl.UInt64(),
    "Float64": pl.Float64(),
    "Strings": pl.List(pl.String()),
    "Kind": pl.Enum(["agent", "llm", "tool", "chain", "retriever", "other"]),
    "SpanStatus": pl.Enum(["ok", "error", "unset"]),
    "FinishReason": pl.Enum(["stop", "tool_calls", "length", "content_filter", "error", "other"]),
    "Set": pl.Enum(["regression", "capability"]),
    "RunStatus": pl.Enum(["ok", "error", "incomplete", "missing"]),
    "Fault": pl.Enum(
        [
            "none",
            "model.unparseable",
            "model.unknown_tool",
            "model.bad_arguments",
            "execution.error",
            "hidden.error",
        ]
    ),
    "Source": pl.Enum(["code", "llm", "human"]),
    "ScoreStatus": pl.Enum(["ok", "not_evaluated", "failed"]),
    "Emitted": pl.List(
        pl.Struct(
            {
                "id": pl.String(),
                "name": pl.String(),
                "raw_arguments": pl.String(),
                "translated": pl.Boolean(),
            }
        )
    ),
    "Checks": pl.List(
        pl.Struct(
            {"id": pl.String(), "kind": pl.String(), "passed": pl.Boolean(), "detail": pl.String()}
        )
    ),
}


def columns_of(table: str) -> list[tuple[str, pl.DataType, bool]]:
    pairs = [column.split() for column in COLUMNS[table].split(",")]
    return [(name, TYPES[type_.removesuffix("?")], type_.endswith("?")) for name, type_ in pairs]


def test_there_are_exactly_these_tables() -> None:
    assert list(ALL) == list(COLUMNS) == list(KEYS)
    assert [table.name for table in ALL.values()] == list(ALL)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_in_their_order_with_type_and_nullability(name: str) -> None:
    stated = [
        (column, definition.type, definition.null)
        for column, definition in ALL[name].columns.items()
    ]
    assert stated == columns_of(name)


@pytest.mark.parametrize("name", KEYS)
def test_key(name: str) -> None:
    assert ALL[name].key == KEYS[name]


@pytest.mark.parametrize("name", COLUMNS)
def test_an_empty_table_keeps_its_own_contract(name: str) -> None:
    assert ALL[name].validate(ALL[name].empty()).height == 0


def test_scorers_read_every_table_but_scores_and_quarantine() -> None:
    fields = {field.name for field in dataclasses.fields(Tables)}
    assert fields == {*ALL, "setting", "answer_judge"} - {"scores", "quarantine"}
