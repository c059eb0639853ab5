"""The tool loop that comes with midspan, as a process, before a scripted model."""

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import midspan.pipelines.agents.workbench as workbench
from midspan.pipelines.agents.openai_loop.task import INSTRUCTIONS
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.sweep.harnesses import Said
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from tests.agents.proxying import proxy
from tests.support.scripted_model import (
    Refusal,
    ScriptedModel,
    calling,
    saying,
    scripted_model,
    writing,
)
from tests.support.seats import RUN_ID, Ran, driver_of, harness_of, ran, run_in, seat_in
from tests.support.templates import template_of

LOOP = "{kind: openai-loop}"
BUSY = Refusal(status=503, headers={"retry-after": "0"})


def run(folder: Path, model: ScriptedModel, harness: str = LOOP, **given: Any) -> Ran:
    seat = seat_in(folder / "room", harness_of(harness), base_url=model.url, **given)
    return run_in(seat, folder)


def test_it_calls_tools_until_there_is_an_answer(tmp_path: Path) -> None:
    with scripted_model(
        calling("write", path="notes/price.txt", content="39.00\n"),
        calling("edit", path="notes/price.txt", old_text="39.00", new_text="35.88"),
        calling("read", path="notes/price.txt"),
        calling("bash", command="wc -c < notes/price.txt; echo $MIDSPAN_TASK; pwd"),
        saying(" It is 35.88 EUR.\n"),
    ) as model:
        ended = run(tmp_path, model, max_turns=8, sampling={"temperature": 0.5, "seed": 7})

    assert (ended.code, ended.stderr) == (0, "")
    assert ended.said == Said(answer="It is 35.88 EUR.", retry_budget=0, max_turns=8)
    assert model.told() == [
        "Wrote 6 bytes to notes/price.txt",
        "Replaced one passage of notes/price.txt",
        "35.88\n",
        f"6\nprice\n{ended.seat.room.directory}\n",
    ]
    first = model.requests[0]
    assert first["messages"] == [
        {"role": "system", "content": INSTRUCTIONS},
        {"role": "user", "content": "How much is it?"},
    ]
    assert (first["model"], first["temperature"], first["seed"]) == ("org/shopper", 0.5, 7)
    assert model.headers[0]["authorization"] == "Bearer sk-of-this-run"


def test_the_model_reads_what_went_wrong(tmp_path: Path) -> None:
    with scripted_model(
        writing("bash", '{"command": "ls'),
        calling("search", query="price"),
        calling("bash", comand="ls"),
        calling("bash", command="echo gone >&2; exit 3"),
        calling("read", path="none.txt"),
        saying("I could not."),
    ) as model:
        ended = run(tmp_path, model)

    assert ended.said.answer == "I could not."
    told = model.told()
    assert told[0].startswith("Error: the arguments are not valid JSON: Unterminated string")
    assert told[1:] == [
        "Error: there is no tool 'search'; the tools are bash, read, write, edit",
        "Error: bash: 'command' is missing; there is no 'comand'"
        " (its arguments are command, timeout)",
        "Error: gone\n\nCommand exited with code 3",
        "Error: cannot read none.txt: No such file or directory",
    ]


def test_its_commands_see_nothing_of_the_model(tmp_path: Path) -> None:
    with scripted_model(calling("bash", command="env"), saying("done")) as model:
        run(tmp_path, model)

    assert "sk-of-this-run" not in model.told()[0]
    assert model.url not in model.told()[0]


def test_a_module_in_the_directory_of_the_run_is_not_imported(tmp_path: Path) -> None:
    with scripted_model(saying("fine")) as model:
        seat = seat_in(tmp_path / "room", harness_of(LOOP), base_url=model.url)
        (seat.room.directory / "json.py").write_text("raise SystemExit('taken over')")
        assert run_in(seat, tmp_path).said.answer == "fine"


def test_the_last_turn_is_the_last(tmp_path: Path) -> None:
    with scripted_model(calling("bash", command="true")) as model:
        ended = run(tmp_path, model, max_turns=3)

    assert ended.code == 0
    assert ended.said == Said(answer=None, budget="turns", retry_budget=0, max_turns=3)
    assert len(model.requests) == 3


def test_a_request_is_sent_again_as_often_as_the_budget_allows(tmp_path: Path) -> None:
    with scripted_model(BUSY, BUSY, saying("At last.")) as model:
        ended = run(tmp_path, model, retries=2)

    assert ended.said == Said(answer="At last.", retry_budget=2)
    assert json.loads(ended.stdout)["retries"] == 2
    counts = [headers["x-stainless-retry-count"] for headers in model.headers]
    assert counts == ["0", "1", "2"]


@pytest.mark.parametrize(
    ("refusal", "retries", "requests", "failed"),
    [
        (BUSY, 1, 2, "503: out of memory"),
        (Refusal(status=400, body={"error": "no such model"}), 3, 1, "400: no such model"),
        (Refusal(status=502, body="<html>bad gateway"), 0, 1, "502: <html>bad gateway"),
        (Refusal(status=200, body={"choices": []}), 3, 1, "200 without a message of the model"),
    ],
)
def test_a_model_that_fails_is_said(
    refusal: Refusal, retries: int, requests: int, failed: str, tmp_path: Path
) -> None:
    with scripted_model(refusal) as model:
        ended = run(tmp_path, model, retries=retries)

    assert (ended.code, ended.said.answer, ended.said.failed) == (1, None, failed)
    assert ended.stderr == f"openai-loop: {failed}\n"
    assert len(model.requests) == requests


