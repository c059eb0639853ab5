"""A command of the suite: real programs, small ones."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.records import HarnessRecord
from midspan.pipelines.sweep.harnesses import Said
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.support.seats import RUN_ID, Ran, driver_of, harness_of, run_in, seat_in

URL = "http://127.0.0.1:8400/run/1/v1"


def run(folder: Path, harness: str, **given: Any) -> Ran:
    given = {"base_url": URL} | given
    return run_in(seat_in(folder / "room", harness_of(harness), **given), folder)


def test_placeholders_are_filled_in_once(tmp_path: Path) -> None:
    words = "{prompt}, '{model} at {base_url}', '{directory}', '{sessions}', '{suite}', '{x}'"
    words += ", '{api_key}'"
    ran = run(
        tmp_path,
        f"{{kind: command, answer: stdout, argv: [printf, '%s\\n', {words}]}}".replace(
            "{prompt}", "'{prompt}'"
        ),
        prompt="the {model}; $(date) 'and' \"so\"\non",
        api_key="of-this-run",
        arguments=("--skill", "here"),
    )
    assert ran.said.answer == "\n".join(
        [
            "the {model}; $(date) 'and' \"so\"\non",
            f"org/shopper at {URL}",
            str(tmp_path / "room" / "work"),
            str(tmp_path / "room" / "sessions"),
            str(tmp_path),
            "{x}",
            "of-this-run",
            "--skill",
            "here",
        ]
    )


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("last_line", "39.00"),
        ("stdout", "I looked.\n\n  39.00"),
        ("{file: out/answer.txt}", "39\nUSD"),
        ("{file: none.txt}", None),
        # An agent can put links where it likes; they lead nowhere.
        ("{file: link.txt}", None),
        ("{file: pipe}", None),
    ],
)
def test_the_answer_stands_where_the_suite_says(
    answer: str, said: str | None, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("not for agents")
    script = tmp_path / "agent.sh"
    script.write_text(
        "echo I looked.; echo; echo '  39.00  '; echo; mkdir out; printf '39\\nUSD\\n' "
        '> out/answer.txt; ln -s "$1/secret.txt" link.txt; mkfifo pipe'
    )
    argv = "[sh, '{suite}/agent.sh', '{suite}']"
    ran = run(tmp_path, f"{{kind: command, argv: {argv}, answer: {answer}}}")
    assert (ran.code, ran.said) == (0, Said(answer=said))


def test_it_finds_the_model_by_the_usual_variables(tmp_path: Path) -> None:
    ran = run(tmp_path, "{kind: command, argv: [env], answer: stdout}")
    variables = dict(line.split("=", 1) for line in (ran.said.answer or "").splitlines())
    expected = {
        "OPENAI_BASE_URL": URL,
        "OPENAI_API_BASE": URL,
        "OPENAI_API_KEY": "sk-of-this-run",
        "ANTHROPIC_BASE_URL": URL.removesuffix("/v1"),
        "ANTHROPIC_API_KEY": "sk-of-this-run",
        "MIDSPAN_RUN_ID": RUN_ID,
        "HOME": str(tmp_path / "room" / "home"),
    }
    assert {name: variables[name] for name in expected} == expected
    assert not {"MIDSPAN_SPOOL", "MIDSPAN_TRACE"} & set(variables)


def test_a_model_that_nobody_serves_has_no_address(tmp_path: Path) -> None:
    ran = run(tmp_path, "{kind: command, argv: [env], answer: stdout}", base_url=None)
    assert "OPENAI" not in (ran.said.answer or "")
    with pytest.raises(InvalidInput, match=r"\{base_url\} has no value"):
        run(tmp_path / "2", "{kind: command, argv: [echo, '{base_url}']}", base_url=None)


def test_a_python_agent_records_itself(tmp_path: Path) -> None:
    (tmp_path / "agent.py").write_text(
        "from midspan.instrumentation import agent\n"
        "with agent('shopper', input='?') as step:\n"
        "    step.record_answer('39')\n"
        "print(39)\n"
    )
    ran = run(
        tmp_path,
        "{kind: command, instrument: auto, argv: [python, '{suite}/agent.py']}",
        variables={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
    )
    assert ran.said.answer == "39"
    files = [file.name for file in ran.seat.spool.iterdir()]
    assert files == [f"{RUN_ID}-0.otlp.jsonl"]
    ingest([ran.seat.spool], tmp_path / "workspace")
    runs = Workspace(tmp_path / "workspace").table("runs").collect()
    assert runs.select("run_id", "task", "answer").rows() == [(RUN_ID, "price", "39")]


@pytest.mark.parametrize(
    ("harness", "version"),
    [
        ("argv: [shopper]", "2.1.0-rc1"),
        ("argv: [shopper], version: '7'", "7"),
        # The version of what runs it is not that of the agent.
        ("argv: [sh, agent.sh]", None),
        ("argv: [./agent.sh]", None),
        ("argv: [not-there-yet], from_target: true", None),
    ],
)
def test_its_version(
    harness: str, version: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "shopper"
    program.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "shopper, version 2.1.0-rc1 (x)"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    record = driver_of(harness_of(f"{{kind: command, {harness}}}"), tmp_path).identity()
    assert record == HarnessRecord(name="mine", version=version)


def test_a_program_that_is_not_there_is_said(tmp_path: Path) -> None:
    driver = driver_of(harness_of("{kind: command, argv: [no-such-agent]}"), tmp_path)
    with pytest.raises(SurroundingsError, match="harness mine: no-such-agent is not on PATH"):
        driver.identity()
