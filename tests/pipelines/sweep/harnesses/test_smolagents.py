"""smolagents: the real one where it is installed, and what is said where it is not."""

import sys
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.records import HarnessRecord
from midspan.pipelines.sweep.harnesses import Said
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import SurroundingsError
from tests.agents import environments
from tests.support.scripted_model import Refusal, ScriptedModel, calling, saying, scripted_model
from tests.support.seats import RUN_ID, Ran, driver_of, harness_of, run_in, seat_in

pytestmark = pytest.mark.timeout(200)

PYTHON = environments.python("smolagents")
FINAL = "final_answer"


@pytest.fixture
def python() -> str:
    """The interpreter that `make agents` has made."""
    if not environments.installed("smolagents"):
        pytest.skip("`make agents` installs smolagents")
    return str(PYTHON)


def run(folder: Path, model: ScriptedModel, python: str, further: str = "", **given: Any) -> Ran:
    harness = harness_of(f"{{kind: smolagents, python: {python}{further}}}")
    return run_in(seat_in(folder / "room", harness, base_url=model.url, **given), folder)


def test_it_works_with_our_tools(python: str, tmp_path: Path) -> None:
    with scripted_model(
        calling("write", path="price.txt", content="39.00\n"),
        calling("read", path="none.txt"),
        calling("bash", command="cat price.txt; env"),
        calling(FINAL, answer="39.00 USD"),
    ) as model:
        ran = run(tmp_path, model, python, max_turns=6, retries=1)

    assert ran.said == Said(answer="39.00 USD", max_turns=6, retry_budget=1), ran.stderr
    assert ran.code == 0
    heard = str(model.requests[-1]["messages"])
    assert "Wrote 6 bytes to price.txt" in heard
    assert "cannot read none.txt: No such file or directory" in heard
    assert "39.00\\n" in heard
    assert "sk-of-this-run" not in heard
    assert model.headers[0]["authorization"] == "Bearer sk-of-this-run"
    names = [tool["function"]["name"] for tool in model.requests[0]["tools"]]
    assert names == ["bash", "read", "write", "edit", FINAL]


def test_an_answer_may_be_data(python: str, tmp_path: Path) -> None:
    with scripted_model(calling(FINAL, answer={"usd": 39})) as model:
        assert run(tmp_path, model, python).said.answer == '{"usd": 39}'


def test_its_last_turn_is_the_last(python: str, tmp_path: Path) -> None:
    with scripted_model(
        calling("bash", command="true"), calling("bash", command="true"), saying("39?")
    ) as model:
        ran = run(tmp_path, model, python, max_turns=2)
    assert (ran.code, ran.said) == (0, Said(answer=None, budget="turns", max_turns=2))


@pytest.mark.parametrize(("retries", "requests"), [(None, 1), (1, 2)])
def test_a_model_that_fails_is_said(
    retries: int | None, requests: int, python: str, tmp_path: Path
) -> None:
    refusal = Refusal(status=429, headers={"retry-after-ms": "1"})
    with scripted_model(refusal) as model:
        ran = run(tmp_path, model, python, retries=retries)
    assert ran.code == 1
    assert ran.said.failed is not None
    assert "429" in ran.said.failed
    assert len(model.requests) == requests


def test_it_records_itself(python: str, tmp_path: Path) -> None:
    with scripted_model(calling("bash", command="echo 39"), calling(FINAL, answer="39")) as model:
        ran = run(tmp_path, model, python, ", instrument: auto")
    assert ran.said.answer == "39", ran.stderr
    ingest([ran.seat.spool], tmp_path / "workspace")
    workspace = Workspace(tmp_path / "workspace")
    assert workspace.table("runs").collect()["run_id"].to_list() == [RUN_ID]
    assert "bash" in workspace.table("calls").collect()["name"].to_list()


def test_its_version_is_that_of_the_interpreter(python: str, tmp_path: Path) -> None:
    def driver(further: str) -> Any:
        harness = harness_of(f"{{kind: smolagents, python: {python}, {further}}}")
        return driver_of(harness, tmp_path)

    pinned = driver("instrument: both").identity()
    assert pinned == HarnessRecord(name="mine", version="1.26.0")
    with pytest.raises(SurroundingsError) as other:
        driver("version: 1.20.0").identity()
    assert str(other.value) == (
        "smolagents is 1.26.0 here; the suite names 1.20.0\n"
        f"Install it: {python} -m pip install 'smolagents[openai]==1.20.0'"
    )


def test_where_it_is_missing_the_command_that_installs_it_is_said(tmp_path: Path) -> None:
    harness = harness_of("{kind: smolagents, version: 1.26.0}")
    with pytest.raises(SurroundingsError) as missing:
        driver_of(harness, tmp_path).identity()
    assert str(missing.value) == (
        f"harness mine: {sys.executable} has no smolagents\n"
        f"Install it: {sys.executable} -m pip install 'smolagents[openai]==1.26.0'"
    )


def test_the_targets_interpreter_is_asked_by_nobody_yet(tmp_path: Path) -> None:
    harness = harness_of("{kind: smolagents, python: target, version: 1.26.0}")
    record = driver_of(harness, tmp_path).identity()
    assert record == HarnessRecord(name="mine", version="1.26.0")
