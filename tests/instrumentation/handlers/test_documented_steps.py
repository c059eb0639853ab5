"""The table of steps in docs/instrument.md says how they are called."""

import inspect
import re
from pathlib import Path

import pytest

import midspan.instrumentation
from midspan.instrumentation.testing import Recorder

PAGE = Path(__file__).parents[3] / "docs" / "instrument.md"
ROW = re.compile(r"^\| `(\w+)\((?:name|model)\)` \| (.+?) \| (.+) \|$", re.MULTILINE)
STEPS = {step: (said, recorded) for step, said, recorded in ROW.findall(PAGE.read_text())}
NAMES = re.compile(r"`(\w+)`")
RECORDED = re.compile(r"`(record_\w+)\(([^)`]*)\)`")


def test_the_table_has_the_three_steps() -> None:
    assert list(STEPS) == ["agent", "llm_call", "tool_call"]


@pytest.mark.parametrize("prefix", ["", "start_"])
@pytest.mark.parametrize("step", STEPS)
def test_a_step_needs_no_more_than_the_table_shows(
    recorder: Recorder, step: str, prefix: str
) -> None:
    made = getattr(midspan.instrumentation, prefix + step)
    handle = made("m", tracer_provider=recorder.tracer_provider)
    handle.start().stop()
    [span] = recorder.spans()
    assert (span["name"].split()[-1], span["status"]) == ("m", "OK")


@pytest.mark.parametrize("step", STEPS)
def test_what_can_be_said_is_taken(recorder: Recorder, step: str) -> None:
    said, recorded = STEPS[step]
    made = getattr(midspan.instrumentation, step)
    given = dict.fromkeys(NAMES.findall(said))
    handle = made("m", tracer_provider=recorder.tracer_provider, **given)
    named = given.keys() - {"temperature"}
    assert named <= inspect.signature(made).parameters.keys()
    for method, parameters in RECORDED.findall(recorded):
        words = [word.strip(" =") for word in parameters.split(",") if word.strip()]
        assert set(words) <= set(inspect.signature(getattr(handle, method)).parameters)
