import polars as pl
import pytest

from midspan.scorers.markers import Markers
from midspan.scorers.profile import Profile
from midspan.scorers.score import Better, Level, score_rows
from midspan.scorers.setting import Setting, default_profile
from tests.scorers.builders import calls, runs, spans, tables, text
from tests.scorers.markers.acting import acted, called, profile, ran, shown

GIT = profile(git="{command: {program: git}, better: higher, description: Used git.}")


def test_a_firing_is_a_score_of_its_span_and_a_run_counts_them() -> None:
    given = acted(GIT, ran("git log"), ran("ls"), ran("git add a"))
    rows = score_rows(Markers().score(given).collect(), name="markers", scorer=Markers())
    assert shown(rows, "name", "span_id", "call", "value", "label", "numerator", "explanation") == [
        ("fired.git", "s0", 0, 1.0, "fired", None, "git log"),
        ("fired.git", "s2", 2, 1.0, "fired", None, "git add a"),
        ("marker.git", None, None, 1.0, "fired", 2.0, "fired 2 times, first in turn 0: git log"),
    ]
    assert rows["evidence"].to_list() == [["s0"], ["s2"], ["s0", "s2"]]


def test_a_run_without_a_firing_has_zero() -> None:
    rows = Markers().score(acted(GIT, ran("ls"))).collect()
    assert shown(rows, "name", "value", "label", "numerator", "explanation") == [
        ("marker.git", 0.0, "quiet", 0.0, "did not fire"),
    ]


def test_the_answer_and_its_message_are_one_span_and_one_row() -> None:
    setting = profile(m="{any: [{output: {}}, {answer: {}}]}")
    rows = Markers().score(acted(setting, "it is 42", answer="42")).collect()
    assert shown(rows, "name", "span_id", "numerator") == [
        ("fired.m", "m0", None),
        ("marker.m", None, 1.0),
    ]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("{tool: a}", "the calls were not recorded"),
        ("{command: {program: a}}", "the arguments of the calls were not recorded"),
        ("{tool: a, arguments: {/b: 1}}", "the arguments of the calls were not recorded"),
        ("{result: a}", "the results of the calls were not recorded"),
        ("{output: a}", "the texts of the model were not recorded"),
        ("{answer: a}", "neither the answer nor the texts of the model were recorded"),
        ("{not: {result: a}}", "the results of the calls were not recorded"),
    ],
)
def test_what_was_not_recorded_is_not_evaluated(body: str, reason: str) -> None:
    setting = Setting.of(profile=profile(m=body))
    redacted = tables(
        setting,
        runs=runs({"run_id": "r"}),
        calls=calls() if reason == "the calls were not recorded" else calls({}),
        spans=spans({"kind": "llm", "turn": 0, "span_id": "m0"}),
        text=text({"span_id": "m0"}),
    )
    (row,) = Markers().score(redacted).collect().to_dicts()
    assert (row["status"], row["value"], row["label"], row["reason"]) == (
        "not_evaluated",
        None,
        None,
        reason,
    )


def test_a_run_that_was_only_planned_has_no_row() -> None:
    planned = runs({"run_id": "r", "status": "missing", "planned": True})
    rows = Markers().score(tables(Setting.of(profile=GIT), runs=planned)).collect()
    assert rows.is_empty()


def test_a_profile_without_markers_gives_nothing() -> None:
    given = acted(default_profile(), called("a"))
    rows = Markers().score(given).collect()
    assert score_rows(rows, name="markers", scorer=Markers()).is_empty()


def test_directions_are_those_of_the_profile() -> None:
    declared = Markers().declared_by(GIT)
    assert [(one.name, one.level, one.unit, one.better) for one in declared] == [
        ("fired.git", Level.STEP, "0/1", Better.HIGHER),
        ("marker.git", Level.RUN, "0/1", Better.HIGHER),
    ]
    assert {one.description for one in declared} == {"Used git."}


def test_scores_of_many_runs_are_complete_rows() -> None:
    setting = Profile.parse(
        "profile: p\ncontract: 1\n"
        "extends: [midspan/default, midspan/transformers, midspan/hammered]"
    )
    given = acted(setting, ran("transformers env"), "done", answer="done")
    rows = score_rows(Markers().score(given).collect(), name="markers", scorer=Markers())
    run_rows = rows.filter(pl.col("span_id").is_null())
    assert dict(run_rows.select("name", "value").iter_rows()) == {
        "marker.cli": 1.0,
        "marker.pipeline": 0.0,
        "marker.ran-help": 0.0,
        "marker.agentic-exemplar": 0.0,
        "marker.hammered": 0.0,
    }
