"""A suite becomes runs: as many as its matrix says, with ids that only its contents decide."""

import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from midspan.pipelines.records import PlannedRun
from midspan.pipelines.run_ids import planned_run_id
from midspan.pipelines.sweep.plan import ResolvedRevision, planned_sweep
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import Revision, Target
from tests.support.sweeps import made_up, planned, sha_of, write_suite

LARGE: dict[str, Any] = {
    "tasks": [{"id": f"task-{number}", "prompt": f"p{number}"} for number in range(4)],
    "matrix": {
        "models": [
            {"name": name, "endpoint": "http://127.0.0.1:9/v1"} for name in ("lab/a", "lab/b")
        ],
        "revisions": ["v1.0", "v2.0"],
        "trials": 5,
    },
    "target": {"repository": "https://example.org/lib"},
    "tiers": {"bare": {}, "clone": {"checkout": "."}, "skill": {"agent_arguments": ["--skill"]}},
}


def test_two_by_two_by_three_by_four_by_five_are_240_runs(tmp_path: Path) -> None:
    plan = planned(tmp_path, **LARGE)
    assert len(plan.runs) == 240
    assert len({run.run_id for run in plan.runs}) == 240
    first = plan.runs[0]
    assert first.planned == PlannedRun(
        run_id=planned_run_id(
            experiment="shop",
            task="task-0",
            prompt="p0",
            model="lab/a",
            revision_sha=sha_of("v1.0"),
            tier="bare",
            harness="loop",
            trial=0,
        ),
        experiment="shop",
        suite="shop",
        task="task-0",
        set="capability",
        model="lab/a",
        revision="v1.0",
        revision_sha=sha_of("v1.0"),
        tier="bare",
        harness="loop",
        trial=0,
    )
    assert (first.task.id, first.model.name, first.harness.kind) == (
        "task-0",
        "lab/a",
        "openai-loop",
    )
    assert first.revision == ResolvedRevision(label="v1.0", ref="v1.0", sha=sha_of("v1.0"))


def test_its_id_is_that_of_its_contents(tmp_path: Path) -> None:
    """As any other writer of spools makes it: a tier that gives nothing adds nothing."""
    plan = planned(
        tmp_path,
        tasks=[{"id": "ask", "prompt": "p", "files": ["in"]}],
        files={"in/a.txt": "a", "in/b.txt": "b"},
        tiers={"bare": {}},
        harnesses={"mine": {"kind": "command", "argv": ["x"], "version": "2.1"}},
    )
    assert plan.runs[1].run_id == planned_run_id(
        experiment="shop",
        task="ask",
        prompt="p",
        files=[("in/a.txt", b"a"), ("in/b.txt", b"b")],
        model="lab/small",
        revision_sha=None,
        tier="bare",
        harness="mine@2.1",
        trial=1,
    )


axis = st.integers(1, 3)


@settings(max_examples=40)
@given(
    counts=st.tuples(axis, axis, axis, axis, axis),
    trials=st.integers(1, 3),
    left_out=st.lists(st.tuples(*[st.none() | st.integers(0, 2)] * 5), max_size=3),
)
def test_runs_are_the_product_less_what_is_excluded(
    counts: tuple[int, ...], trials: int, left_out: list[tuple[int | None, ...]]
) -> None:
    axes = ("model", "revision", "tier", "harness", "task")
    names = {
        axis: [f"{axis}-{number}" for number in range(count)]
        for axis, count in zip(axes, counts, strict=True)
    }
    rules = [
        {
            axis: names[axis][value]
            for axis, value in zip(axes, rule, strict=True)
            if value is not None and value < len(names[axis])
        }
        for rule in left_out
    ]
    rules = [rule for rule in rules if rule]
    with TemporaryDirectory() as folder:
        arguments: dict[str, Any] = {
            "tasks": [{"id": name, "prompt": name} for name in names["task"]],
            "matrix": {
                "models": [
                    {"name": name, "endpoint": "http://127.0.0.1:9/v1"} for name in names["model"]
                ],
                "revisions": names["revision"],
                "trials": trials,
                "exclude": rules,
            },
            "target": {"repository": "https://example.org/lib"},
            "tiers": {name: {} for name in names["tier"]},
            "harnesses": {name: {"kind": "openai-loop"} for name in names["harness"]},
        }
        product = math.prod(counts) * trials
        excluded = trials * sum(
            any(rule.items() <= combination.items() for rule in rules)
            for combination in _combinations(names)
        )
        if excluded == product:
            with pytest.raises(InvalidInput, match="leaves out every cell"):
                planned(Path(folder), **arguments)
            return
        plan = planned(Path(folder), **arguments)
    assert len(plan.runs) == product - excluded
    assert len({run.run_id for run in plan.runs}) == len(plan.runs)
    for rule in rules:
        assert not any(
            all(getattr(run.planned, axis) == value for axis, value in rule.items())
            for run in plan.runs
        )


