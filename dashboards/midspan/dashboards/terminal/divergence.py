"""Two runs of one task on a terminal: their calls side by side, and the first that differ."""

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from midspan.dashboards.terminal.cells import NOTHING, plain
from midspan.dashboards.terminal.story_line import line
from midspan.dashboards.terminal.story_words import cut
from midspan.scorers.divergence import Divergence, Pair, Relation
from midspan.scorers.run_view import Call, Run

MARKS: Final = {
    Relation.SAME: ("=", "dim"),
    Relation.UNKNOWN: ("?", "yellow"),
    Relation.ARGUMENTS: ("≠", "bold red"),
    Relation.ONLY_FIRST: ("-", "bold red"),
    Relation.ONLY_SECOND: ("+", "bold green"),
}
LEGEND: Final = (
    "= the same call  ≠ other arguments  - only A  + only B  ? arguments not recorded",
    "✗ the call failed  * something else came back than to the other",
)
_AXES: Final = ("task", "model", "revision", "tier", "harness", "trial")
_ARGUMENTS: Final = 200
_RESULT: Final = 300
_ANSWER: Final = 300
_AROUND: Final = 3
_ROWS: Final = 40
"""Pairs that are shown from the first one that differs on."""


def divergence_page(found: Divergence, width: int) -> Group:
    """Return what two runs have in common, where the second leaves the first, and how they end."""
    parts: list[RenderableType] = [*_head(found), ""]
    parts += [*_verdict(found), "", *_calls(found, width), ""]
    parts += _answers(found)
    parts += ["", *(Text(said, style="dim") for said in LEGEND)]
    return Group(*parts)


def _head(found: Divergence) -> Iterator[RenderableType]:
    for name, run, other in (("A", found.first, found.second), ("B", found.second, found.first)):
        told = [axis for axis in _AXES if run.row[axis] is not None]
        differing = {axis for axis in _AXES if run.row[axis] != other.row[axis]}
        of = Text(" · ").join(
            Text(f"{axis} {plain(run.row[axis])}", "bold" if axis in differing else "dim")
            for axis in told
        )
        yield Text.assemble((f"{name}  ", "bold"), (run.id, "cyan"))
        yield line(3, "", of).wrapped()
        yield line(3, "", _calls_of(run), says="dim").wrapped()


def _calls_of(run: Run) -> str:
    failed = sum(call.failed is True for call in run.calls)
    calls = "1 call" if len(run.calls) == 1 else f"{len(run.calls)} calls"
    return f"{calls}, {failed} failed" if failed else calls


def _verdict(found: Divergence) -> Iterator[RenderableType]:
    at, pairs = found.at, found.pairs
    if at is None:
        unsure = sum(pair.relation is Relation.UNKNOWN for pair in pairs)
        said = "Both made the same calls." if pairs else "Neither made a call."
        if unsure:
            said = f"Both called the same tools; the arguments of {unsure} were not recorded."
        if any(found.unpaired):
            said = "As far as was looked, both made the same calls."
        yield Text(said, style="bold")
    else:
        yield line(0, "B leaves A ", _where(found, at), style="bold").wrapped()
        yield from _both(found.apart)
    if found.outcome_at is not None:
        pair = pairs[found.outcome_at]
        call = pair.first or pair.second
        assert call is not None
        said = f"to the same call, {plain(call.name)}, something else had come back before:"
        yield line(0, "", said, says="yellow").wrapped()
        yield from _results(pair)


def _where(found: Divergence, at: int) -> Text:
    agreed = {0: "at the first call", 1: "after 1 call that both made"}
    return Text(f"{agreed.get(at, f'after {at} calls that both made')}: {_deed(found, at)}")


def _deed(found: Divergence, at: int) -> str:
    if found.pairs[at].relation is Relation.ARGUMENTS:
        names = ", ".join(map(plain, found.pairs[at].arguments))
        return f"it gives other arguments: {names}" if names else "it gives other arguments"
    apart = found.apart
    if apart.first is None:
        return "it makes a call that A does not make"
    if apart.second is not None:
        return "it makes another call"
    goes_on = any(pair.second is not None for pair in found.pairs[at:])
    return "it leaves a call out" if goes_on else "it makes no more calls"


def _both(pair: Pair) -> Iterator[RenderableType]:
    for name, call in (("A", pair.first), ("B", pair.second)):
        if call is not None:
            yield line(2, f"{name}  ", _told(call)).wrapped()


def _results(pair: Pair) -> Iterator[RenderableType]:
    for name, call in (("A", pair.first), ("B", pair.second)):
        if call is not None:
            said = call.row["error_message"] if call.failed else call.result
            says = cut(said or call.result or "nothing was recorded", _RESULT)
            yield line(2, f"{name} → ", says, says="red" if call.failed else "").wrapped()


def _calls(found: Divergence, width: int) -> Iterator[RenderableType]:
    if not found.pairs:
        return
    at = found.at
    begin = 0 if at is None else max(at - _AROUND, 0)
    shown = found.pairs[begin : (begin if at is None else at) + _ROWS]
    if begin:
        yield Text(f"{begin} more calls before that both made", style="dim")
    yield _table(shown, (width - 10) // 2)
    if left := len(found.pairs) - begin - len(shown):
        yield Text(f"{left} more rows", style="dim")
    for name, count in zip("AB", found.unpaired, strict=True):
        if count:
            yield Text(f"{count} more calls of {name} were not looked at", style="dim")


def _table(pairs: Sequence[Pair], width: int) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("A", no_wrap=True, overflow="ellipsis", max_width=width)
    table.add_column("", no_wrap=True)
    table.add_column("B", no_wrap=True, overflow="ellipsis", max_width=width)
    for pair in pairs:
        mark, style = MARKS[pair.relation]
        star = "*" if pair.other_outcome else ""
        cells = (_told(call) if call else Text("") for call in (pair.first, pair.second))
        one, other = cells
        table.add_row(one, Text(f"{mark}{star}", style), other)
    return table


def _told(call: Call) -> Text:
    given = call.row["arguments"]
    given = call.row["raw_arguments"] if given is None else given
    failed = ("✗ ", "red") if call.failed else ("", "")
    arguments = cut(given, _ARGUMENTS) if given is not None else NOTHING
    number = (f"{call.number}  ", "dim")
    return Text.assemble(number, failed, (plain(call.name), "bold"), " ", arguments)


def _answers(found: Divergence) -> Iterator[RenderableType]:
    one, other = found.first.answer, found.second.answer
    if one == other:
        said = "none" if one is None else cut(one, _ANSWER)
        yield line(0, "both answered  ", said, style="bold").wrapped()
        return
    for name, answer in (("A", one), ("B", other)):
        said = "none" if answer is None else cut(answer, _ANSWER)
        yield line(0, f"{name} answered  ", said, style="bold").wrapped()
