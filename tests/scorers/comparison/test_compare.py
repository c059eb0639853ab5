import math

import polars as pl
import pytest

from midspan.scorers.comparison import Verdict, one_workspace
from midspan.scorers.comparison.result import Flip
from tests.scorers.comparison.builders import compared, ground, run_list, trials


def test_a_clear_difference() -> None:
    rows = run_list({**trials("a", *["11"] * 8), **trials("b", *["00"] * 7, "11")})
    [success] = compared(ground(rows), names=[]).scores
    [each] = success.differences
    assert (each.baseline, each.side, each.verdict) == ("a", "b", Verdict.WORSE)
    assert (each.before, each.value, each.tasks, each.runs) == (1.0, -7 / 8, 8, (16, 16))
    assert each.p == each.p_adjusted == 2 / 2**7
    assert each.test == "sign-flip permutation"
    assert each.low is not None
    assert each.low <= -7 / 8 <= (each.high or 0)
    assert [(flip.task, flip.before, flip.after) for flip in each.flips][:2] == [
        ("t0", (2, 2), (0, 2)),
        ("t1", (2, 2), (0, 2)),
    ]
    estimates = [figure.estimate for figure in success.figures]
    assert [one.value for one in estimates if one] == [1.0, 1 / 8]


def test_better_is_what_the_score_says() -> None:
    rows = run_list({**trials("a", *"1" * 8), **trials("b", *"1" * 8)})
    tokens = [float(100 + n) for n in range(8)] + [float(10 + n) for n in range(8)]
    on = ground(rows, {"tokens": tokens, "shoe_size": tokens})
    found = compared(on, primary=["tokens"], names=["shoe_size"])
    assert {s.name: s.differences[0].verdict for s in found.scores} == {
        "tokens": Verdict.BETTER,
        "shoe_size": Verdict.DIFFERENT,
    }
    [medians] = [[f.median.value for f in s.figures if f.median] for s in found.scores if s.primary]
    assert medians == [103.5, 13.5]


def test_one_answer_a_task_is_mcnemars() -> None:
    rows = run_list({**trials("a", *"11111111"), **trials("b", *"00000001")})
    [success] = compared(ground(rows), names=[]).scores
    [each] = success.differences
    assert (each.test, each.p) == ("exact McNemar", 2 / 2**7)


def test_primary_scores_are_corrected_together_and_hints_are_not() -> None:
    rows = run_list({**trials("a", *"1" * 8), **trials("b", *"0" * 8), **trials("c", *"1" * 8)})
    values = [float(n % 8) for n in range(24)]
    on = ground(rows, {"tokens": values, "hint": values})
    found = compared(on, primary=["success", "tokens"], names=["hint"])
    assert found.tests == 4
    b, c = found.scores[0].differences
    assert (b.p, b.p_adjusted) == (2 / 2**8, 4 * 2 / 2**8)
    assert (c.p, c.p_adjusted) == (1.0, 1.0)
    assert [each.p_adjusted for each in found.scores[2].differences] == [None, None]


def test_tasks_that_one_side_alone_did_are_left_out_and_named() -> None:
    both = {f"t{n}": "1" for n in range(6)}
    rows = run_list({"a": {**both, "old": "0"}, "b": {**both, "new": "0", "newer": "0"}})
    [success] = compared(ground(rows), names=[]).scores
    [each] = success.differences
    assert (each.tasks, each.value) == (6, 0.0)
    assert [(one.side, one.tasks) for one in each.dropped] == [
        ("a", ("old",)),
        ("b", ("new", "newer")),
    ]
    assert [f.estimate.value for f in success.figures if f.estimate] == [6 / 7, 6 / 8]
    [shared] = compared(ground(rows), names=[], only_shared=True).scores
    assert [f.estimate.value for f in shared.figures if f.estimate] == [1.0, 1.0]


def test_too_few_tasks_are_insufficient_however_large_the_difference() -> None:
    rows = run_list({**trials("a", *["1111"] * 5), **trials("b", *["0000"] * 5)})
    [success] = compared(ground(rows), names=[]).scores
    [each] = success.differences
    assert (each.verdict, each.p, each.value) == (Verdict.INSUFFICIENT, None, -1.0)
    assert each.reason == "5 tasks in both, and 6 are needed"


