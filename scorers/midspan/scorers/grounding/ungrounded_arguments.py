"""Ids, addresses and paths in arguments that nothing before them mentions: a hint."""

import json
from itertools import chain
from typing import Any, Final

import polars as pl

from midspan.scorers.dispatch_names import with_tool
from midspan.scorers.grounding.identifiers import kind_of_value
from midspan.scorers.grounding.mentions import folded, needles
from midspan.scorers.grounding.sources import inputs, results, whole_runs
from midspan.scorers.roles import with_roles
from midspan.scorers.run_rows import counted, run_rows
from midspan.scorers.tables import Tables

HINT: Final = "hint"
"""The label of what is worth a look, and no proof."""

TOKENS: Final = r'"(?:[^"\\]|\\.)*":?|-?\d[\d.eE+-]*'
"""Names, texts and numbers in canonical JSON."""

EXEMPT: Final = ("shell", "neutral", "answer", "terminal")
"""Roles of tools whose arguments are code, thoughts or the answer."""

ONCE: Final = ["run_id", "value"]


def ungrounded_argument_rows(tables: Tables) -> list[pl.LazyFrame]:
    """Return a row for each call with such a value, and how many a run has."""
    first = _first_uses(tables)
    unsaid = _not_in_own_input(first, tables)
    judged = unsaid.with_columns(said=_said_before(unsaid, tables))
    new = judged.filter(~pl.col("said")).join(
        whole_runs(tables).collect(), on="run_id", how="left", maintain_order="left"
    )
    found = new.filter(pl.col("whole").fill_null(False))
    per_run = new.group_by("run_id").agg(
        number=pl.len().cast(pl.Int64),
        values=pl.col("value").head(5).str.join(", "),
        evidence=pl.col("span_id").unique(maintain_order=True),
    )
    runs = (
        tables.calls.filter(pl.col("arguments").is_not_null())
        .select("run_id")
        .unique(maintain_order=True)
        .join(whole_runs(tables), on="run_id", how="left", maintain_order="left")
        .join(per_run.lazy(), on="run_id", how="left", maintain_order="left")
        .with_columns(pl.col("number").fill_null(0))
    )
    number = pl.col("number")
    told = pl.format(
        "{} that nothing before mentions: {} (a hint)", counted(number, "value"), "values"
    )
    return [
        _steps(found, tables),
        run_rows(
            runs,
            "ungrounded_arguments",
            number,
            pl.when(number == 0)
            .then(pl.lit("every id, address and path was mentioned before"))
            .otherwise(told),
            known=pl.col("whole").fill_null(False) | (number == 0),
            reason="what the model was told was not recorded in full",
            label=pl.when(number > 0).then(pl.lit(HINT)),
            evidence=pl.col("evidence"),
        ),
    ]


def _first_uses(tables: Tables) -> pl.DataFrame:
    """Return the first use of each value of a run that names something, in order."""
    token = pl.col("token")
    # A name is followed by a colon; what holds an escape or a blank is a text, and names nothing.
    value = token.str.strip_chars('"')
    some = tables.calls.filter(pl.col("arguments").str.contains(r"[\d/@]"))
    calls = with_roles(with_tool(some, tables), tables, *EXEMPT, "write").filter(
        ~pl.any_horizontal(EXEMPT)
    )
    uses = (
        calls.select(
            *("run_id", "call", "turn", "start_ns", "trace_id", "span_id", "emitted_span_id"),
            *("name", "tools_digest", "write"),
            token=pl.col("arguments").str.extract_all(TOKENS),
        )
        .explode("token", empty_as_null=True)
        .filter(~token.str.ends_with(":"), ~token.str.contains(r"[\s\\]"))
        .with_columns(value=value)
        .drop("token")
        .with_columns(kind=kind_of_value())
        # Whoever writes a file may give it a name.
        .filter(pl.col("kind").is_not_null(), ~(pl.col("write") & (pl.col("kind") == "path")))
        .sort("run_id", "call", maintain_order=True)
        .unique(ONCE, keep="first", maintain_order=True)
    )
    return uses.drop("write").collect()


