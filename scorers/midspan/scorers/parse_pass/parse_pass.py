"""How many of the emitted calls could be read as calls of the offered tools."""

from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from midspan.scorers.parse_pass.call_parse import call_parse_rows, emitted_calls
from midspan.scorers.parse_pass.text_calls import text_call_rows
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.score import Better, Declaration, Level
from midspan.scorers.tables import Tables

WORDS = {
    "not_json": "not JSON",
    "bad_schema": "against the schema",
    "text_form": "written as text",
    "lost": "lost",
}
"""How a failed call is told of in a run's explanation."""


@dataclass(frozen=True, kw_only=True)
class ParsePass:
    """Emitted calls that are native, valid JSON and valid against the offered schema.

    Calls that were emitted and never executed count. Where the schema is not known, JSON alone is
    judged. A call written as text is a failure unless an agent or a proxy translated it.
    """

    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = (
        Declaration(
            name="call_parse",
            level=Level.STEP,
            unit="0/1",
            better=Better.HIGHER,
            description="Whether an emitted call could be read: pass, or why not.",
        ),
        Declaration(
            name="parse_pass_rate",
            level=Level.RUN,
            unit="share",
            better=Better.HIGHER,
            description="Emitted calls that are native, JSON, and valid against their schema.",
        ),
        Declaration(
            name="json_pass",
            level=Level.RUN,
            unit="share",
            better=Better.HIGHER,
            description="Emitted calls whose arguments are JSON.",
        ),
        Declaration(
            name="schema_pass",
            level=Level.RUN,
            unit="share",
            better=Better.HIGHER,
            description="Calls valid against their schema, of those where it is known.",
        ),
        Declaration(
            name="text_call_rate",
            level=Level.RUN,
            unit="share",
            better=Better.LOWER,
            description="Turns with a call that wrote it as text instead of natively.",
        ),
    )

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return a row for each emitted call that can be judged, and up to four a run."""
        emitted = emitted_calls(tables)
        runs = _runs(emitted).lazy()
        frames = [call_parse_rows(emitted, tables).lazy(), *_run_rows(runs), text_call_rows(tables)]
        return pl.concat(frames, how="diagonal")


def _runs(emitted: pl.DataFrame) -> pl.DataFrame:
    failed = pl.col("label") != "pass"
    json, schema = pl.col("json_valid"), pl.col("schema_valid")
    spans = {"evidence": failed, "not_json_evidence": ~json, "schema_evidence": ~schema}
    # Lists are dear: only of calls that failed any are made.
    evidence = (
        emitted.filter(pl.any_horizontal(spans.values()))
        .group_by("run_id", maintain_order=True)
        .agg(
            pl.col("span_id").filter(those).unique(maintain_order=True).alias(name)
            for name, those in spans.items()
        )
    )
    counts = emitted.group_by("run_id", maintain_order=True).agg(
        judged=pl.col("label").count(),
        passed=(pl.col("label") == "pass").sum(),
        without_schema=(~failed & schema.is_null()).sum(),
        json_judged=json.count(),
        json=json.sum(),
        schema_judged=schema.count(),
        schema=schema.sum(),
        **{label: (pl.col("label") == label).sum() for label in WORDS},
    )
    return counts.join(evidence, on="run_id", how="left", maintain_order="left").with_columns(
        pl.col(*spans).fill_null([])
    )


def _run_rows(runs: pl.LazyFrame) -> list[pl.LazyFrame]:
    return [
        _share(
            runs,
            "parse_pass_rate",
            pl.col("passed"),
            pl.col("judged"),
            _parse_explanation(),
            reason="what the model emitted was not recorded",
            evidence=pl.col("evidence"),
        ),
        _share(
            runs,
            "json_pass",
            pl.col("json"),
            pl.col("json_judged"),
            pl.format("{} of {} had JSON arguments", "json", _emitted("json_judged")),
            reason="what the model emitted was not recorded",
            evidence=pl.col("not_json_evidence"),
        ),
        _share(
            runs,
            "schema_pass",
            pl.col("schema"),
            pl.col("schema_judged"),
            pl.format(
                "{} of {} with a known schema kept to it", "schema", _emitted("schema_judged")
            ),
            reason="of no call with JSON arguments is the schema known",
            evidence=pl.col("schema_evidence"),
        ),
    ]


def _share(
    runs: pl.LazyFrame,
    name: str,
    part: pl.Expr,
    whole: pl.Expr,
    explanation: pl.Expr,
    *,
    reason: str,
    evidence: pl.Expr,
) -> pl.LazyFrame:
    return run_rows(
        runs,
        name,
        part / whole,
        explanation,
        known=whole > 0,
        reason=reason,
        numerator=part.cast(pl.Float64),
        n=whole.cast(pl.Int64),
        evidence=evidence,
    )


def _emitted(column: str) -> pl.Expr:
    return counted(pl.col(column), "emitted call")


def _parse_explanation() -> pl.Expr:
    """Return how many passed, how the others failed, and what could not be checked."""
    failures = [
        pl.when(pl.col(label) > 0).then(pl.format(f"{{}} {words}", label))
        for label, words in WORDS.items()
    ]
    failed = pl.concat_str(failures, separator=", ", ignore_nulls=True)
    unknown = pl.format("schema unknown for {}: JSON only", "without_schema")
    parts = [
        pl.format("{} of {} could be read", "passed", _emitted("judged")),
        pl.when(pl.col("passed") < pl.col("judged")).then(failed),
        pl.when(pl.col("without_schema") > 0).then(unknown),
    ]
    return pl.concat_str(parts, separator="; ", ignore_nulls=True)