def test_no_shared_task() -> None:
    rows = run_list({"a": {"x": "1"}, "b": {"y": "1"}})
    [success] = compared(ground(rows), names=[]).scores
    [each] = success.differences
    assert (each.verdict, each.value, each.tasks) == (Verdict.INSUFFICIENT, None, 0)
    assert each.reason == "no task has a value on both sides"


def test_all_equal_is_no_difference_seen_and_no_certainty() -> None:
    rows = run_list({**trials("a", *["11"] * 8), **trials("b", *["11"] * 8)})
    [success] = compared(ground(rows), names=[]).scores
    [each] = success.differences
    assert (each.verdict, each.value, each.p) == (Verdict.UNSEEN, 0.0, 1.0)
    assert (each.low, each.high) == (None, None)
    # Eight tasks: six or more of them would have to change.
    assert each.detectable == pytest.approx(0.80, abs=0.005)


def test_of_equal_values_without_a_scale_nothing_tells_what_could_be_seen() -> None:
    rows = run_list({**trials("a", *"1" * 8), **trials("b", *"1" * 8)})
    found = compared(ground(rows, {"tokens": [5.0] * 16}), primary=["tokens"], names=[])
    [each] = found.scores[0].differences
    assert (each.verdict, each.detectable) == (Verdict.UNSEEN, None)


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_no_value_at_all(value: float | None) -> None:
    rows = run_list({**trials("a", *"1" * 8), **trials("b", *"1" * 8)})
    found = compared(ground(rows, {"tokens": [value] * 16}), primary=["tokens"])
    assert [f.note for f in found.scores[0].figures] == ["no value", "no value"]
    assert found.scores[0].differences[0].verdict is Verdict.INSUFFICIENT


def test_what_is_no_number_is_left_out_alone() -> None:
    rows = run_list({**trials("a", *"1" * 8), **trials("b", *"1" * 8)})
    values = [math.nan, *(float(n) for n in range(15))]
    found = compared(ground(rows, {"tokens": values}), primary=["tokens"])
    assert found.scores[0].differences[0].tasks == 7


def test_infra_leaves_the_denominator_and_everything_else_stays() -> None:
    rows = run_list({**trials("a", *["1i", "1e", "1?", "11"]), **trials("b", *["11"] * 4)})
    found = compared(ground(rows), names=["error_rate", "infra_rate"])
    by_name = {
        score.name: [figure.estimate.value for figure in score.figures if figure.estimate]
        for score in found.scores
    }
    assert by_name == {
        "success": [(1 + 0.5 + 0.5 + 1) / 4, 1.0],
        "error_rate": [0.5 / 4, 0.0],
        "infra_rate": [0.5 / 4, 0.0],
    }
    a, b = found.coverage
    assert (a.planned, a.evaluated, a.infra, a.share) == (8, 6, 1, 0.75)
    assert b.share == 1.0
    assert [row.done for row in found.matrix] == [
        ((1, 2), (2, 2)),
        ((2, 2), (2, 2)),
        ((1, 2), (2, 2)),
        ((2, 2), (2, 2)),
    ]


def test_runs_that_no_scorer_has_seen_are_not_covered() -> None:
    rows = run_list({**trials("a", *"11"), **trials("b", *"11")})
    found = compared(ground(rows, {"tokens": [1.0, None, 1.0, 1.0]}))
    assert [(one.unscored, one.share) for one in found.coverage] == [(1, 0.5), (0, 1.0)]


def test_a_side_is_compared_where_it_ran_in_the_same_tier() -> None:
    """Model b ran in the easy tier alone: by tasks it would win, by cells it does not."""
    easy = {f"t{n}": "1" for n in range(8)}
    rows = [
        *run_list({"a": easy, "b": easy}, tier="easy"),
        *run_list({"a": dict.fromkeys(easy, "0")}, tier="hard"),
    ]
    [success] = compared(ground(rows), names=[]).scores
    [each] = success.differences
    assert (each.before, each.value, each.runs) == (1.0, 0.0, (8, 8))
    assert [f.estimate.value for f in success.figures if f.estimate] == [0.5, 1.0]


