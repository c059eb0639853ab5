import json
from pathlib import Path

import jsonschema_rs
import pytest

from midspan.instrumentation.dispatch import main
from midspan.pipelines.cli.init import write_new
from midspan.pipelines.files import load_suite, load_suite_profile
from midspan.scorers.file_format import read_document
from tests.support.otlp import Story, write

WRITTEN = [
    "suite.yaml",
    "profile.yaml",
    "inputs/orders.csv",
    ".midspan/suite.schema.json",
    ".midspan/profile.schema.json",
]


def files_in(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_starter_files_are_valid(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "new" / "shop"
    assert main(["init", str(folder)]) == 0
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [str(folder / name) for name in WRITTEN]
    assert printed.err.startswith(f"Put your tasks into {folder / 'suite.yaml'}; ")
    assert f"midspan score WORKSPACE --suite {folder / 'suite.yaml'}\n" in printed.err
    assert sorted(files_in(folder)) == sorted(WRITTEN)

    suite = load_suite(folder / "suite.yaml")
    assert [task.id for task in suite.tasks] == ["open-total", "open-orders"]
    assert suite.run_count == 6
    for task in suite.tasks:
        for file in task.files:
            assert (folder / file.from_).is_file()
    profile = load_suite_profile(folder / "suite.yaml", suite)
    assert "bash" in profile.tools.roles.shell
    assert list(profile.markers) == ["in-the-shell", "read-the-orders"]
    assert list(profile.composites) == ["quality"]


def test_the_answers_that_the_starter_expects_are_right(tmp_path: Path) -> None:
    main(["init", str(tmp_path)])
    rows = [line.split(",") for line in (tmp_path / "inputs/orders.csv").read_text().splitlines()]
    open_orders = {row[0]: float(row[3]) for row in rows if row[4] == "open"}
    suite = load_suite(tmp_path / "suite.yaml")
    assert suite.tasks[0].checks[0].model_dump()["equals"] == sum(open_orders.values()) == 61.5
    assert list(open_orders) == ["ORD-1042", "ORD-1043"]


def test_the_starter_can_be_checked_and_scored_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init", str(tmp_path)])
    suite, work = str(tmp_path / "suite.yaml"), tmp_path / "work"
    work.mkdir()
    words = ["checks", "run", suite, "--dir", str(work), "--task"]
    assert main([*words, "open-total", "--answer", "61.50 USD"]) == 0
    assert main([*words, "open-orders", "--answer", "2"]) == 1
    (work / "open.txt").write_text("ORD-1042\nORD-1043\n")
    assert main([*words, "open-orders", "--answer", "There are 2."]) == 0
    story = Story()
    with story.agent(output="61.5"):
        story.llm(text="61.5")
    spans = write(tmp_path / "run.otlp.jsonl", story.spans)
    capsys.readouterr()
    assert main(["score", str(spans), "--suite", suite, "--json"]) == 0
    assert "turns" in {row["name"] for row in json.loads(capsys.readouterr().out)}


@pytest.mark.parametrize("name", ["suite", "profile"])
def test_editors_find_the_schema_and_it_accepts_the_file(tmp_path: Path, name: str) -> None:
    main(["init", str(tmp_path)])
    text = (tmp_path / f"{name}.yaml").read_text()
    mark, schema_path = text.splitlines()[0].split("=")
    assert mark == "# yaml-language-server: $schema"
    schema = json.loads((tmp_path / schema_path).read_text())
    validator = jsonschema_rs.validator_for(schema)
    assert list(validator.iter_errors(read_document(text, name).data)) == []


def test_nothing_is_overwritten_and_nothing_else_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "profile.yaml").write_text("mine")
    assert main(["init", str(tmp_path)]) == 2
    assert capsys.readouterr().err == (
        f"midspan init: {tmp_path}: already has profile.yaml; nothing was written\n"
        "Name another folder: midspan init OTHER\n"
    )
    assert files_in(tmp_path) == {"profile.yaml": "mine"}


def test_what_was_begun_is_taken_back_when_it_cannot_be_finished(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    unwritable = "\ud800"
    with pytest.raises(UnicodeEncodeError):
        write_new(tmp_path, {"a/b/one": "1", "kept/two": "2", "c/three": unwritable})
    assert [path.name for path in tmp_path.rglob("*")] == ["kept"]


def test_schemas_are_renewed_and_files_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(["init", str(tmp_path)])
    before = files_in(tmp_path)
    (tmp_path / ".midspan/suite.schema.json").write_text("old")
    (tmp_path / "suite.yaml").write_text("mine")
    capsys.readouterr()
    assert main(["init", str(tmp_path), "--schemas"]) == 0
    assert capsys.readouterr().out.splitlines() == [str(tmp_path / name) for name in WRITTEN[3:]]
    assert files_in(tmp_path) == before | {"suite.yaml": "mine"}


def test_the_help_shows_an_example(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "--help"]) == 0
    assert "Example:\n    midspan init shop-eval" in capsys.readouterr().out
