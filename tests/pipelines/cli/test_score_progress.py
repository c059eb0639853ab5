"""How far scoring is, on a terminal."""

from io import StringIO

import pytest
from rich.console import Console

from midspan.pipelines.cli.score_progress import runs_a_second


@pytest.mark.parametrize("terminal", [True, False])
def test_runs_done_are_counted_on_a_terminal_alone(
    monkeypatch: pytest.MonkeyPatch, terminal: bool
) -> None:
    stream = StringIO()
    notes = Console(file=stream, force_terminal=terminal, width=100, color_system=None)
    monkeypatch.setattr("midspan.pipelines.cli.console.notes", lambda: notes)
    with runs_a_second() as report:
        report("scoring", 1200, 4000)
        report("scoring", 2400, 4000)
    shown = stream.getvalue()
    assert ("2,400 of 4,000 runs" in shown) == terminal
    assert ("runs/s" in shown) == terminal
