"""What each trace is to have, from the tables of a workspace."""

from pathlib import Path
from typing import Any

import polars as pl
import pytest

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.mlflow.assessments import Wish
from midspan.pipelines.publish.mlflow.variants import Variants, variants_of
from midspan.pipelines.publish.mlflow.wishes import Prepared, prepared, question
from midspan.pipelines.publish.plan import Walk
from midspan.pipelines.workspace import Workspace
from midspan.scorers.tables import SCORES
from tests.support.otlp import Story
from tests.support.shop_runs import run_spans, shop, shop_spans, trace_of
from tests.support.workspaces import ingested, put


def variants(workspace: Workspace, asked: Asked | None = None) -> Variants:
    [found] = variants_of(workspace, asked or Asked())
    return found


def wishes(workspace: Workspace) -> tuple[Prepared, dict[str, Wish]]:
    of = variants(workspace)
    [portion] = Walk(workspace, Asked()).portions()
    found = prepared(
        portion,
        pairs=dict(of.runs.select("run_id", "pair").iter_rows()),
        source_runs=dict.fromkeys(of.runs["run_id"], "run9"),
        known=Asked().known,
    )
    return found, {wish.trace: wish for run in found.runs for wish in run.traces}


def test_each_variant_has_its_runs(tmp_path: Path) -> None:
    found = variants(shop(tmp_path, experiment="shop"))

    assert found.varying == ["revision"]
    assert found.every.select("variant", "revision").rows() == [(0, "v1"), (1, "v2")]
    pairs = found.runs.group_by("variant").agg(pl.col("pair").sort()).sort("variant")
    assert pairs["pair"].to_list() == [["price#0", "price#1", "refund#0", "refund#1"]] * 2


def test_runs_go_where_they_are_told_to(tmp_path: Path) -> None:
    spans = shop_spans(experiment="one", number=1) + shop_spans(experiment="two", number=2)
    workspace = ingested(tmp_path, spans)

    assert [one.project for one in variants_of(workspace, Asked())] == ["one", "two"]
    both = variants(workspace, Asked(project="both"))
    assert both.varying == ["experiment", "revision"]
    assert both.every.height == 4


def test_trials_that_are_not_recorded_are_counted_and_repeated_ones_told_apart(
    tmp_path: Path,
) -> None:
    spans = []
    for place, trial in enumerate((None, None, 1, 1)):
        context: dict[str, Any] = {"task": "a", "model": "m"} | (
            {} if trial is None else {"trial": trial}
        )
        trace = place + 1
        story = Story(
            trace=trace, first_span=trace * 8, run_id=f"{trace:032x}", second=trace * 60, **context
        )
        with story.agent():
            story.llm(text="done")
        spans += story.spans

    found = variants(ingested(tmp_path, spans)).runs

    assert found.select("run_id", "pair").rows() == [
        (f"{1:032x}", "a#0"),
        (f"{2:032x}", "a#1"),
        (f"{3:032x}", "a#1 (2)"),
        (f"{4:032x}", "a#1 (3)"),
    ]


def test_a_trace_is_wished_for_as_its_run_is(tmp_path: Path) -> None:
    found, by_trace = wishes(shop(tmp_path, experiment="shop"))

    wish = by_trace[f"tr-{trace_of(1, 0):032x}"]
    assert (wish.session, wish.request) == ("price#0", "price#0 · What about the price?")
    assert (wish.response, wish.state) == ("It is done.", "OK")
    assert wish.tokens == {"input_tokens": 200, "output_tokens": 20, "total_tokens": 220}
    assert (wish.end_ms - wish.start_ms, len(by_trace)) == (9000, 8)
    assert (found.refused, sum(run.rows for run in found.runs)) == (
        {},
        sum(len(wish.assessments) for wish in by_trace.values()),
    )


def test_of_several_traces_of_a_run_one_has_its_answer(tmp_path: Path) -> None:
    first = run_spans(1, experiment="e", revision="v1", task="a", trial=0)
    second = Story(
        trace=2, first_span=900, run_id=f"{1:032x}", second=1_790_000_100, experiment="e",
        revision="v1", task="a", trial=0, model="small", harness="loop@1",
    )  # fmt: skip
    second.llm(text="more")
    workspace = ingested(tmp_path, [*first, *second.spans])
    workspace.score()

    _, by_trace = wishes(workspace)

    shown = [(wish.session, wish.request, wish.response) for wish in by_trace.values()]
    assert shown[0] == ("a#0", "a#0 · What about the a?", "It is done.")
    assert (shown[1][0], shown[1][2]) == ("a#0", None)
    assert str(shown[1][1]).startswith("a#0 +1")


def test_runs_without_a_task_are_shown_as_they_came(tmp_path: Path) -> None:
    story = Story(run_id=None)
    with story.agent(input="What?", output="This."):
        story.llm(text="This.")

    [wish] = wishes(ingested(tmp_path, story.spans))[1].values()

    assert (wish.session, wish.request, wish.response) == (None, None, None)


def test_rows_of_traces_without_a_span_are_counted(tmp_path: Path) -> None:
    workspace = shop(tmp_path, experiment="shop")
    lost = {
        "run_id": f"{trace_of(1, 0):032x}", "trace_id": "e" * 32, "name": "x", "scorer": "s",
        "value": 1.0, "evidence": [], "scorer_version": "1", "config_hash": "", "source": "code",
        "status": "ok",
    }  # fmt: skip
    put(workspace, "scores", SCORES.frame([lost]))

    found, _ = wishes(workspace)

    assert found.refused == {"of traces of which the workspace has no span": 1}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        (None, None),
        ("How\n  much?", "How much?"),
        ('[{"role": "system", "content": "Be."}, {"role": "user", "content": "Hi?"}]', "Hi?"),
        ('[{"role": "user", "parts": [{"type": "text", "content": "Hi?"}]}]', "Hi?"),
        ('{"query": "x"}', '{"query": "x"}'),
    ],
)
def test_a_question_is_a_line_of_text(told: str | None, expected: str | None) -> None:
    assert question(told) == expected
