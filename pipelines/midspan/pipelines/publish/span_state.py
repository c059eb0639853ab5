"""What of the spans of each run may still change, by which it is known that they are to be sent."""

import polars as pl


def spans_by_run(spans: pl.DataFrame) -> pl.DataFrame:
    """Return of each run the trace ids and span ids of its spans, and what of each may change.

    >>> spans = pl.DataFrame(
    ...     {"run_id": "r", "trace_id": "t", "span_id": ["b", "a"], "end_ns": [7, None],
    ...      "status": "ok"}
    ... )
    >>> spans_by_run(spans).row(0)
    ('r', ['t', 't'], ['a', 'b'], ['t a ok', 't b 7 ok'])
    """
    told = pl.concat_str(
        "trace_id",
        "span_id",
        pl.col("end_ns").cast(pl.String),
        "status",
        separator=" ",
        ignore_nulls=True,
    )
    ordered = spans.sort("run_id", "trace_id", "span_id")
    return ordered.group_by("run_id", maintain_order=True).agg("trace_id", "span_id", told=told)
