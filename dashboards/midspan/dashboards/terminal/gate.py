"""A gate on a terminal: the verdict, and a line for each thing that it asks for."""

from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from midspan.dashboards.gate_words import asked, found, verdict
from midspan.dashboards.terminal.cells import printable
from midspan.dashboards.terminal.story_line import line
from midspan.scorers.comparison.gate_result import GateResult, Outcome
from midspan.scorers.errors import Exit

_MARKS: Final = {
    Outcome.PASSED: ("passed", "green"),
    Outcome.FAILED: ("FAILED", "bold red"),
    Outcome.NOT_EVALUATED: ("not evaluated", "bold yellow"),
    Outcome.WARNING: ("warning", "yellow"),
}
_STYLES: Final = {
    Exit.DONE: "bold green",
    Exit.VERDICT_IS_NO: "bold red",
    Exit.NOT_EVALUATED: "bold yellow",
}


def gate_page(result: GateResult) -> Group:
    """Return the requirements side by side with what was found, and the verdict last."""
    parts: list[RenderableType] = [
        line(0, "! ", printable(warning), style="bold yellow", says="yellow").wrapped()
        for warning in result.comparison.warnings
    ]
    width = max(len(mark) for mark, _ in _MARKS.values()) + 2
    sides = dict.fromkeys(each.side for each in result.requirements)
    for side in sides:
        if side:
            parts.append(Text(printable(side), style="bold"))
        for each in result.requirements:
            if each.side != side:
                continue
            mark, style = _MARKS[each.outcome]
            body = Text.assemble(
                asked(each, result), (f"\n{found(each, result)}", "dim" if mark == "passed" else "")
            )
            parts.append(line(2, f"{mark:<{width}}", body, style=style).wrapped())
    parts += ["", Text(verdict(result), style=_STYLES[result.exit])]
    return Group(*parts)
