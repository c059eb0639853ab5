"""`midspan score`."""

import json
import shlex
import tempfile
from pathlib import Path

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.scorers.tables import SCORES
from tests.pipelines.cli.conftest import Done, Midspan
from tests.pipelines.scoring import installed
from tests.support.otlp import RUN, Story, call, write, write_text


@pytest.fixture
def spans(tmp_path: Path) -> Path:
    story = Story()
    with story.agent(output="done"):
        story.llm(call("look", {"n": 1}, id="a"))
        story.tool("look", {"n": 1}, id="a")
    return write(tmp_path / f"{RUN}-0.otlp.jsonl", story.spans)


@pytest.fixture
def workspace(midspan: Midspan, spans: Path, tmp_path: Path) -> Path:
    assert midspan("ingest", spans, "--into", tmp_path / "ws").code == 0
    return tmp_path / "ws"


def test_a_workspace_is_scored_in_place(midspan: Midspan, workspace: Path) -> None:
    done = midspan("score", workspace)
    assert (done.code, done.err) == (0, "")
    (line,) = [line for line in done.out.splitlines() if line.startswith("  valid_call_rate")]
    assert line.split()[1:6] == ["100", "%", "↑", "mean", "1"]
    (row,) = json.loads(midspan("table", workspace, "scores", "--where", RATE, "--json").out)
    assert (row["run_id"], row["value"], row["n"]) == (RUN, 1.0, 1)


def test_json_is_one_array_of_rows(midspan: Midspan, workspace: Path) -> None:
    found = json.loads(midspan("score", workspace, "--json").out)
    assert {row["name"] for row in found} >= {"valid_call_rate", "longest_loop"}
    assert {tuple(row) for row in found} == {tuple(SCORES.schema)}


