from fnmatch import fnmatchcase

import polars as pl
from hypothesis import example, given
from hypothesis import strategies as st

from midspan.scorers.globs import globs_pattern
from midspan.scorers.profile import Profile
from midspan.scorers.roles import STATE_CHANGING, with_roles
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from tests.scorers.builders import calls, runs, tables

PROFILE = """
profile: shop
contract: 1
extends: [midspan/default]
tools:
  roles: {neutral: [think, plan_*]}
  state_changing: [refund_*]
"""

SUITE = """
suite: shop
contract: 1
tasks:
  - id: buy
    prompt: Buy it.
    expected_calls: {state_changing: [order_*], calls: []}
"""


def test_roles_by_name_and_task() -> None:
    read = tables(
        Setting.of(suite=Suite.parse(SUITE), profile=Profile.parse(PROFILE)),
        runs=runs({"run_id": "buys", "task": "buy"}, {"run_id": "looks"}),
        calls=calls(
            {"run_id": "buys", "name": "order_item"},
            {"run_id": "looks", "name": "order_item"},
            {"run_id": "looks", "name": "refund_order"},
            {"run_id": "looks", "name": "plan_day"},
            {"run_id": "looks", "name": "get_order"},
        ),
    )
    rows = with_roles(read.calls, read, "neutral", "read_only", STATE_CHANGING).collect()
    assert rows.select("run_id", "name", "neutral", "read_only", "state_changing").rows() == [
        ("buys", "order_item", False, False, True),
        ("looks", "order_item", False, False, False),
        ("looks", "refund_order", False, False, True),
        ("looks", "plan_day", True, False, False),
        ("looks", "get_order", False, True, False),
    ]


def test_an_inner_tool_has_roles_of_its_own() -> None:
    read = tables(
        Setting.of(suite=Suite.parse(SUITE), profile=Profile.parse(PROFILE)),
        runs=runs({"run_id": "buys", "task": "buy"}),
        calls=calls(*({"run_id": "buys", "name": name} for name in ("call_tool", "bash"))),
    )
    inner = pl.LazyFrame(
        [
            ("call_tool", "shop/order_item", True),
            ("call_tool", "shop/get_order", True),
            ("bash", "bash:ls", True),
            ("bash", "bash:ls", False),
        ],
        schema=["name", "tool", "alone"],
        orient="row",
    ).with_columns(run_id=pl.lit("buys"))
    rows = with_roles(inner, read, "read_only", STATE_CHANGING).collect()
    assert rows.select("tool", "alone", "read_only", "state_changing").rows() == [
        ("shop/order_item", True, False, True),
        ("shop/get_order", True, True, False),
        ("bash:ls", True, True, False),
        ("bash:ls", False, False, False),
    ]


TEXT = st.text(alphabet="ab[]!*?^-.\\", max_size=6)


@given(glob=TEXT, name=TEXT)
@example(glob="[[]", name="[")
@example(glob="[a[]", name="[")
def test_globs_match_as_everywhere(glob: str, name: str) -> None:
    matched = pl.select(pl.lit(name).str.contains(globs_pattern([glob]))).item()
    assert matched == fnmatchcase(name, glob)


def test_no_globs_match_nothing() -> None:
    assert not pl.select(pl.lit("").str.contains(globs_pattern([]))).item()
