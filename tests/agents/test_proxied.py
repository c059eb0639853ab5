"""The same agents with nothing of midspan in them, seen by the proxy through which they ask."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.agents.environments import ENVIRONMENTS, EXAMPLES, python
from tests.agents.expected import EXPECTED, RESULTS, calls_with
from tests.agents.proxying import proxy
from tests.agents.running import (
    NamedCall,
    calls,
    execute,
    results,
    run_as_it_was,
    skip_where_missing,
    usages,
)
from tests.agents.script import ANSWER, CUT_OFF, usage_of

pytestmark = pytest.mark.timeout(400)

IN_TEXT = ("smolagents_tool_calling", "smolagents_code")
"""They tell the model what its tools returned in messages of the user."""

SEEN = [name for name in EXPECTED if name not in IN_TEXT]


@pytest.mark.parametrize("name", SEEN)
def test_the_proxy_sees_the_same(name: str, url: str, tmp_path: Path) -> None:
    skip_where_missing(ENVIRONMENTS[name])
    with proxy(url, tmp_path / "runs") as address:
        ran = run_as_it_was(name, EXPECTED[name].model, tmp_path, f"{address}/run/prices-0")

    assert ran.last_line == ANSWER
    reading = ran.read()
    columns = ("experiment", "task", "answer", "turns")
    assert reading.runs.select(columns).rows() == [("shop", "prices", ANSWER, 4)]
    assert calls(reading) == calls_with(EXPECTED[name].proxy)
    assert results(reading) == RESULTS
    served = [usage_of(said) for said in range(4)]
    if name == "anthropic_sdk":
        served = [replace(usage, reasoning=0) for usage in served]
    assert usages(reading) == served


FIRST, SECOND, *PARALLEL = calls_with("hidden.error")
ONE_BY_ONE = [FIRST, SECOND, *((name, arguments, None) for name, arguments, _ in PARALLEL)]


@pytest.mark.parametrize(
    ("name", "seen"), [("smolagents_tool_calling", ONE_BY_ONE), ("smolagents_code", [])]
)
def test_of_calls_answered_in_text_those_made_alone_are_seen_to_be_executed(
    name: str, seen: list[NamedCall], url: str, tmp_path: Path
) -> None:
    skip_where_missing(ENVIRONMENTS[name])
    with proxy(url, tmp_path / "runs") as address:
        ran = run_as_it_was(name, EXPECTED[name].model, tmp_path, f"{address}/run/prices-0")

    assert ran.last_line == ANSWER
    assert calls(ran.read()) == seen


def test_a_call_that_breaks_off_is_recorded_as_written(url: str, tmp_path: Path) -> None:
    skip_where_missing("openai_sdk")
    with proxy(url, tmp_path / "runs") as address:
        ran = run_as_it_was("openai_sdk", "careless", tmp_path, f"{address}/run/prices-0")

    *others, last = calls(ran.read())
    assert others == calls_with(EXPECTED["openai_sdk"].proxy)
    assert last == ("convert_currency", CUT_OFF, "model.unparseable")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *((name, []) for name in EXPECTED),
        # Without the SDK's instrumentor below, its requests have no response id.
        ("litellm_loop", ["--without", "openai"]),
        ("smolagents_tool_calling", ["--without", "openai"]),
    ],
)
def test_traced_as_well_each_call_counts_once(
    name: str, options: list[str], url: str, tmp_path: Path
) -> None:
    environment = ENVIRONMENTS[name]
    skip_where_missing(environment)
    midspan = str(python(environment).with_name("midspan"))
    traced = [midspan, "trace", "--run-id", "prices-0", "--spool", "runs", *options, "--"]
    with proxy(url, tmp_path / "runs") as address:
        ran = execute(
            [*traced, str(python(environment)), str(EXAMPLES / f"{name}.py")],
            EXPECTED[name].model,
            tmp_path,
            f"{address}/run/prices-0",
        )

    assert ran.last_line == ANSWER
    reading = ran.read()
    assert reading.runs["answer"].to_list() == [ANSWER]
    assert calls(reading) == calls_with(EXPECTED[name].lines)
    assert results(reading) == RESULTS
    assert [usage.input for usage in usages(reading)] == [120, 180, 240, 300]
