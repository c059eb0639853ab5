import polars as pl

from midspan.scorers.rules import Rules
from midspan.scorers.setting import Setting
from midspan.scorers.suite import Suite
from tests.scorers.builders import calls, runs, tables
from tests.scorers.rules.scoring import LOOK, RUN, profile, scored

SUITE = """
suite: s
contract: 1
tasks:
  - {id: buy, prompt: x, rules: {it: {forbid: {tool: look}}, own: {require: {tool: buy}}}}
  - {id: other, prompt: y}
"""


def test_rules_of_a_task_stand_beside_those_of_the_profile_and_win_by_name() -> None:
    setting = Setting.of(suite=Suite.parse(SUITE), profile=profile("forbid: {tool: buy}"))
    tasks = {"a": "buy", "b": "other", "c": None, "d": "unknown"}
    made = [{"run_id": run, "name": "look", "call": 0} for run in tasks]
    given = tables(
        setting,
        runs=runs(*(RUN | {"run_id": run, "task": task} for run, task in tasks.items())),
        calls=calls(*made),
    )
    rows = Rules().score(given).collect().filter(pl.col("name").str.starts_with("rule."))
    assert sorted(rows.select("run_id", "name", "value").rows()) == [
        ("a", "rule.it", 0.0),
        ("a", "rule.own", 0.0),
        ("b", "rule.it", 1.0),
        ("c", "rule.it", 1.0),
        ("d", "rule.it", 1.0),
    ]


def test_a_run_that_never_began_keeps_and_breaks_nothing() -> None:
    assert scored("require: {tool: look}", run={"status": "missing"}).is_empty()


def test_without_rules_there_are_no_rows() -> None:
    given = tables(runs=runs(RUN), calls=calls(LOOK))
    assert Rules().score(given).collect().is_empty()
