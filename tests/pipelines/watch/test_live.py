"""The line that a watch shows on a terminal."""

from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.live import Line


def test_rates_are_since_the_line_before() -> None:
    receiver, scorer = Figures(None), Figures(None)
    receiver.count("spans_accepted", 90)
    receiver.gauge("backlog_bytes", 2**20)
    scorer.count("runs_scored", 3, outcome="success")
    scorer.count("runs_scored", 1, outcome="wrong")
    scorer.gauge("pending_runs", 5)
    told = {"receiver": receiver.told, "scorer": scorer.told}
    now = 0.0
    line = Line(clock=lambda: now)
    now = 2.0
    assert line.text(told) == "45 spans/s · 5 runs pending · 4 scored · 1.0 MB waiting"
    now = 3.0
    scorer.gauge("pending_runs", 1)
    assert line.text(told) == "0 spans/s · 1 run pending · 4 scored · 1.0 MB waiting"
