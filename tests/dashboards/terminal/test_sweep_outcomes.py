"""How the runs of a sweep came out, as a table that adds up."""

import io

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from midspan.dashboards.terminal.sweep_outcomes import ORDER, sweep_outcomes

AXES = ("task", "model", "revision", "tier", "harness")


def lines(*runs: tuple[str, str, str]) -> list[list[str]]:
    rows = [
        {**dict.fromkeys(AXES, "x"), "model": model, "tier": tier, "outcome": outcome}
        for model, tier, outcome in runs
    ]
    screen = Console(file=io.StringIO(), width=200)
    screen.print(sweep_outcomes(pl.DataFrame(rows)))
    assert isinstance(screen.file, io.StringIO)
    return [line.split() for line in screen.file.getvalue().splitlines()]


def test_a_line_a_variant_and_a_column_an_outcome() -> None:
    assert lines(
        ("careful", "bare", "success"),
        ("careful", "bare", "wrong"),
        ("careful", "skill", "success"),
        ("sloppy", "bare", "infra"),
        ("sloppy", "bare", "success"),
        ("sloppy", "bare", "success"),
    ) == [
        ["model", "tier", "success", "wrong", "infra", "runs"],
        ["careful", "bare", "1", "1", "·", "2"],
        ["careful", "skill", "1", "·", "·", "1"],
        ["sloppy", "bare", "2", "·", "1", "3"],
        ["all", "4", "1", "1", "6"],
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from("ab"), st.sampled_from("cd"), st.sampled_from(["success", "infra"])
        ),
        min_size=1,
        max_size=30,
    )
)
def test_everything_adds_up(runs: list[tuple[str, str, str]]) -> None:
    _, *variants, total = lines(*runs)
    numbers = [
        [int(word.replace("·", "0")) for word in line if word.isdigit() or word == "·"]
        for line in variants
    ]
    sums = [int(word) for word in total if word.isdigit()]
    assert [sum(column) for column in zip(*numbers, strict=True)] == sums
    assert sums[-1] == sum(sums[:-1]) == len(runs)


def test_no_outcome_is_left_out() -> None:
    assert len(set(ORDER)) == len(ORDER) == 11
    assert lines(("m", "t", "of_a_plug_in"))[0] == ["model", "of_a_plug_in", "runs"]


def test_variants_beyond_the_longest_table_stand_together_in_one_line() -> None:
    runs = [(f"m{number:02}", "t", "success" if number % 2 else "wrong") for number in range(65)]
    head, *variants, total = lines(*runs, ("m64", "t", "wrong"))
    assert head == ["model", "success", "wrong", "runs"]
    assert len(variants) == 61
    assert variants[-2:] == [
        ["m59", "1", "·", "1"],
        ["5", "more", "variants", "2", "4", "6"],
    ]
    assert total == ["all", "32", "34", "66"]
    assert lines(*runs[:61])[-2] == ["1", "more", "variant", "·", "1", "1"]
