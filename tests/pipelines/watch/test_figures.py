"""Figures that processes tell each other through files."""

import errno
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.watch.figures import BOUNDS, Figures, labels_of, named, read_figures


def test_figures_are_written_and_counted_on_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "figures" / "scorer.json"
    figures = Figures(file)
    figures.count("runs_scored", outcome="success")
    figures.count("runs_scored", 2, outcome="success")
    figures.gauge("pending_runs", 5)
    figures.observe("lag_seconds", 0.3)
    figures.observe("lag_seconds", 0.5, times=2)
    figures.observe("lag_seconds", 9999)
    figures.write()
    again = Figures(file)
    again.count("runs_scored", outcome="success")
    again.write()
    told = read_figures(file)
    assert told.counters == {"runs_scored{outcome=success}": 4}
    assert told.gauges == {"pending_runs": 5}
    lag = told.histograms["lag_seconds"]
    assert dict(zip((*BOUNDS, "more"), lag.counts, strict=True))[0.5] == 3
    assert lag.counts[-1] == 1
    assert lag.sum == 0.3 + 0.5 * 2 + 9999


def test_a_file_is_written_once_a_second(tmp_path: Path) -> None:
    now = 0.0
    figures = Figures(tmp_path / "f", clock=lambda: now)
    figures.count("spans")
    now = 0.9
    figures.write_soon()
    assert not (tmp_path / "f").exists()
    now = 1.0
    figures.write_soon()
    assert read_figures(tmp_path / "f").counters == {"spans": 1}


def test_a_file_that_is_not_there_or_broken_tells_nothing(tmp_path: Path) -> None:
    assert read_figures(tmp_path / "none").counters == {}
    (tmp_path / "broken").write_text("{")
    assert read_figures(tmp_path / "broken").counters == {}


def test_labels_stand_in_order() -> None:
    assert named("sent", {"to": "x", "by": "y"}) == "sent{by=y,to=x}"
    assert labels_of("sent{by=y,to=x}") == ("sent", {"by": "y", "to": "x"})
    assert labels_of("sent") == ("sent", {})


def test_a_full_disk_has_figures_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    figures = Figures(tmp_path / "f")
    figures.count("spans")
    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_bytes", full)
        figures.write()
        figures.write()
    told = f"{tmp_path / 'f'} cannot be written: No space left on device: it is tried again\n"
    assert capsys.readouterr().err == told
    figures.write()
    assert read_figures(tmp_path / "f").counters == {"spans": 1}
