from typing import Any

import polars as pl
import pytest

from midspan.scorers.compat import Compat
from midspan.scorers.compat.modes import MODES
from midspan.scorers.errors import InvalidInput
from midspan.scorers.score import SCORE_NAME, Scorer, score_rows
from midspan.scorers.setting import Setting, TaskSetting, default_profile
from midspan.scorers.suite import ExpectedCalls
from tests.scorers.builders import Row, calls, runs, tables, tools

LOOK = {"name": "look", "raw_arguments": '{"a": 1}'}
A1 = {"name": "look", "arguments": {"a": 1}}


def scored(
    *modes: str,
    made: tuple[Row, ...] = (),
    wanted: list[dict[str, Any]] | None = None,
    run: Row | None = None,
    schemas: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """The rows for run `r` of task `t`."""
    expected = None if wanted is None else ExpectedCalls.model_validate({"calls": wanted})
    given = tables(
        Setting(profile=default_profile(), tasks={"t": TaskSetting(expected=expected)}),
        runs=runs({"run_id": "r", "task": "t", "calls": len(made), **(run or {})}),
        calls=calls(*made),
        tools=tools() if schemas is None else schemas,
    )
    scorer = Compat(modes=modes)
    return score_rows(scorer.score(given).collect(), name="compat", scorer=scorer)


def values(rows: pl.DataFrame) -> dict[str, float]:
    return dict(rows.filter(status="ok").select("name", "value").iter_rows())


def reasons(rows: pl.DataFrame) -> dict[str, str]:
    return dict(rows.filter(status="not_evaluated").select("name", "reason").iter_rows())


def test_the_rows_in_full() -> None:
    rows = scored("adk.in_order", "ragas.f1", made=(LOOK,), wanted=[A1])
    columns = ["run_id", "span_id", "call", "name", "value", "label", "explanation", "status"]
    assert rows.select(columns).rows() == [
        (
            *("r", None, None, "compat.adk.in_order", 1.0, "pass"),
            "Google ADK tool trajectory: the expected calls in their order, others between them "
            "allowed. Calls made: 1, expected: 1.",
            "ok",
        ),
        (
            *("r", None, None, "compat.ragas.f1", 1.0, None),
            "Ragas ToolCallF1: F1 of the sets of calls; equal calls count once. "
            "Calls made: 1, expected: 1.",
            "ok",
        ),
    ]


def test_without_modes_there_are_no_rows() -> None:
    assert scored(made=(LOOK,), wanted=[A1]).height == 0


def test_a_task_that_expects_nothing_has_no_rows() -> None:
    assert scored("*", made=(LOOK,), wanted=None).height == 0
    assert scored("*", made=(LOOK,), wanted=[A1], run={"task": "other"}).height == 0
    assert scored("*", made=(LOOK,), wanted=[A1], run={"task": None}).height == 0


def test_a_run_that_never_began_has_no_rows() -> None:
    run = {"status": "missing", "calls": None}
    assert scored("adk.exact", wanted=[A1], run=run).height == 0


def test_a_run_without_calls_is_judged_unless_they_were_not_recorded() -> None:
    assert values(scored("adk.exact", wanted=[])) == {"compat.adk.exact": 1}
    assert values(scored("adk.exact", wanted=[A1])) == {"compat.adk.exact": 0}
    unknown = scored("adk.exact", wanted=[A1], run={"calls": None})
    assert reasons(unknown) == {"compat.adk.exact": "the calls were not recorded"}


@pytest.mark.parametrize("raw", [None, "{", "[1]"])
def test_unknown_arguments_matter_only_where_they_are_read(raw: str | None) -> None:
    unknown = LOOK | {"raw_arguments": raw}
    rows = scored("adk.exact*", made=(LOOK, unknown), wanted=[A1, A1])
    assert values(rows) == {"compat.adk.exact.ignore": 1}
    assert reasons(rows) == {
        "compat.adk.exact": "arguments of 1 of 2 calls were not recorded as JSON objects"
    }


def test_rules_that_a_peer_cannot_be_told_are_not_judged() -> None:
    wanted = [{"name": "look", "arguments": {"a": {"approx": 1}}}]
    rows = scored("adk.exact*", "bfcl.*", made=(LOOK,), wanted=wanted)
    assert values(rows) == {"compat.adk.exact.ignore": 1}
    assert reasons(rows) == {
        "compat.adk.exact": "the task expects matchers or any arguments; this mode takes values",
        "compat.bfcl.ast": "the task expects what a list of allowed values does not say",
    }
    assert reasons(scored("tau2.*", made=(LOOK,), wanted=[{"name": "look"}])).keys() == {
        "compat.tau2.actions"
    }


def test_a_choice_of_one_is_a_value() -> None:
    wanted = [{"name": "look", "arguments": {"a": {"any_of": [1]}}}]
    assert values(scored("adk.exact", made=(LOOK,), wanted=wanted)) == {"compat.adk.exact": 1}


def test_bfcl_takes_choices_and_the_schema_that_was_offered() -> None:
    schema = '{"type": "object", "properties": {"a": {"type": "integer"}}}'
    offered = tools({"digest": "d", "name": "look", "schema": schema})
    wanted = [{"name": "look", "arguments": {"a": {"any_of": [2, 1]}}}]
    made = (LOOK | {"tools_digest": "d"},)
    assert values(scored("bfcl.*", made=made, wanted=wanted, schemas=offered)) == {
        "compat.bfcl.ast": 1
    }
    assert reasons(scored("bfcl.*", made=(LOOK,), wanted=wanted, schemas=offered)) == {
        "compat.bfcl.ast": "the parameters of `look` were not recorded"
    }


def test_a_peer_sees_arguments_as_the_model_wrote_them() -> None:
    made = (LOOK | {"raw_arguments": '{"a": 1.0}'},)
    assert values(scored("ragas.accuracy", made=made, wanted=[A1])) == {"compat.ragas.accuracy": 0}
    wrapped = {"raw_arguments": '{"kwargs": {"a": 1}}', "arguments": '{"a":1}'}
    unwrapped = (LOOK | wrapped | {"notes": ["unwrapped"]},)
    assert values(scored("ragas.accuracy", made=unwrapped, wanted=[A1])) == {
        "compat.ragas.accuracy": 1
    }


def test_calls_are_taken_in_their_order_and_apart_for_each_run() -> None:
    b = {"name": "b", "raw_arguments": "{}"}
    a = {"name": "a", "raw_arguments": "{}"}
    expected = ExpectedCalls.model_validate(
        {"calls": [{"name": "a", "arguments": {}}, {"name": "b", "arguments": {}}]}
    )
    given = tables(
        Setting(profile=default_profile(), tasks={"t": TaskSetting(expected=expected)}),
        runs=runs({"task": "t"}, {"task": "t"}, {"task": "t"}),
        calls=calls(
            *({"run_id": "r1", "call": 1} | b, {"run_id": "r0", "call": 5} | b),
            *({"run_id": "r0", "call": 2} | a, {"run_id": "r1", "call": 3} | a),
        ),
    )
    rows = Compat(modes=["adk.exact"]).score(given).collect()
    assert rows.select("run_id", "value", "status").rows() == [
        ("r0", 1.0, "ok"),
        ("r1", 0.0, "ok"),
        ("r2", None, "not_evaluated"),
    ]


@pytest.mark.parametrize(
    ("failed", "fault", "counts"),
    [
        (False, "none", 1),
        (True, "hidden.error", 1),
        (True, "execution.error", 0),
        (True, "model.bad_arguments", 0),
        (False, "model.bad_arguments", 1),
    ],
)
def test_an_execution_failed_where_its_span_says_so(
    failed: bool, fault: str, counts: float
) -> None:
    made = (LOOK | {"failed": failed, "fault": fault},)
    assert values(scored("pydantic_evals.exact", made=made, wanted=[A1])) == {
        "compat.pydantic_evals.exact": counts
    }


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        (["adk.exact"], ["adk.exact"]),
        (["compat.adk.exact"], ["adk.exact"]),
        (["tau2.*", "bfcl.*"], ["bfcl.ast", "tau2.actions"]),
        (
            ["langchain.strict.*"],
            [f"langchain.strict.{way}" for way in ("exact", "ignore", "subset", "superset")],
        ),
    ],
)
def test_modes_are_chosen_by_name_or_glob(asked: list[str], names: list[str]) -> None:
    rows = scored(*asked, made=(), wanted=[])
    assert rows["name"].to_list() == [f"compat.{name}" for name in names]


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (["adk.exct"], "compat: no mode 'adk.exct'. Did you mean 'adk.exact'?"),
        (["adk"], "compat: no mode 'adk'. Did you mean 'adk.*'?"),
        (["adk.*", "nothing"], "compat: no mode 'nothing'."),
        ("adk.*", "compat: modes must be a list, not 'adk.*'"),
    ],
)
def test_unknown_modes_are_refused(asked: Any, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        Compat(modes=asked)
    assert str(caught.value).splitlines()[0] == message
    assert caught.value.fix is not None


def test_it_is_a_scorer_that_declares_every_mode() -> None:
    assert isinstance(Compat(), Scorer)
    declared = {each.name: (each.level, each.unit) for each in Compat.declares}
    assert len(declared) == len(MODES) == 43
    assert declared["compat.adk.exact"] == ("run", "0/1")
    assert declared["compat.ragas.f1"] == ("run", "share")
    assert [name for name in declared if not SCORE_NAME.fullmatch(name)] == []