def _combinations(names: dict[str, list[str]]) -> list[dict[str, str]]:
    found: list[dict[str, str]] = [{}]
    for axis, values in names.items():
        found = [{**one, axis: value} for one in found for value in values]
    return found


def test_without_target_and_tiers_a_run_has_none(tmp_path: Path) -> None:
    run = planned(tmp_path).runs[0]
    assert (run.revision, run.planned.revision, run.planned.revision_sha) == (None, None, None)
    assert run.planned.tier is None


def test_the_version_a_suite_gives_is_part_of_the_harness(tmp_path: Path) -> None:
    plan = planned(tmp_path, harnesses={"pi": {"kind": "pi", "version": "0.73.1"}})
    assert {run.planned.harness for run in plan.runs} == {"pi@0.73.1"}


def test_only_revisions_in_use_are_resolved(tmp_path: Path) -> None:
    asked = []

    def resolve(target: Target, revision: Revision) -> ResolvedRevision:
        asked.append(revision.ref)
        return made_up(target, revision)

    suite = write_suite(
        tmp_path,
        matrix={"revisions": ["v1.0", "v2.0"], "exclude": [{"revision": "v1.0"}]},
        target={"repository": "https://example.org/lib"},
    )
    planned_sweep(suite, resolve=resolve)
    assert asked == ["v2.0"]


def test_all_unknown_revisions_are_told_together(tmp_path: Path) -> None:
    def resolve(target: Target, revision: Revision) -> ResolvedRevision:
        raise InvalidInput(f"no {revision.ref}", fix="git ls-remote")

    suite = write_suite(
        tmp_path,
        matrix={"revisions": ["v1.0", "v2.0"]},
        target={"repository": "https://example.org/lib"},
    )
    with pytest.raises(InvalidInput) as caught:
        planned_sweep(suite, resolve=resolve)
    assert str(caught.value) == "no v1.0\nno v2.0\ngit ls-remote"


def test_two_names_of_one_commit_are_refused(tmp_path: Path) -> None:
    def resolve(target: Target, revision: Revision) -> ResolvedRevision:
        return ResolvedRevision(label=revision.label, ref=revision.ref, sha="ab" * 20)

    suite = write_suite(
        tmp_path,
        matrix={"revisions": ["v1.0", "main"]},
        target={"repository": "https://example.org/lib"},
    )
    with pytest.raises(InvalidInput, match=r"v1\.0 and main are the same commit, abababababab"):
        planned_sweep(suite, resolve=resolve)


def test_a_suite_without_a_matrix_has_nothing_to_run(tmp_path: Path) -> None:
    suite = tmp_path / "suite.yaml"
    suite.write_text("suite: shop\ncontract: 1\ntasks: [{id: ask, prompt: p}]\n")
    with pytest.raises(InvalidInput, match="has no `matrix`, so there is nothing to run"):
        planned_sweep(suite, resolve=made_up)


def test_an_experiment_needs_a_name_that_a_folder_can_have(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"--experiment '\.\./x' is no name"):
        planned(tmp_path, experiment="../x")


def test_the_path_of_a_repository_is_relative_to_the_suite(tmp_path: Path) -> None:
    (tmp_path / "lib").mkdir()
    plan = planned(
        tmp_path / "suite", matrix={"revisions": ["v1.0"]}, target={"repository": "../lib"}
    )
    assert plan.suite.target is not None
    assert plan.suite.target.repository == str((tmp_path / "lib").resolve())