def test_tokens_per_success_are_a_ratio_of_sums() -> None:
    rows = run_list({**trials("a", *["10"] * 6), **trials("b", *["11"] * 6)})
    on = ground(rows, {"tokens": [100.0] * 24})
    [per] = compared(on, primary=["tokens_per_success"], names=[]).scores
    assert [f.estimate.value for f in per.figures if f.estimate] == [200.0, 100.0]
    [each] = per.differences
    assert (each.value, each.test, each.p) == (-100.0, "swap permutation", 2 / 2**6)
    assert each.verdict is Verdict.BETTER


def test_without_a_success_there_is_nothing_per_success() -> None:
    rows = run_list({**trials("a", *["1"] * 6), **trials("b", *["0"] * 6)})
    on = ground(rows, {"tokens": [100.0] * 12})
    [per] = compared(on, primary=["tokens_per_success"], names=[]).scores
    assert [figure.note for figure in per.figures] == [None, "no success in 6 runs"]
    assert per.differences[0].reason == "no success on the side of b"


def test_flips_are_tasks_that_mostly_passed_on_one_side_alone() -> None:
    rows = run_list(
        {**trials("a", "111", "011", "000", "001"), **trials("b", "111", "001", "110", "000")}
    )
    [success] = compared(ground(rows), names=[]).scores
    assert success.differences[0].flips == (
        Flip(task="t1", before=(2, 3), after=(1, 3), passes=False),
        Flip(task="t2", before=(0, 3), after=(2, 3), passes=True),
    )


def test_what_else_differs_is_a_warning() -> None:
    tasks = {f"t{n}": "1" for n in range(6)}
    rows = [
        *run_list({"a": tasks}, harness="pi@1", detail='{"hardware": {"gpu": "A10"}}'),
        *run_list({"b": tasks}, harness="pi@1", detail='{"hardware": {"gpu": "H200"}}'),
    ]
    assert compared(ground(rows)).warnings == ("GPU differs: a: A10; b: H200",)


def test_what_goes_with_the_axis_is_no_warning() -> None:
    tasks = {f"t{n}": "1" for n in range(6)}
    rows = [
        *run_list({"m": tasks}, harness="pi@1", harness_digest="1", retry_budget=1),
        *run_list({"m": tasks}, harness="pi@2", harness_digest="2", retry_budget=2),
    ]
    on = ground(rows)
    sides = one_workspace(on.cells, "harness", baseline=None)
    assert compared(on, by="harness", sides=sides).warnings == ()


def test_seeds_differ_from_run_to_run_and_say_nothing() -> None:
    tasks = {f"t{n}": "1" for n in range(6)}
    rows = [
        *run_list({"a": tasks}, revision="1", detail='{"sampling": {"seed": 1, "top_p": 1}}'),
        *run_list({"a": tasks}, revision="2", detail='{"sampling": {"seed": 2, "top_p": 1}}'),
    ]
    assert compared(ground(rows), by="revision", baseline="1").warnings == ()


def test_judged_by_other_versions_is_a_warning() -> None:
    rows = run_list({**trials("a", *"1" * 6), **trials("b", *"1" * 6)})
    on = ground(rows, {"tokens": [1.0] * 12})
    changed = on.scores.collect()
    half = [str(1 if place < 6 else 2) for place in range(12)]
    on = type(on)(
        runs=on.runs,
        scores=changed.with_columns(pl.Series("scorer_version", half)).lazy(),
        facts=on.facts,
        cells=on.cells,
    )
    assert compared(on).warnings == (
        "judged by another version of test: a: 1 (); b: 2 () (score both again)",
    )


def test_equal_ground_gives_equal_figures() -> None:
    rows = run_list({**trials("a", *["1101", "1000"] * 15), **trials("b", *["1100"] * 30)})
    values = {"tokens": [float(n * 7 % 31) for n in range(240)]}
    first, second = (compared(ground(rows, values), primary=["tokens"]) for _ in range(2))
    assert first == second
