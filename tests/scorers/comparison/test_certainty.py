"""Where nothing varies, or hardly anything does, no comparison claims to be sure."""

from midspan.scorers.comparison import Verdict
from midspan.scorers.comparison.result import Figure
from midspan.scorers.statistics import detectable_flips
from tests.scorers.comparison.builders import compared, ground, run_list, trials


def interval(figure: Figure) -> tuple[float | None, float | None]:
    assert figure.estimate is not None
    return figure.estimate.low, figure.estimate.high


def test_equal_figures_have_no_interval_of_no_width() -> None:
    rows = run_list({**trials("a", *["11"] * 8), **trials("b", *["11"] * 8)})
    found = compared(ground(rows, {"tokens": [100.0] * 32}), names=["tokens"])
    success, tokens = found.scores
    assert [interval(figure) for figure in tokens.figures] == [(None, None)] * 2
    assert [figure.median and figure.median.low for figure in tokens.figures] == [None, None]
    for figure in success.figures:
        low, high = interval(figure)
        assert low is not None
        assert (low < 0.7, high) == (True, 1.0)


def test_yes_or_no_changes_by_whole_runs_however_little_tasks_vary() -> None:
    """One run of 72 differs: the spread alone would promise to show a change of 4 points."""
    rows = run_list({**trials("a", *["111"] * 12), **trials("b", "110", *["111"] * 11)})
    [difference] = compared(ground(rows)).scores[0].differences
    assert difference.verdict is Verdict.UNSEEN
    flips = detectable_flips(12)
    assert flips is not None
    assert difference.detectable == flips / 3


def test_what_decides_are_the_primary_scores_else_all_that_tell_of_agents() -> None:
    rows = run_list({**trials("a", *["ii"] * 8), **trials("b", *["ii"] * 8)})
    lost = compared(ground(rows), primary=[])
    assert [score.name for score in lost.scores] == ["infra_rate"]
    assert (lost.deciding, lost.is_told) == ((), False)
    rows = run_list({**trials("a", *["10"] * 8), **trials("b", *["10"] * 8)})
    assert compared(ground(rows), primary=[]).is_told
    untold = compared(ground(rows), primary=["tokens"])
    assert [score.name for score in untold.deciding] == ["tokens"]
    assert not untold.is_told
