"""Every example, run in an environment of its own: what its spool tells is what happened."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.agents.environments import ENVIRONMENTS
from tests.agents.expected import CALLS, EXPECTED, REFUSED, RESULTS, calls_with
from tests.agents.running import (
    NamedCall,
    Ran,
    as_it_was,
    calls,
    results,
    run,
    run_as_it_was,
    skip_where_missing,
    usages,
)
from tests.agents.script import ANSWER, CUT_OFF, usage_of

pytestmark = pytest.mark.timeout(400)

WITHOUT_REASONING = ("anthropic_sdk",)
"""Anthropic does not report these tokens."""


def test_the_spool_tells_what_happened(example: str, url: str, tmp_path: Path) -> None:
    ran = run(example, EXPECTED[example].model, tmp_path, url)

    assert ran.last_line == ANSWER
    assert "midspan" not in ran.stderr
    reading = ran.read()
    assert reading.quarantine.height == 0
    columns = ("experiment", "task", "status", "answer", "turns")
    assert reading.runs.select(columns).rows() == [("shop", "prices", "ok", ANSWER, 4)]
    assert calls(reading) == calls_with(EXPECTED[example].lines)
    assert results(reading) == RESULTS
    (failing,) = reading.calls.filter(name="lookup_order", fault="execution.error").rows(named=True)
    assert REFUSED in failing["error_message"]
    served = [usage_of(said) for said in range(4)]
    if example in WITHOUT_REASONING:
        served = [replace(usage, reasoning=0) for usage in served]
    assert usages(reading) == served
    assert_all_in_one_run(ran)


CUT: dict[str, NamedCall] = {
    name: ("convert_currency", CUT_OFF, expected.broken)
    for name, expected in EXPECTED.items()
    if expected.broken is not None
}
CUT["anthropic_sdk"] = (
    "convert_currency",
    {"amount": 39, "from_currency": "USD"},
    EXPECTED["anthropic_sdk"].broken,
)


@pytest.mark.parametrize("name", CUT)
def test_a_call_that_breaks_off(name: str, url: str, tmp_path: Path) -> None:
    skip_where_missing(ENVIRONMENTS[name])
    model = EXPECTED[name].model.replace("careful", "careless")
    ran = run(name, model, tmp_path, url)

    # The prebuilt condition ends the graph at such a call, with an empty answer.
    answer = "" if name == "langgraph_agent" else ANSWER
    assert ran.last_line == answer
    reading = ran.read()
    assert calls(reading) == [*CALLS, CUT[name]]
    assert reading.runs["answer"].to_list() == [answer or None]


def test_without_the_added_lines_it_is_the_same_agent(
    example: str, url: str, tmp_path: Path
) -> None:
    _, _, code = as_it_was(example).partition('"""\n\n')
    assert "midspan" not in code

    ran = run_as_it_was(example, EXPECTED[example].model, tmp_path, url)

    assert ran.last_line == ANSWER
    assert not ran.spool.exists()


def assert_all_in_one_run(ran: Ran) -> None:
    """One closed file, and every span in it names its run, experiment and task."""
    (file,) = ran.spool.iterdir()
    run_id, end = file.name.split("-", 1)
    assert end == "0.otlp.jsonl"
    for span in ran.spans():
        told = {each["key"]: each["value"].get("stringValue") for each in span["attributes"]}
        assert told["midspan.run.id"] == run_id, span["name"]
        assert told["midspan.experiment"] == "shop", span["name"]
        assert told["midspan.task"] == "prices", span["name"]
