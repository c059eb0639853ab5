"""A Python function as an agent: in a process of its own, or in a copy of a warm one."""

import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.records import HarnessRecord
from midspan.pipelines.sweep.harnesses import Said
from midspan.scorers.errors import Exit, MidspanError
from tests.support.seats import RUN_ID, Ran, driver_of, harness_of, run_in, seat_in
from tests.support.templates import copied

URL = "http://127.0.0.1:8400/run/1/v1"


def run(
    folder: Path, function: str, *, warm: bool = False, room: str = "room", **given: Any
) -> Ran:
    harness = harness_of(f"{{kind: python, function: '{function}', warm: {str(warm).lower()}}}")
    seat = seat_in(folder / room, harness, base_url=URL, **given)
    return copied(seat, folder) if warm else run_in(seat, folder)


WARM = pytest.mark.parametrize(
    "warm",
    [
        False,
        pytest.param(
            True, marks=pytest.mark.skipif(sys.platform != "linux", reason="forks on Linux only")
        ),
    ],
)


@WARM
def test_it_is_given_what_it_names(warm: bool, folder: Path) -> None:
    ended = run(
        folder,
        "shopper:agent",
        warm=warm,
        sampling={"seed": 1},
        max_turns=4,
        retries=2,
        arguments=("--skill",),
    )
    expected = (
        f'["lamps", "org/shopper", "{URL}", {{"seed": 1}}, 4, 2, ["--skill"], "{RUN_ID}", ""]'
    )
    assert ended.said == Said(answer=expected, max_turns=4, retry_budget=2), ended.stderr
    assert (ended.code, ended.stdout) == (0, "printed\n")
    assert (ended.seat.room.directory / "seen.txt").read_text() == "How much is it?"


@WARM
@pytest.mark.parametrize(
    ("function", "code", "said"),
    [
        ("brief", 0, Said(answer="HOW MUCH IS IT?")),
        ("later", 0, Said(answer="org/shopper")),
        ("nothing", 0, Said(answer=None)),
        ("spent", 0, Said(answer=None, budget="turns")),
        ("refused", 1, Said(answer=None, failed="503: out of memory")),
        ("crash", 1, Said(answer=None, failed="ValueError: no such order")),
        ("leave", 7, Said(answer=None)),
        ("kill", -signal.SIGKILL, Said(answer=None)),
        (
            "number",
            1,
            Said(
                answer=None,
                failed="TypeError: an agent returns text, None or a mapping of"
                " answer, budget, failed; not '39'",
            ),
        ),
        (
            "unknown",
            0,
            Said(
                answer=None,
                failed="there is no budget 'patience'; it is one of"
                " ('turns', 'tool_calls', 'tokens', 'cost_usd')",
            ),
        ),
    ],
)
def test_what_it_returns_is_said(
    function: str, code: int, said: Said, warm: bool, folder: Path
) -> None:
    ended = run(folder, f"shopper:{function}", warm=warm)
    assert (ended.code, ended.said) == (code, said)


def test_a_crash_shows_where(folder: Path) -> None:
    assert 'shopper.py", line' in run(folder, "shopper:crash").stderr


def test_nothing_of_ours_hides_what_is_theirs(folder: Path) -> None:
    (folder / "whose.py").write_text("import forking\ndef tell(prompt): return forking.WHOSE\n")
    assert run(folder, "whose:tell").said.answer == "ours"


def test_the_targets_interpreter_calls_it(folder: Path) -> None:
    environment = folder / "venv" / "bin"
    environment.mkdir(parents=True)
    (environment / "python").symlink_to(sys.executable)
    harness = harness_of("{kind: python, function: 'where:agent', python: target}")
    (folder / "where.py").write_text("import sys\ndef agent(prompt): return sys.executable\n")
    seat = seat_in(folder / "room", harness, base_url=URL)
    variables = {**seat.room.environment, "VIRTUAL_ENV": str(folder / "venv")}
    seat = replace(seat, room=replace(seat.room, environment=variables))
    assert run_in(seat, folder).said.answer == str(environment / "python")


@pytest.mark.parametrize(
    ("function", "problem"),
    [
        ("shopper:later", None),
        ("package.inner:agent", None),
        ("package:imported", None),
        ("json:dumps", None),
        ("shopper:nobody", "shopper.py has no nobody."),
        ("shopper:lateer", "shopper.py has no lateer. Did you mean 'later'?"),
        ("shoper:agent", "there is no module shoper"),
        ("wrong:agent", "wrong.py cannot be read"),
    ],
)
def test_a_function_that_is_not_there_is_said_before_anything_runs(
    function: str, problem: str | None, folder: Path
) -> None:
    (folder / "package").mkdir()
    (folder / "package" / "__init__.py").write_text("from .inner import agent as imported\n")
    (folder / "package" / "inner.py").write_text("agent = print\n")
    (folder / "wrong.py").write_text("def agent(:\n")
    driver = driver_of(
        harness_of(f"{{kind: python, function: '{function}', version: '3'}}"), folder
    )
    if problem is None:
        assert driver.identity() == HarnessRecord(name="mine", version="3")
        return
    with pytest.raises(MidspanError) as missing:
        driver.identity()
    assert problem in str(missing.value)
    # What is not there may only have to be put there; what is there has to be mended.
    is_there = ".py" in problem
    assert ("Put it beside the suite" in str(missing.value)) is not is_there
    assert missing.value.exit_code == (Exit.NOT_EVALUATED if is_there else Exit.SURROUNDINGS)


@WARM
def test_an_answer_that_is_too_long_is_told_of(warm: bool, folder: Path) -> None:
    said = run(folder, "shopper:long", warm=warm).said
    assert said.answer is None
    assert said.failed == (
        "what it returned takes 5,000,014 bytes, of which at most 4,194,304 are read"
    )


@WARM
def test_a_copy_that_the_function_forks_does_not_end_the_run(warm: bool, folder: Path) -> None:
    ended = run(folder, "shopper:fork", warm=warm)
    assert (ended.code, ended.said.answer, ended.said.failed) == (0, "parent", None)
