"""What scorers say of one run: beneath the step they say it of, and of the run at its end."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import polars as pl
from rich.text import Text

from midspan.dashboards.terminal.cells import plain, printable
from midspan.dashboards.terminal.score_families import HEADLINES, in_families
from midspan.dashboards.terminal.score_values import ARROWS, SHARES, value
from midspan.dashboards.terminal.story_line import BLANK, Line, line
from midspan.scorers.run_view import Call
from midspan.scorers.score import Better, Declaration

Row = dict[str, Any]

_NOTHING_TO_ADD: Final = frozenset({None, "pass", "none", "matched"})
"""Labels of verdicts that are good and need no words."""


class Rows:
    """The score rows of a run by what they are about."""

    def __init__(self, scores: pl.DataFrame, declared: Mapping[str, Declaration]) -> None:
        """Sort the rows by what they are about."""
        self.declared = declared
        self.of_run: list[Row] = []
        self._of_call: dict[int, list[Row]] = {}
        self._of_span: dict[str, list[Row]] = {}
        for row in scores.iter_rows(named=True):
            if row["call"] is not None:
                self._of_call.setdefault(row["call"], []).append(row)
            elif row["span_id"] is not None:
                self._of_span.setdefault(row["span_id"], []).append(row)
            else:
                self.of_run.append(row)

    def of_call(self, call: Call) -> list[Row]:
        """Return what is said of a call, or of the span that it alone stands on."""
        return [*self._of_call.get(call.number, ()), *self.of_span(call.span_id)]

    def of_span(self, span_id: str) -> list[Row]:
        """Return what is said of a span and not of a call; once, whoever asks first."""
        return self._of_span.pop(span_id, [])

    def is_bad(self, row: Row) -> bool | None:
        """Return whether a step's verdict is a bad one; None: it is neither."""
        declared = self.declared.get(row["name"])
        if row["value"] is None or declared is None or declared.better is Better.NEITHER:
            return None
        return bool(row["value"] < 1 if declared.better is Better.HIGHER else row["value"] > 0)


def step_lines(indent: int, said: Sequence[Row], rows: Rows) -> Iterator[Line]:
    """Yield a line for each verdict on a step that says something, and one for all the others."""
    by_name: dict[str, list[Row]] = {}
    for row in said:
        by_name.setdefault(row["name"], []).append(row)
    ordered = [row for names in in_families(by_name).values() for n in names for row in by_name[n]]
    fine = [row for row in ordered if rows.is_bad(row) is False and _is_plain(row)]
    for row in ordered:
        if row not in fine:
            yield _step_line(indent, row, rows)
    if fine:
        names = ", ".join(row["name"] for row in fine)
        yield line(indent, "✓ ", names, style="green", says="dim")


def run_lines(rows: Rows) -> Iterator[Line]:
    """Yield the scores of the run by family, headlines first."""
    by_name: dict[str, list[Row]] = {}
    for row in rows.of_run:
        by_name.setdefault(row["name"], []).append(row)
    width = max(map(len, by_name), default=0)
    for title, names in in_families(by_name).items():
        yield BLANK
        yield line(0, title, style="bold cyan")
        for name in names:
            for row in by_name[name]:
                yield _run_line(row, rows.declared.get(name), width)


def _step_line(indent: int, row: Row, rows: Rows) -> Line:
    bad = rows.is_bad(row)
    mark, style = {True: ("✗", "red"), False: ("✓", "green"), None: ("·", "")}[bad]
    if row["status"] != "ok":
        mark, style = "○", "yellow"
    body = Text(row["name"], style="bold")
    declared = rows.declared.get(row["name"])
    if row["label"] is not None and row["label"] not in _NOTHING_TO_ADD:
        body.append(f" {plain(row['label'])}", style=f"not bold {style}")
    if row["value"] is not None and not _label_says_it(row, declared):
        body.append(f" {value(row['value'], declared)}", style=f"not bold {style}")
    return line(indent, f"{mark} ", Text.assemble(body, "  ", _words(row)), style=style)


def _run_line(row: Row, declared: Declaration | None, width: int) -> Line:
    name = row["name"]
    shown = value(row["value"], declared) if row["value"] is not None else ""
    if declared is not None and declared.unit == "0/1" and row["value"] is not None:
        shown = "yes" if row["value"] else "no"
    if row["label"] is not None and row["label"] not in ("pass", "fail"):
        shown = f"{shown} {plain(row['label'])}".strip()
    style = _colour(row, declared)
    arrow = ARROWS[declared.better] if declared is not None else ""
    head = Text.assemble(
        (name.ljust(width), "bold" if name in HEADLINES else ""),
        (f"  {shown:>7} ", style),
        (f"{arrow:1}  ", "dim"),
    )
    return Line(2, head, _words(row))


def _words(row: Row) -> Text:
    """Return why a verdict is what it is, or why there is none, and who said it."""
    words = Text()
    if row["status"] == "failed":
        words.append(f"failed: {printable(row['reason'] or '')}", style="red")
    elif row["status"] == "not_evaluated":
        words.append(f"not evaluated: {printable(row['reason'] or '')}", style="yellow")
    elif row["explanation"]:
        words.append(printable(row["explanation"]))
    if row["source"] != "code":
        gap = "  " if words else ""
        words.append(f"{gap}(said by {plain(row['source'])}: {plain(row['scorer'])})", style="dim")
    return words


def _colour(row: Row, declared: Declaration | None) -> str:
    """Return the colour of a share: all of it good, all of it bad, or something between."""
    if declared is None or declared.unit not in SHARES or row["value"] is None:
        return ""
    good = {Better.HIGHER: row["value"], Better.LOWER: 1 - row["value"]}.get(declared.better)
    if good is None:
        return ""
    return "green" if good == 1 else "red" if good == 0 else "yellow"


def _label_says_it(row: Row, declared: Declaration | None) -> bool:
    """Return whether the value is all or nothing, which mark and label have said."""
    shares = declared is None or declared.unit in SHARES
    return shares and row["value"] in (0, 1) and (declared is not None or row["label"] is not None)


def _is_plain(row: Row) -> bool:
    return row["label"] in _NOTHING_TO_ADD and row["source"] == "code" and row["status"] == "ok"
