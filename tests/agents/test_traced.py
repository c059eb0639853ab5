"""The same agents with nothing of midspan in them, under `midspan trace`."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.agents import environments
from tests.agents.expected import EXPECTED, RESULTS, calls_with
from tests.agents.running import calls, execute, results, run_as_it_was, skip_where_missing, usages
from tests.agents.script import ANSWER, usage_of

ASKED = ("--experiment", "shop", "--task", "prices", "--spool", "runs")

LAYERED = [name for name, made in environments.ENVIRONMENTS.items() if made in environments.LAYERED]


def traced(example: str, *options: str) -> list[str]:
    midspan = environments.python(environments.ENVIRONMENTS[example]).with_name("midspan")
    return [str(midspan), "trace", *ASKED, *options, "--"]


def test_it_records_what_happened(example: str, url: str, tmp_path: Path) -> None:
    below = ["--without", "openai"] if example in LAYERED else []
    before = traced(example, *below)
    ran = run_as_it_was(example, EXPECTED[example].model, tmp_path, url, before=before)

    assert ran.last_line == ANSWER
    reading = ran.read()
    assert reading.quarantine.height == 0
    columns = ("experiment", "task", "status", "answer", "turns")
    assert reading.runs.select(columns).rows() == [("shop", "prices", "ok", ANSWER, 4)]
    assert calls(reading) == calls_with(EXPECTED[example].trace)
    assert results(reading) == RESULTS
    served = [usage_of(said) for said in range(4)]
    if example == "anthropic_sdk":
        served = [replace(usage, reasoning=0) for usage in served]
    assert usages(reading) == served


def test_with_the_lines_as_well_each_call_counts_once(
    example: str, url: str, tmp_path: Path
) -> None:
    python = environments.python(environments.ENVIRONMENTS[example])
    script = environments.EXAMPLES / f"{example}.py"
    command = [*traced(example), str(python), str(script)]
    ran = execute(command, EXPECTED[example].model, tmp_path, url)

    reading = ran.read()
    assert reading.runs.select("experiment", "task", "answer").rows() == [
        ("shop", "prices", ANSWER)
    ]
    assert calls(reading) == calls_with(EXPECTED[example].lines)
    assert [usage.input for usage in usages(reading)] == [120, 180, 240, 300]


@pytest.mark.parametrize("name", LAYERED)
def test_with_the_sdk_below_recorded_as_well_each_call_counts_once(
    name: str, url: str, tmp_path: Path
) -> None:
    skip_where_missing(environments.ENVIRONMENTS[name])
    ran = run_as_it_was(name, EXPECTED[name].model, tmp_path, url, before=traced(name))

    reading = ran.read()
    spans = reading.spans.filter(kind="llm")
    assert (spans.height, spans["duplicate_of"].null_count()) == (8, 4)
    assert calls(reading) == calls_with(EXPECTED[name].trace)
    assert results(reading) == RESULTS
    assert usages(reading) == [usage_of(said) for said in range(4)]