def _not_in_own_input(uses: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the uses of values that do not stand, letter by letter, in the turn's own input."""
    own = tables.text.select("run_id", "trace_id", emitted_span_id="span_id", own="input")
    there = pl.col("own").str.contains(pl.col("value"), literal=True).fill_null(False)
    return (
        uses.lazy()
        .join(
            own,
            on=["run_id", "trace_id", "emitted_span_id"],
            how="left",
            maintain_order="left",
        )
        .filter(~there)
        .drop("own")
        .collect()
    )


def _said_before(uses: pl.DataFrame, tables: Tables) -> pl.Series:
    """Return of each use whether a message, a result or a tool's schema mentioned the value."""
    run_ids = uses.lazy().select("run_id").unique()
    told = _by_run(inputs(tables, run_ids).select("run_id", "turn", "start_ns", "said").collect())
    gave = _by_run(
        results(tables, run_ids).select("run_id", "turn", "start_ns", "call", "said").collect()
    )
    offered = _offered(uses, tables)
    said = []
    for use in uses.iter_rows(named=True):
        wanted, run_id = needles(use["value"], use["kind"]), use["run_id"]
        earlier = chain(
            (piece[-1] for piece in told.get(run_id, ()) if _heard(piece, use)),
            (piece[-1] for piece in gave.get(run_id, ()) if _came(piece, use)),
        )
        schemas = offered.get(use["tools_digest"], "")
        said.append(
            any(each in schemas for each in wanted)
            or any(each in text() for text in earlier for each in wanted)
        )
    return pl.Series(said, dtype=pl.Boolean())


def _heard(piece: tuple[Any, ...], use: dict[str, Any]) -> bool:
    """Return whether an input was there before a call: that of its own turn, or of an earlier."""
    turn, start_ns = piece[0], piece[1]
    if turn is not None and use["turn"] is not None:
        return bool(turn <= use["turn"])
    return bool(use["start_ns"] is None or start_ns < use["start_ns"])


def _came(piece: tuple[Any, ...], use: dict[str, Any]) -> bool:
    """Return whether a result was there before a call: that of an earlier turn."""
    turn, _, call = piece[:3]
    if turn is not None and use["turn"] is not None:
        return bool(turn < use["turn"])
    return bool(call < use["call"])


def _by_run(frame: pl.DataFrame) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each run; the text last, folded when it is first asked for."""
    rows: dict[str, list[tuple[Any, ...]]] = {}
    for run_id, *moment, said in frame.iter_rows():
        rows.setdefault(run_id, []).append((*moment, _Folded(said)))
    return rows


class _Folded:
    """A text that is folded once, when it is needed."""

    __slots__ = ("_folded", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded: str | None = None

    def __call__(self) -> str:
        if self._folded is None:
            self._folded = folded(self._text)
        return self._folded


def _offered(uses: pl.DataFrame, tables: Tables) -> dict[str, str]:
    """Return what each set of offered tools says of itself, folded."""
    digests = uses.lazy().select(digest="tools_digest").unique().drop_nulls()
    said = pl.concat_str("name", "description", "schema", separator="\n", ignore_nulls=True)
    sets = (
        tables.tools.join(digests, on="digest", how="semi")
        .group_by("digest")
        .agg(said.str.join("\n").alias("said"))
        .collect()
    )
    return {digest: folded(said) for digest, said in sets.iter_rows()}


def _steps(found: pl.DataFrame, tables: Tables) -> pl.LazyFrame:
    """Return a row for each call, which names the arguments."""
    key = ["run_id", "call"]
    per_call = found.group_by(key, maintain_order=True).agg(
        pl.col("span_id", "trace_id", "name").first(), pl.col("kind", "value")
    )
    arguments = tables.calls.select(*key, "arguments")
    told = per_call.lazy().join(arguments, on=key, maintain_order="left").collect()
    said = [
        "; ".join(
            f"{_path(arguments, value)} is {value}, {'an' if kind[0] in 'ie' else 'a'} {kind} "
            "that nothing before it mentions"
            for kind, value in zip(kinds, values, strict=True)
        )
        + " (a hint)"
        for kinds, values, arguments in told.select("kind", "value", "arguments").iter_rows()
    ]
    return told.lazy().select(
        "run_id",
        "span_id",
        "call",
        "trace_id",
        pl.Series("explanation", said, dtype=pl.String()),
        name=pl.lit("ungrounded_argument"),
        value=pl.lit(1.0),
        label=pl.lit(HINT),
        evidence=pl.concat_list("span_id"),
    )


def _path(arguments: str, value: str) -> str:
    """Return where in the arguments a value stands."""
    found = _find(json.loads(arguments), value, "")
    return f"`{found}`" if found else "an argument"


def _find(node: Any, value: str, path: str) -> str | None:
    if isinstance(node, dict):
        items = [(f"{path}.{name}" if path else name, item) for name, item in node.items()]
    elif isinstance(node, list):
        items = [(f"{path}[{place}]", item) for place, item in enumerate(node)]
    else:
        return path if str(node) == value else None
    hits = (_find(item, value, inner) for inner, item in items)
    return next((hit for hit in hits if hit), None)
