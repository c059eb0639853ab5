"""The matrix of a sweep fits the terminal, and what it leaves out is said."""

import polars as pl
import pytest

from midspan.dashboards.terminal.sweep_plan import MOST, left_out, product_line, sweep_matrix
from tests.dashboards.terminal.printing import printed


def cells(
    tasks: int = 2, *, models: int = 2, done: int = 0, tiers: tuple[str | None, ...] = (None,)
) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "model": f"lab/model-{model}",
                "revision": None,
                "tier": tier,
                "harness": "loop",
                "task": f"task-{task}",
                "runs": 5,
                "done": done if task == 0 else 0,
                "again": 1 if done and task == 0 else 0,
                "missing": 5 - (done + 1 if done and task == 0 else 0),
            }
            for model in range(models)
            for tier in tiers
            for task in range(tasks)
        ],
        schema_overrides={"revision": pl.String, "tier": pl.String},
    )


def test_before_anything_is_done_runs_are_counted() -> None:
    assert printed(sweep_matrix(cells(), 80), 80) == [
        "model        task-0  task-1",
        "lab/model-0       5       5",
        "lab/model-1       5       5",
    ]


def test_then_how_many_are_done() -> None:
    assert printed(sweep_matrix(cells(done=3, tiers=("bare", "skill")), 80), 80) == [
        "model        tier   task-0  task-1",
        "lab/model-0  bare      3/5     0/5",
        "lab/model-0  skill     3/5     0/5",
        "lab/model-1  bare      3/5     0/5",
        "lab/model-1  skill     3/5     0/5",
    ]


def test_a_cell_that_is_excluded_is_no_number() -> None:
    left = cells().filter(~((pl.col("task") == "task-1") & (pl.col("model") == "lab/model-1")))
    assert printed(sweep_matrix(left, 80), 80)[-1] == "lab/model-1       5       ·"


def test_too_many_tasks_are_summed_up() -> None:
    assert printed(sweep_matrix(cells(tasks=16, done=3), 80), 80) == [
        "model        tasks  runs  done  again  missing",
        "lab/model-0     16    80     3      1       76",
        "lab/model-1     16    80     3      1       76",
    ]


@pytest.mark.parametrize("width", [46, 60, 80, 120])
def test_it_fits(width: int) -> None:
    shown = printed(sweep_matrix(cells(tasks=6, done=3), width), width)
    assert max(map(len, shown)) <= width
    assert len(shown) == 3


def test_on_a_narrow_screen_names_give_way_and_numbers_stay() -> None:
    assert printed(sweep_matrix(cells(tasks=6, done=3), 40), 40) == [
        "model  tasks  runs  done  again  missing",
        "lab/m      6    30     3      1       26",
        "odel-",
        "0",
        "lab/m      6    30     3      1       26",
        "odel-",
        "1",
    ]


def test_a_lone_variant_has_a_name() -> None:
    assert printed(sweep_matrix(cells(models=1), 80), 80)[1].startswith("lab/model-0")


def test_many_variants_are_listed_elsewhere() -> None:
    many = cells(tasks=1, models=MOST + 3)
    assert len(printed(sweep_matrix(many, 80), 80)) == 1 + MOST
    assert left_out(many) == "3 more variants: --json lists all"
    assert left_out(cells()) is None


def test_names_cannot_drive_the_terminal() -> None:
    evil = cells().with_columns(model=pl.lit("lab/\x1b[31mred"))
    assert "\x1b" not in "".join(printed(sweep_matrix(evil, 80), 80))


def test_the_product_is_written_out() -> None:
    axes = {"model": 2, "revision": 2, "tier": 3, "harness": 1, "task": 4, "trial": 5}
    assert product_line(axes, 240) == (
        "2 models x 2 revisions x 3 tiers x 1 harness x 4 tasks x 5 trials = 240 runs"
    )
    assert product_line(axes | {"harness": 2}, 440) == (
        "2 models x 2 revisions x 3 tiers x 2 harnesses x 4 tasks x 5 trials, "
        "less 40 excluded = 440 runs"
    )
