"""A whole report, read as its page reads it."""

from collections import Counter
from pathlib import Path

import pytest

from midspan.pipelines.reporting.gathering import Judged, gathered
from midspan.pipelines.reporting.packing import unpacked
from midspan.pipelines.reporting.report import IN_PAGE, report
from midspan.pipelines.workspace import Workspace
from tests.support.otlp import Story, call
from tests.support.reported import NOW, PROGRAM, found, given, opened, read, shops
from tests.support.shop_runs import STEPS
from tests.support.workspaces import ingested

LARGEST = 15_000_000


def test_of_no_run_there_is_a_report_that_says_so(tmp_path: Path) -> None:
    page = opened(Workspace.create(tmp_path / "ws"))
    assert page.document["counts"] == {
        "runs": 0,
        "meant": 0,
        "seen": 0,
        "infra": 0,
        "counted": 0,
        "evaluated": 0,
        "unscored": 0,
        "quarantined": 0,
        "failed_scorers": [],
    }
    assert page.document["runs"]["id"] == []
    assert (page.document["figures"], page.document["comparisons"], page.blocks) == ({}, {}, [])
    assert "0 runs · no task" in page.report.page


def test_of_one_run_nothing_is_compared_and_no_interval_is_given(tmp_path: Path) -> None:
    page = opened(shops(tmp_path, runs=1))
    document = page.document
    assert (
        document["runs"]["id"] == ["0000000000000000000000000000" + "0001"[-4:]]
        or len(document["runs"]["id"]) == 1
    )
    assert document["comparisons"] == {}
    assert sorted(document["figures"]) == ["all", "variant"]
    table = document["figures"]["all"]
    success = table["figures"][table["scores"].index("success")][0]
    assert (success["tasks"], success["runs"], success["estimate"]["low"]) == (1, 1, None)
    assert table["shared"] is None
    assert len(page.steps(0)["spans"]["id"]) == STEPS


@pytest.mark.parametrize("runs", [144, 5_000])
def test_what_is_counted_adds_up(tmp_path: Path, runs: int) -> None:
    page = opened(shops(tmp_path, runs=runs))
    document, columns = page.document, page.document["runs"]
    assert {len(values) for values in columns.values() if isinstance(values, list)} == {runs}
    assert {len(values) for values in columns["values"].values()} == {runs}
    assert document["counts"]["runs"] == document["counts"]["evaluated"] == runs
    ends = Counter(document["outcomes"][place] for place in columns["outcome"])
    assert ends["success"] + ends["wrong"] == runs
    assert document["failures"]["failed"] == ends["wrong"]
    assert sum(columns["counted"]) == sum(columns["traced"]) == runs
    assert set(columns["task"]) == set(range(len(document["tasks"])))
    ids = [run_id for block in page.blocks for run_id in block["runs"]]
    assert ids == columns["id"]
    spans = sum(block["spans"]["start"][-1] for block in page.blocks)
    assert spans == runs * STEPS == sum(len(block["spans"]["id"]) for block in page.blocks)
    assert len(page.report.page) < LARGEST
    assert page.report.beside == {}


def test_runs_stand_by_task_then_variant_then_trial(tmp_path: Path) -> None:
    document = opened(shops(tmp_path, runs=32)).document
    columns = document["runs"]
    keys = list(
        zip(
            columns["task"],
            columns["model"],
            columns["revision"],
            columns["trial"],
            strict=True,
        )
    )
    assert keys == sorted(keys)
    assert document["axes"]["model"] == ["large", "small"]
    assert document["axes"]["tier"] == []
    names = [each["name"] for each in document["variants"]]
    assert names == ["large · v1", "large · v2", "small · v1", "small · v2"]
    assert [document["variants"][place]["model"] for place in columns["variant"]] == columns[
        "model"
    ]


def test_what_does_not_fit_lies_beside_the_page(tmp_path: Path) -> None:
    workspace = shops(tmp_path, runs=240)
    inside, outside = opened(workspace), opened(workspace, in_page=0)
    assert [told["file"] for told in outside.document["blocks"]] == [
        "report-files/steps-0000.js",
        "report-files/steps-0001.js",
        "report-files/steps-0002.js",
    ]
    assert sorted(outside.report.beside) == [told["file"] for told in outside.document["blocks"]]
    assert outside.blocks == inside.blocks
    assert all(told["file"] is None for told in inside.document["blocks"])
    whole = opened(workspace, in_page=0, one_file=True)
    assert (whole.report.beside, whole.blocks) == ({}, inside.blocks)


