"""`midspan report`."""

import json
from pathlib import Path

import pytest

from midspan.pipelines.comparison.compare import compare_workspaces
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.pipelines.cli.conftest import Midspan
from tests.support.compared import tasks, workspace_of
from tests.support.otlp import Story, write
from tests.support.reported import shops
from tests.support.shop_runs import shop_spans
from tests.support.workspaces import ingested


@pytest.fixture
def ws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    trials = {"a": tasks(*["11"] * 8), "b": tasks(*["10"] * 7, "0i")}
    return workspace_of(tmp_path / "ws", trials)


def test_the_overview_on_80_columns(midspan: Midspan, ws: Workspace) -> None:
    done = midspan("report", "ws", "--terminal", "--by", "model")
    assert (done.code, done.err) == (0, "")
    lines = [line.rstrip() for line in done.out.splitlines()]
    assert max(map(len, lines)) <= 80
    assert lines[0] == "e"
    assert lines[1].startswith("32 runs · 8 tasks · made ")
    assert "success ↑" in "\n".join(lines[2:6])
    [of_a] = [line.split() for line in lines if line.startswith("a ")][:1]
    assert of_a[:5] == ["a", "8", "16", "100", "%"]
    [of_b] = [line.split() for line in lines if line.startswith("b ")][:1]
    assert of_b[:5] == ["b", "8", "15", "44", "%"]
    assert "23 success · 8 wrong · 1 infra" in lines
    assert "1 run not run yet, or lost to the platform: in no denominator" in lines


def test_markdown_for_a_pull_request(midspan: Midspan, ws: Workspace) -> None:
    done = midspan("report", ws.path, "--markdown")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0] == "## e"
    rows = [line for line in lines if line.startswith("| ")]
    assert rows[0].startswith("| variant | tasks | runs | success ↑ |")
    assert rows[1].startswith("| a | 8 | 16 | 100 % (")
    assert rows[3].startswith("| all runs | 8 | 31 | 72 % (")
    assert "- 1 run not run yet, or lost to the platform: in no denominator" in lines


def test_runs_that_nobody_judged_are_told_apart(
    midspan: Midspan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    spans = shop_spans(experiment="shop", number=1)
    workspace = ingested(tmp_path, spans)
    workspace.score()
    lines = midspan("report", workspace.path, "--markdown").out.splitlines()
    rows = [line.split(" | ")[:3] for line in lines if line.startswith("| ")]
    assert rows == [
        ["| variant", "tasks", "runs"],
        ["| v1", "2", "4, 4 not judged"],
        ["| v2", "2", "4, 4 not judged"],
        ["| all runs", "2", "8, 8 not judged"],
    ]
    assert "- 8 runs not judged: a task without checks has no success rate" in lines
    shown = midspan("report", workspace.path, "--terminal").out
    assert "8 not judged" in shown


def test_of_a_run_without_a_task_there_is_no_table_and_no_task(
    midspan: Midspan, tmp_path: Path
) -> None:
    story = Story()
    with story.agent(input="Go.", output="Gone."):
        story.llm(text="Gone.")
    workspace = ingested(tmp_path, story.spans)
    lines = midspan("report", workspace.path, "--markdown").out.splitlines()
    assert lines[2].startswith("1 run · no task · made ")
    assert not [line for line in lines if line.startswith("|")]
    assert "tasks  runs" not in midspan("report", workspace.path, "--terminal").out


def test_long_names_leave_room_for_the_figures(
    midspan: Midspan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    trials = {f"{'long-' * 60}{name}": tasks(*["11"] * 8) for name in "ab"}
    workspace = workspace_of(tmp_path / "ws", trials)
    lines = midspan("report", workspace.path, "--terminal").out.splitlines()
    assert max(map(len, lines)) <= 80
    heads = " ".join(lines[3:6])
    assert all(head in heads for head in ("variant", "tasks", "runs", "success ↑", "error rate"))
    # Twice in each of two tables: whole, and no wider than two fifths of the screen.
    assert "".join(line[:32].strip() for line in lines).count("long-" * 60) == 4


def test_experiments_are_lines_of_the_overview(midspan: Midspan, tmp_path: Path) -> None:
    for number, name in enumerate(("one", "two"), start=1):
        spans = shop_spans(experiment=name, number=number)
        ingest([write(tmp_path / "in" / f"{name}.jsonl", spans)], tmp_path / "ws")
    lines = midspan("report", tmp_path / "ws", "--markdown", "--by", "experiment").out.splitlines()
    assert lines[2].startswith("16 runs · 2 tasks · made ")
    rows = [line.split(" | ")[:2] for line in lines if line.startswith("| ")]
    assert rows == [["| experiment", "tasks"], ["| one", "2"], ["| two", "2"], ["| all runs", "2"]]


def test_json_is_what_the_page_is_drawn_from(midspan: Midspan, ws: Workspace) -> None:
    done = midspan("report", ws.path, "--json", "--title", "My runs")
    found = json.loads(done.out)
    assert (found["title"], found["counts"]["meant"], found["counts"]["infra"]) == (
        "My runs",
        32,
        1,
    )
    compared = compare_workspaces([ws], by="model").of("success")
    assert compared is not None
    table = found["figures"]["model"]
    figures = table["figures"][table["scores"].index("success")]
    assert [one["estimate"]["value"] for one in figures] == [
        one.estimate.value for one in compared.figures if one.estimate
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--public"], "--public says who may read a Space"),
        (["--json", "-o", "x.html"], "--json and --output are two reports"),
        (["--folder", "site", "--push-space", "a/b"], "--folder and --push-space are two reports"),
        (["--markdown", "--open"], "--open shows a file, and --markdown writes none"),
        (["--terminal", "--markdown"], "--terminal and --markdown are two reports"),
        (["--by", "model"], "Add --terminal or --markdown, or leave out --by model."),
        (["--by", "model", "--json"], "--by names the lines of the overview"),
        (["--push-space", "shop"], "'shop' names no Space"),
    ],
)
def test_what_does_not_fit_together_is_refused(
    midspan: Midspan, ws: Workspace, words: list[str], message: str
) -> None:
    done = midspan("report", ws.path, *words)
    assert done.code == 2
    assert message in done.err
    assert not list(Path().glob("*.html"))


def test_a_file_that_is_no_report_is_left_before_anything_is_computed(
    midspan: Midspan, ws: Workspace
) -> None:
    Path("report.html").write_text("mine")
    done = midspan("report", ws.path)
    assert (done.code, done.out) == (2, "")
    assert "no report of midspan: it is left as it is" in done.err
    assert Path("report.html").read_text() == "mine"


def test_a_workspace_that_is_none_is_said_to_be(midspan: Midspan, tmp_path: Path) -> None:
    assert midspan("report", tmp_path / "nothing", "--json").code == 2


def test_the_page_is_written_and_its_size_said(midspan: Midspan, ws: Workspace) -> None:
    done = midspan("report", ws.path)
    assert (done.code, done.out) == (0, "report.html\n")
    assert done.err.startswith("32 runs · ")
    assert Path("report.html").read_text().startswith("<!doctype html>")
    again = midspan("report", ws.path, "-o", "report.html")
    assert again.code == 0


def test_a_site_has_an_index(midspan: Midspan, tmp_path: Path) -> None:
    shops(tmp_path, runs=8)
    done = midspan("report", tmp_path / "ws", "--folder", tmp_path / "site")
    assert (done.code, done.out) == (0, f"{tmp_path}/site/index.html\n")
    assert {".nojekyll", "index.html"} <= {path.name for path in (tmp_path / "site").iterdir()}
