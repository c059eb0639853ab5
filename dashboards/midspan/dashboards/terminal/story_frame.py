"""The beginning and the end of a run's story: what it was asked, and what became of it."""

from collections.abc import Iterator
from typing import Final

from rich.text import Text

from midspan.dashboards.terminal.cells import plain
from midspan.dashboards.terminal.score_values import lasting
from midspan.dashboards.terminal.story_line import Line, line
from midspan.dashboards.terminal.story_words import asked, cut
from midspan.scorers.comparison.runs import CELL
from midspan.scorers.run_view import Run

_QUESTION: Final = 400
_ANSWER: Final = 800
_DETAIL: Final = 300


def opening(run: Run) -> Iterator[Line]:
    """Yield which run it is, how large it is, and what it was asked."""
    row = run.row
    yield line(0, "run ", Text(run.id, "bold cyan"), style="bold")
    of = [plain(row[axis]) for axis in CELL if row[axis] is not None]
    if row["trial"] is not None:
        of.append(f"trial {row['trial']}")
    yield line(2, "", " · ".join(of))
    counts = [
        f"{row[name]:,} {name.removesuffix('s') if row[name] == 1 else name}"
        for name in ("turns", "calls")
        if row[name] is not None
    ]
    if row["start_ns"] is not None and row["end_ns"] is not None:
        counts.append(lasting(row["start_ns"], row["end_ns"]))
    if row["input_tokens"] is not None and row["output_tokens"] is not None:
        counts.append(f"{row['input_tokens'] + row['output_tokens']:,} tokens")
    if row["notes"]:
        counts.append(f"notes: {plain(row['notes'])}")
    yield line(2, "", ", ".join(counts), says="dim")
    question = asked(run)
    if question:
        yield line(2, "asked   ", cut(question, _QUESTION), style="dim")


def ending(run: Run) -> Iterator[Line]:
    """Yield the answer, how the run ended, and what its checks found."""
    row = run.row
    if run.answer is not None:
        yield line(0, "answer  ", cut(run.answer, _ANSWER), style="bold")
    else:
        yield line(0, "answer  ", "none", style="bold", says="red")
    if row["ended_by"] is not None:
        code = f", exit code {row['exit_code']}" if row["exit_code"] else ""
        yield line(0, "ended   ", f"by {plain(row['ended_by'])}{code}", style="bold")
    elif row["status"] != "ok":
        yield line(0, "ended   ", plain(row["status"]), style="bold", says="red")
    root = run.words.get(row["root_span_id"] or "", {})
    if root.get("error_message"):
        yield line(0, "error   ", cut(root["error_message"], _DETAIL), style="bold", says="red")
    for check in row["checks"] or ():
        mark = {True: ("✓", "green"), False: ("✗", "red"), None: ("○", "yellow")}[check["passed"]]
        detail = f": {cut(check['detail'], _DETAIL)}" if check["detail"] else ""
        body = Text.assemble(mark, f" {plain(check['id'])}{detail}")
        yield line(0, "check   ", body, style="bold")