def test_files_are_scored_without_a_workspace(
    midspan: Midspan, spans: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    done = midspan("score", spans, "--json")
    assert (done.code, done.err) == (0, "")
    assert {row["run_id"] for row in json.loads(done.out)} == {RUN}
    assert list((tmp_path / "tmp").iterdir()) == [], "nothing is left behind"


def test_lines_that_cannot_be_read_are_told_and_the_rest_is_scored(
    midspan: Midspan, spans: Path, tmp_path: Path
) -> None:
    bad = write_text(tmp_path / "bad.jsonl", "no spans")
    done = midspan("score", spans, bad, "--json")
    assert done.code == 3
    assert done.err.startswith(f"quarantined {bad}:1: no format that can be read: ")
    assert json.loads(done.out)


def test_a_scorer_that_raises_is_told_and_the_others_go_on(
    midspan: Midspan, workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = "tests.pipelines.scoring"
    installed(monkeypatch, bad=f"{here}:Raises", steps=f"{here}:Steps")
    done = midspan("score", workspace, "--json")
    assert (done.code, done.err) == (
        3,
        "scorer bad failed: RuntimeError: the disk of the scorer is full\n",
    )
    assert [(row["scorer"], row["status"]) for row in json.loads(done.out)] == [
        ("bad", "failed"),
        ("steps", "ok"),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "Usage: midspan score [OPTIONS] PATHS..."),
        (("gone",), "midspan score: gone: no such file or directory"),
        (("ws", "ws"), "midspan score: ws: is a workspace, not a directory of spans"),
    ],
)
def test_what_cannot_be_done_says_so(
    midspan: Midspan,
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    message: str,
) -> None:
    monkeypatch.chdir(workspace.parent)
    done = midspan("score", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(message)


SUITE = """
suite: shop
contract: 1
profile: profile.yaml
tasks: [{id: price, prompt: p, budget: {retries: 4}}]
"""


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a workspace of one run, a suite and a profile; scorers of tests alone."""
    here = "tests.pipelines.scoring"
    installed(monkeypatch, above=f"{here}:Above", retries=f"{here}:Retries")
    story = Story()
    with story.agent(output="done"):
        story.llm(call("look", {"n": 1}, id="a"))
        story.tool("look", {"n": 1}, id="a")
    file = write(tmp_path / "spans.jsonl", story.spans, resource={"midspan.task": "price"})
    ingest([file], tmp_path / "ws")
    (tmp_path / "suite.yaml").write_text(SUITE)
    (tmp_path / "profile.yaml").write_text(profile_text("{above: {least: 2}}"))
    (tmp_path / "other.yaml").write_text(profile_text("{above: false}"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def profile_text(scorers: str) -> str:
    return f"profile: p\ncontract: 1\nscorers: {scorers}\n"


def values(done: Done) -> dict[str, float]:
    return {row["name"]: row["value"] for row in json.loads(done.out)}


def test_a_suite_and_its_profile_or_another(midspan: Midspan, shop: Path) -> None:
    done = midspan("score", "ws", "--suite", "suite.yaml", "--json")
    assert (done.code, values(done), done.err) == (0, {"steps": 1.0, "retries": 4.0}, "")
    words = ("--suite", "suite.yaml", "--profile", "other.yaml")
    done = midspan("score", "ws", *words, "--json")
    assert (done.code, values(done)) == (0, {"retries": 4.0})


def test_what_had_rows_before_and_has_none_now_is_said(midspan: Midspan, shop: Path) -> None:
    midspan("score", "ws", "--suite", "suite.yaml")
    done = midspan("score", "ws", "--json")
    assert (done.code, values(done)) == (0, {"steps": 3.0})
    assert done.err == (
        "no rows any more: retries\n"
        "They were judged with other options before: a --suite, --profile or --compat.\n"
    )


def test_only_some_scorers(midspan: Midspan, shop: Path) -> None:
    midspan("score", "ws", "--suite", "suite.yaml")
    done = midspan("score", "ws", "--only", "above", "--json")
    assert (done.code, values(done), done.err) == (0, {"steps": 3.0, "retries": 4.0}, "")
    done = midspan("score", "ws", "--only", "above,retries", "--json")
    assert (done.code, values(done)) == (0, {"steps": 3.0})


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--only", "abov"), "midspan score: no such scorer: abov. Did you mean 'above'?\n"),
        (("--compat", "adk.exact"), "midspan score: no such scorer: compat.\n"),
        (
            ("--suite", "gone.yaml"),
            "midspan score: gone.yaml: there is no such file\n`midspan init DIR` writes",
        ),
        (
            ("--profile", "wrong.yaml"),
            "midspan score: wrong.yaml: scorers.above: has no parameter 'lest'."
            " Did you mean 'least'?\n"
            "Its parameters: least = 0.\n",
        ),
        (
            ("--expectations", "calls.jsonl"),
            "midspan score: calls.jsonl: no run, and no suite, has the task 'prize'."
            " Did you mean 'price'?\n",
        ),
        (("--expectations", "mode.jsonl"), "midspan score: mode.jsonl:1: mode: "),
        (("--expectations", "schema.jsonl"), "midspan score: schema.jsonl:1: "),
        (("--explain", "0000"), "midspan score: ws: no run has an id that begins with '0000'\n"),
    ],
)
def test_what_cannot_be_judged_by_ends_with_2(
    midspan: Midspan, shop: Path, words: tuple[str, ...], said: str
) -> None:
    (shop / "wrong.yaml").write_text(profile_text("{above: {lest: 2}}"))
    (shop / "calls.jsonl").write_text('{"task": "prize", "calls": []}\n')
    (shop / "mode.jsonl").write_text('{"task": "price", "mode": "in_odrer", "calls": []}\n')
    (shop / "schema.jsonl").write_text('{"task": "price", "calls": [{"nam": "look"}]}\n')
    done = midspan("score", "ws", *words)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith(said)
    assert "fault of midspan" not in done.err


def test_doubts_are_said_and_no_end(midspan: Midspan, shop: Path) -> None:
    (shop / "suite.yaml").write_text(SUITE.replace("price", "other"))
    (shop / "profile.yaml").write_text(profile_text("{abov: {least: 2}}"))
    done = midspan("score", "ws", "--suite", "suite.yaml", "--json")
    assert (done.code, values(done)) == (0, {"steps": 3.0})
    assert done.err == (
        "profile.yaml: scorers.abov: no such scorer is installed. Did you mean 'above'?\n"
        "suite.yaml: no run is of any of its tasks, so none is compared\n"
    )


def test_one_run_is_told_step_by_step(midspan: Midspan, shop: Path) -> None:
    midspan("score", "ws", "--suite", "suite.yaml")
    done = midspan("score", "ws", "--explain", RUN[:6])
    assert (done.code, done.err) == (0, "")
    lines = done.out.splitlines()
    assert lines[0] == f"run {RUN}"
    assert '  ✓ look {"n":1}  1.00 s  call 0' in lines
    assert "answer  done" in lines
    assert [line.split() for line in lines[-5:]] == [
        ["Retry", "budget"],
        ["retries", "4"],
        [],
        ["Others"],
        ["steps", "1", "↓"],
    ]


def test_one_run_is_told_as_it_would_be_judged_otherwise(midspan: Midspan, shop: Path) -> None:
    midspan("score", "ws")
    words = ("--explain", RUN[:6], "--profile", "profile.yaml")
    done = midspan("score", "ws", *words, "--json")
    assert (done.code, values(done)) == (0, {"steps": 1.0})
    assert values(midspan("score", "ws", "--explain", RUN[:6], "--json")) == {"steps": 3.0}


def test_a_run_of_files_is_told_without_a_workspace(midspan: Midspan, shop: Path) -> None:
    done = midspan("score", "spans.jsonl", "--explain", RUN[:6], "--json")
    assert (done.code, values(done)) == (0, {"steps": 3.0})


def test_errors_name_the_files_and_not_the_folder_that_holds_them(
    midspan: Midspan, shop: Path
) -> None:
    done = midspan("score", "spans.jsonl", "--explain", "")
    said = "midspan score: spans.jsonl: more than one run has an id that begins with ''"
    assert (done.code, done.err.splitlines()[0]) == (2, said)
    (shop / "others.jsonl").write_text((shop / "spans.jsonl").read_text())
    done = midspan("score", "others.jsonl", "spans.jsonl", "--explain", "zz")
    assert (done.code, done.err.splitlines()) == (
        2,
        [
            "midspan score: others.jsonl and 1 more: no run has an id that begins with 'zz'",
            "Some of the runs: the same command without --explain",
        ],
    )


def test_files_of_spans_and_sessions_are_scored_together(midspan: Midspan, shop: Path) -> None:
    talk = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}
    (shop / "talk.json").write_text(json.dumps(talk))
    done = midspan("score", "spans.jsonl", "talk.json", "--json")
    assert (done.code, done.err) == (0, "")
    assert len({row["run_id"] for row in json.loads(done.out)}) == 2


def test_a_run_that_was_asked_in_brackets_is_told(midspan: Midspan, shop: Path) -> None:
    deep = "[" * 5000 + "]" * 5000
    story = Story(run_id=RUN)
    with story.agent(output="done", input=deep):
        story.llm(text="done")
    write(shop / "deep.jsonl", story.spans)
    done = midspan("score", "deep.jsonl", "--explain", RUN)
    assert (done.code, done.err) == (0, "")
    assert f"  asked   {deep[:400]}... (10,000 characters)" in done.out.splitlines()


def test_the_command_that_tells_of_the_worst_run_works(midspan: Midspan, shop: Path) -> None:
    (shop / "a b").mkdir()
    (shop / "spans.jsonl").rename(shop / "a b" / "spans.jsonl")
    with pytest.MonkeyPatch.context() as patch:
        installed(patch, half="tests.pipelines.scoring:Half")
        done = midspan("score", "a b/spans.jsonl", "--suite", "suite.yaml")
        command = done.out.splitlines()[-1].strip()
        assert command == (
            f"midspan score 'a b/spans.jsonl' --suite suite.yaml --explain {RUN[:8]}"
        )
        told = midspan(*shlex.split(command)[1:])
    assert (told.code, told.out.splitlines()[0]) == (0, f"run {RUN}")


RATE = "name=valid_call_rate"


def test_doubts_about_a_profile_are_said(midspan: Midspan, workspace: Path) -> None:
    path = workspace.parent / "p.yaml"
    path.write_text(
        "profile: p\ncontract: 1\nmarkers: {git: {command: {program: git}}}\n"
        "composites: {q: {weights: {succes: 1}}}\n"
    )
    done = midspan("score", workspace, "--profile", path, "--json")
    assert done.code == 0
    assert "no tool has the role shell, so `command` of markers.git never holds." in done.err
    assert done.err.splitlines()[1:3] == [
        f"{path}: composites.q: no such score: succes. Did you mean 'success'?",
        f"{path}: composites.q: none of its parts is a score, so no run will have it",
    ]


def test_markers_that_contradict_their_examples_score_nothing(
    midspan: Midspan, workspace: Path
) -> None:
    path = workspace.parent / "p.yaml"
    path.write_text(
        "profile: p\ncontract: 1\nextends: [midspan/default]\n"
        "markers: {git: {command: {program: git}, quiet_on: [git log]}}\n"
    )
    done = midspan("score", workspace, "--profile", path)
    assert (done.code, done.out) == (2, "")
    assert f"{path}: markers.git: fires on: git log (by: git log)" in done.err
    assert json.loads(midspan("table", workspace, "scores", "--json").out) == []


def test_the_summary_of_one_scorer_is_of_that_one(midspan: Midspan, workspace: Path) -> None:
    assert "  valid_call_rate" in midspan("score", workspace).out
    done = midspan("score", workspace, "--only", "loop")
    assert "  longest_loop" in done.out
    assert "  valid_call_rate" not in done.out
    scores = json.loads(midspan("table", workspace, "scores", "--json").out)
    assert {"loop", "valid_call_rate"} <= {row["scorer"] for row in scores}, "the rows stay"


def test_runs_that_never_began_are_said(midspan: Midspan, tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    planned = {"contract": 1, "run_id": RUN, "experiment": "e", "task": "price"}
    (tmp_path / "spool/plan.jsonl").write_text(json.dumps(planned) + "\n")
    assert midspan("ingest", tmp_path / "spool", "--into", tmp_path / "planned").code == 0
    done = midspan("score", tmp_path / "planned")
    assert done.err == "no run to score: all are planned, and none left a trace\n"