def test_no_server_is_said(tmp_path: Path) -> None:
    with scripted_model(saying("unheard")) as model:
        pass
    ended = run(tmp_path, model)
    assert ended.said.failed == (
        f"no answer from {model.url.removesuffix('/v1')}: [Errno 111] Connection refused"
    )


def test_one_that_is_killed_has_said_nothing(tmp_path: Path) -> None:
    seat = seat_in(tmp_path / "room", harness_of(LOOP), base_url="http://127.0.0.1:1/v1")
    files = [tmp_path / name for name in ("stdout", "stderr")]
    for file in files:
        file.write_text("")
    driver = driver_of(seat.run.harness, tmp_path)
    assert driver.said(seat, files[0], files[1]) == Said(answer=None, retry_budget=0)


def test_without_a_server_it_cannot_be_started(tmp_path: Path) -> None:
    seat = seat_in(tmp_path / "room", harness_of(LOOP), base_url=None)
    with pytest.raises(InvalidInput, match="the model has no `endpoint` and no `serve`"):
        driver_of(seat.run.harness, tmp_path).program(seat)


@pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
@pytest.mark.parametrize("instrument", ["proxy", "auto"])
def test_copies_of_a_warm_one_do_the_same(instrument: str, tmp_path: Path) -> None:
    harness = harness_of(f"{{kind: openai-loop, instrument: {instrument}}}")
    driver = driver_of(harness, tmp_path)
    with scripted_model(calling("bash", command="pwd"), saying("Done.")) as model:
        seats = [seat_in(tmp_path / name, harness, base_url=model.url) for name in ("a", "b")]
        programs = [driver.program(seat) for seat in seats]
        with template_of(programs[0]) as template:
            for seat, program in zip(seats, programs, strict=True):
                model.requests.clear()
                ended = template.run(program, seat.room.directory)
                told = ran(driver, seat, ended.code, ended.stdout, ended.stderr)
                assert (told.code, told.said.answer) == (0, "Done."), told.stderr
                assert model.told() == [f"{seat.room.directory}\n"]
    spans = [f"{RUN_ID}-0.otlp.jsonl"] if instrument == "auto" else []
    assert [[file.name for file in seat.spool.iterdir()] for seat in seats] == [spans, spans]


def recorded(folder: Path, spool: Path) -> Workspace:
    ingest([spool], folder / "workspace")
    return Workspace(folder / "workspace")


def steps(workspace: Workspace) -> list[tuple[str, ...]]:
    spans = workspace.table("spans").collect().sort("start_ns")
    names = dict(spans.select("span_id", "name").iter_rows())
    rows = spans.select("kind", "name", "parent_id").iter_rows()
    return [(kind, name, names.get(parent, "-")) for kind, name, parent in rows]


STEPS = [
    ("agent", "invoke_agent openai-loop", "-"),
    ("llm", "chat org/shopper", "invoke_agent openai-loop"),
    ("tool", "execute_tool bash", "invoke_agent openai-loop"),
    ("llm", "chat org/shopper", "invoke_agent openai-loop"),
]


def test_it_records_itself(tmp_path: Path) -> None:
    harness = "{kind: openai-loop, instrument: auto}"
    with scripted_model(calling("bash", command="exit 2"), saying("It failed.")) as model:
        ended = run(tmp_path, model, harness)

    workspace = recorded(tmp_path, ended.seat.spool)
    assert steps(workspace) == STEPS
    runs = workspace.table("runs").select("run_id", "task", "answer", "turns").collect()
    assert runs.rows() == [(RUN_ID, "price", "It failed.", 2)]
    calls = workspace.table("calls").select("name", "fault", "arguments").collect()
    assert calls.rows() == [("bash", "execution.error", '{"command":"exit 2"}')]


@pytest.mark.parametrize("instrument", ["proxy", "both"])
def test_the_proxy_records_it(instrument: str, tmp_path: Path) -> None:
    harness = harness_of(f"{{kind: openai-loop, instrument: {instrument}}}")
    spool = tmp_path / "spool"
    with (
        scripted_model(calling("bash", command="echo 39"), saying("39")) as model,
        proxy(model.url.removesuffix("/v1"), spool) as address,
    ):
        seat = seat_in(tmp_path / "room", harness, base_url=f"{address}/run/{RUN_ID}/v1")
        ended = run_in(replace(seat, spool=spool), tmp_path)

    assert ended.said.answer == "39"
    workspace = recorded(tmp_path, spool)
    if instrument == "both":
        assert steps(workspace) == STEPS
    calls = workspace.table("calls").collect()
    assert calls.select("name", "fault", "result").rows() == [("bash", "none", "39\n")]
    record = driver_of(harness, tmp_path).identity()
    assert calls["tools_digest"].to_list() == [record.tools_digest]
    assert workspace.table("runs").collect()["turns"].to_list() == [2]


def test_its_tools_are_described_for_the_model(tmp_path: Path) -> None:
    with scripted_model(saying("39")) as model:
        run(tmp_path, model, "{kind: openai-loop, instructions: Be brief.}")
    assert model.requests[0]["tools"] == workbench.DEFINITIONS
    assert model.requests[0]["messages"][0]["content"] == "Be brief."
