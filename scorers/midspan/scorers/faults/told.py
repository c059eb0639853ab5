"""Faults that the words of an execution tell: of a result that looks fine, or of an error."""

from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

import polars as pl

from midspan.scorers.faults.forms import FORMS
from midspan.scorers.faults.hidden import HiddenErrors, Reader
from midspan.scorers.faults.layers import CALL_TOOL_RESULT
from midspan.scorers.faults.rules import FaultRules

COLUMNS: Final = ("told_fault", "told_rule", "told_text")

_STRUCTURED: Final = rf"^\s*[{{\[\"]|{CALL_TOOL_RESULT}"
_SUSPICIOUS: Final = (
    r"(?i)error|exception|fail|success|\bok\b|exit|return_?code|traceback|unknown|invalid|usage"
    r"|timed? ?out|denied|not found|not exist|unable|could ?n|status|4\d\d |5\d\d "
)
"""What every structured result that tells of a failure holds somewhere."""


def with_told(calls: pl.DataFrame, rules: FaultRules) -> pl.DataFrame:
    """Return the calls with what their words tell: `told_fault`, `told_rule` and `told_text`.

    Only results that could tell of a failure are read, and equal ones once.
    """
    finder = HiddenErrors(forms=rules.forms)
    words = pl.when("errored").then(pl.coalesce("error_message", "result")).otherwise("result")
    candidates = (
        calls.with_columns(words=words)
        .filter(pl.col("executed") & _could_tell(rules))
        .select("name", "arguments", "words", "errored")
        .unique(maintain_order=True)
    )
    rows = []
    for name, arguments, text, errored in candidates.iter_rows():
        found = finder.find(text, reader_of(name, arguments, rules))
        # Of an error that the span tells as well, the words add only that the model is to blame.
        if found is not None and (not errored or found.fault.startswith("model.")):
            rows.append((name, arguments, text, errored, found.fault, found.rule, found.text))
    told = pl.DataFrame(
        rows,
        schema={**candidates.schema, **dict.fromkeys(COLUMNS, pl.String())},
        orient="row",
    )
    key = ["name", "arguments", "words", "errored"]
    return (
        calls.with_columns(words=words)
        .join(told, on=key, how="left", nulls_equal=True, maintain_order="left")
        .drop("words")
    )


def _could_tell(rules: FaultRules) -> pl.Expr:
    plain = pl.any_horizontal(
        pl.col("words").str.strip_chars().str.contains(form.pattern) for form in rules.forms
    )
    structured = pl.col("words").str.contains(_STRUCTURED)
    if rules.forms == FORMS:
        # What other forms look for inside a structure is not known: then all of them are read.
        structured &= pl.col("words").str.contains(_SUSPICIOUS)
    return plain | structured


@lru_cache(maxsize=4096)
def _reader(name: str, rules: FaultRules) -> Reader:
    def matches(globs: tuple[str, ...]) -> bool:
        return any(fnmatchcase(name, glob) for glob in globs)

    return Reader(reads=matches(rules.read_tools), runs_code=matches(rules.code_tools))


def reader_of(name: str, arguments: str | None, rules: FaultRules) -> Reader:
    """Return how the result of a call is to be read."""
    reader = _reader(name, rules)
    if not reader.runs_code or arguments is None:
        return reader
    return Reader(reads=reader.reads, runs_code=True, arguments=arguments)