def test_after_a_block_that_does_not_fit_none_is_in_the_page(tmp_path: Path) -> None:
    workspace = shops(tmp_path, runs=240)
    first = len(opened(workspace).report.page)
    assert first < IN_PAGE
    told = opened(workspace, in_page=60_000).document["blocks"]
    files = [each["file"] is None for each in told]
    assert files == sorted(files, reverse=True)


def test_a_long_text_is_cut_and_lies_whole_beside_the_page(tmp_path: Path) -> None:
    story = Story(task="t", model="m")
    long = "ä" * 5_000
    with story.agent(input="Go.", output=long):
        story.llm(call("look", {"x": 1}))
        story.tool("look", {"x": 1}, result=long)
    page = opened(ingested(tmp_path, story.spans))
    answer = page.document["runs"]["answer"][0]
    assert (answer["cut"], answer["length"]) == ("ä" * 2048, 5_000)
    [result] = page.steps(0)["calls"]["result"]
    assert result["length"] == 5_000
    told = page.document["blocks"][0]
    assert (told["file"], told["texts"]) == (None, "report-files/text-0000.js")
    texts = unpacked(given(page.report, told["texts"]))
    assert texts[answer["key"]] == texts[result["key"]] == long
    assert page.report.cut == len(texts)
    alone = opened(ingested(tmp_path, story.spans), one_file=True)
    assert alone.document["blocks"] == [{"file": None, "texts": None}]
    assert alone.report.beside == {}


def test_the_program_stands_in_the_page_and_no_other_may_run(tmp_path: Path) -> None:
    made = opened(Workspace.create(tmp_path / "ws")).report.page
    assert made.count(f"<script>{PROGRAM.script}</script>") == 1
    policy = made[made.index("Content-Security-Policy") :].split('"')[2]
    assert policy == (
        "default-src 'none'; "
        "script-src 'self' 'sha256-D4cJajDv+2CSACCp75zUVU7JDghmVhm0GoBh03TWO2Q='; "
        "style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
    )
    assert "http://" not in made
    assert "https://" not in made


def test_runs_that_were_never_scored_are_said_to_be(tmp_path: Path) -> None:
    story = Story(task="t", model="m")
    with story.agent(input="Go.", output="Gone."):
        story.llm(text="Gone.")
    page = opened(ingested(tmp_path, story.spans))
    assert page.document["counts"]["unscored"] == 1
    assert "not scored: midspan score" in page.report.page
    assert page.document["runs"]["values"] == {}


def test_redaction_takes_out_what_recording_left(tmp_path: Path) -> None:
    key = "hf_" + "abcdefghijklmnopqrst"
    story = Story(task="t", model="m")
    with story.agent(input=f"My key is {key}.", output=f"I used {key}."):
        story.llm(call("look", {"x": key}), text=f"With {key}!")
        story.tool("look", {"x": key}, result=f"{key} works")
    workspace = ingested(tmp_path, story.spans)
    workspace.score()
    gathered = found(workspace)
    page = opened(workspace)
    assert key not in str(page.document) + str(page.blocks)
    steps = page.steps(0)
    word = page.document["runs"]["answer"][0].removeprefix("I used ").rstrip(".")
    assert word.startswith("REDACTED_key_")
    assert steps["calls"]["result"] == [f"{word} works"]
    assert f'{{"x":"{word}"}}' in steps["calls"]["arguments"]
    assert page.document["tasks"][0]["prompt"].startswith("My key is REDACTED_key_")
    assert gathered.frames.runs["answer"].to_list() == [f"I used {key}."]  # not what is shown


def test_keys_of_a_suite_are_in_no_report_either(tmp_path: Path) -> None:
    key = "hf_" + "abcdefghijklmnopqrst"
    workspace = shops(tmp_path, runs=8)
    (tmp_path / "notes.txt").write_text(f"Log in with {key}.")
    (tmp_path / "suite.yaml").write_text(
        "{suite: shop, contract: 1, tasks: [{id: price-00, prompt: Go., files: [notes.txt], "
        f"checks: [{{kind: substring, value: {key}}}]}}]}}"
    )
    judged = Judged.of(workspace.path, suite=tmp_path / "suite.yaml", profile=None)
    made = report(gathered(workspace, judged, now=NOW), PROGRAM, folder="report-files")
    task = read(made).document["tasks"][0]
    assert key not in str(task)
    assert task["files"][0]["preview"].startswith("Log in with REDACTED_key_")
    assert task["checks"][0]["says"].startswith('the answer contains "REDACTED_key_')
