"""Every figure of a report is the one that `midspan compare` gives."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.comparison.aggregates import aggregate
from midspan.pipelines.comparison.compare import compare_workspaces
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison import Comparison
from tests.support.compared import workspace_of
from tests.support.reported import Opened, shops
from tests.support.reported import opened as opened_anew

TASKS = "abcdefghij"


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Three models; one left tasks out, one has a task alone, and one lost runs."""
    trials = {
        "a": dict.fromkeys(TASKS, "110"),
        "b": dict.fromkeys(TASKS[2:], "100") | {"z": "111"},
        "c": dict.fromkeys(TASKS[:8], "1i"),
    }
    return workspace_of(tmp_path_factory.mktemp("uneven") / "ws", trials)


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Two models and two revisions, with every score there is."""
    return shops(tmp_path_factory.mktemp("scored"), runs=128)


@cache
def opened(workspace: Workspace) -> Opened:
    """Return the report of a workspace that no test changes."""
    return opened_anew(workspace)


def table(page: Opened, pivot: str, kind: str = "figures") -> dict[str, Any]:
    found = page.document["figures"][pivot]
    return dict(zip(found["scores"], found[kind], strict=True))


def told(comparison: Comparison) -> dict[str, Any]:
    return {score["name"]: score["figures"] for score in comparison.as_dict()["scores"]}


def test_the_comparison_of_the_usual_baseline_is_compare_s(
    uneven: Workspace, scored: Workspace
) -> None:
    for workspace, axis in ((uneven, "model"), (scored, "model"), (scored, "revision")):
        along = opened(workspace).document["comparisons"][axis]
        usual = as_json(compare_workspaces([workspace], by=axis))
        assert along["comparisons"][0] == usual
        assert along["baseline"] == usual["sides"][0]


def test_against_other_baselines_primary_scores_and_headlines_are_compare_s(
    scored: Workspace, uneven: Workspace
) -> None:
    for workspace in (uneven, scored):
        along = opened(workspace).document["comparisons"]["model"]
        assert [each["sides"][0] for each in along["comparisons"]] == along["comparisons"][0][
            "sides"
        ]
        for found in along["comparisons"][1:]:
            whole = as_json(compare_workspaces([workspace], by="model", baseline=found["sides"][0]))
            names = [score["name"] for score in found["scores"]]
            assert {"success", "tokens", "seconds"} <= set(names)
            few = [score for score in whole["scores"] if score["name"] in names]
            by_name = {score["name"]: score for score in found["scores"]}
            assert [by_name[score["name"]] for score in few] == few
            assert {**found, "scores": few} == {**whole, "scores": few}
        left_out = {each["baseline"] for each in along["left_out"]}
        assert left_out == {each["sides"][0] for each in along["comparisons"][1:]}


def test_figures_along_an_axis_are_compare_s_with_and_without_shared_tasks(
    uneven: Workspace, scored: Workspace
) -> None:
    for workspace in (uneven, scored):
        page = opened(workspace)
        plain = told(compare_workspaces([workspace], by="model"))
        shared = told(compare_workspaces([workspace], by="model", only_shared=True))
        for kind, compared in (("figures", plain), ("shared", shared)):
            here = table(page, "model", kind)
            both = here.keys() & compared.keys()
            assert {"success", "error_rate", "tokens", "tokens_per_success"} <= both
            assert {name: here[name] for name in both} == json_of({n: compared[n] for n in both})
    uneven_tables = [
        table(opened(uneven), "model", kind)["success"] for kind in ("figures", "shared")
    ]
    assert [[side["tasks"] for side in sides] for sides in uneven_tables] == [[10, 9, 8], [6, 6, 6]]


def test_figures_of_variants_are_those_of_the_table_of_variants(scored: Workspace) -> None:
    page = opened(scored)
    rows = aggregate(scored, "variants").sort("model", "revision").to_dicts()
    here = table(page, "variant")
    names = {**{name: name for name in here}, "success": "success_rate"}
    for name, figures in here.items():
        for one, row in zip(figures, rows, strict=True):
            value = one["estimate"]["value"] if one["estimate"] else None
            known = row[names[name]]
            assert (value is None) == (known is None), name
            assert value is None or value == pytest.approx(known, rel=1e-9), name
    assert page.document["figures"]["variant"]["sides"] == [
        f"{row['model']} · {row['revision']}" for row in rows
    ]


def test_means_can_be_had_of_the_columns_of_runs_again(
    scored: Workspace, uneven: Workspace
) -> None:
    for workspace in (scored, uneven):
        page = opened(workspace)
        for name, figures in table(page, "model").items():
            score = next(one for one in page.document["scores"] if one["name"] == name)
            if score["kind"] in ("mean", "rate") and name in page.document["runs"]["values"]:
                values = [one["estimate"] and one["estimate"]["value"] for one in figures]
                assert by_model(page, name) == pytest.approx(values, rel=1e-9), name


def test_curves_are_those_of_compare(uneven: Workspace) -> None:
    curves = opened(uneven).document["reliability"]
    assert sorted(curves) == ["all", "model", "variant"]
    names = [f"pass_hat_{k}" for k in (1, 2, 3)]
    found = told(compare_workspaces([uneven], by="model", names=names, primary=[]))
    for side, curve in enumerate(curves["model"]):
        assert curve["k"] == [1, 2, 3]
        assert curve["pass_hat"] == [json_of(found[name])[side]["estimate"] for name in names]
    assert [curve["left_out"] for curve in curves["model"]] == [[0, 0, 0], [0, 0, 0], [0, 8, 8]]
    assert [curve["pass_hat"][1] for curve in curves["model"]][2] is None


def test_an_axis_of_many_values_is_compared_with_the_first_alone(tmp_path: Path) -> None:
    trials = {f"m{number}": {"t": "1"} for number in range(9)}
    along = opened(workspace_of(tmp_path / "ws", trials)).document["comparisons"]["model"]
    assert len(along["comparisons"]) == 1
    assert len(along["left_out"]) == 8


def by_model(page: Opened, name: str) -> list[float | None]:
    """Return the mean over tasks of the mean over cells of the mean over runs, by model."""
    runs, found = page.document["runs"], []
    values = runs["values"][name]
    among = runs["counted"]
    if name == "success":
        among = [a and b for a, b in zip(among, runs["checked"], strict=True)]
    for model in range(len(page.document["axes"]["model"])):
        cells: dict[tuple[int, int], list[float]] = {}
        for place, value in enumerate(values):
            if value is not None and among[place] and runs["model"][place] == model:
                cells.setdefault((runs["task"][place], runs["variant"][place]), []).append(value)
        tasks: dict[int, list[float]] = {}
        for (task, _), of_cell in cells.items():
            tasks.setdefault(task, []).append(sum(of_cell) / len(of_cell))
        means = [sum(of_task) / len(of_task) for of_task in tasks.values()]
        found.append(sum(means) / len(means) if means else None)
    return found


def as_json(comparison: Comparison) -> dict[str, Any]:
    found = json_of(comparison.as_dict())
    assert isinstance(found, dict)
    return found


def json_of(value: Any) -> Any:
    """Return a value as JSON gives it back."""
    if isinstance(value, dict):
        return {name: json_of(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [json_of(item) for item in value]
    return value
