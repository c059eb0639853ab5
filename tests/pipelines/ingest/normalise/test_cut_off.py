"""What an agent's own recording has cut off, and says so."""

from midspan.instrumentation.capture import Capture
from midspan.instrumentation.capture.sieve import Sieve
from tests.pipelines.ingest.normalise.raw_spans import normalised


def test_a_result_that_was_cut_off_is_kept_and_noted() -> None:
    whole = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "read",
        "gen_ai.tool.call.arguments": '{"path": "a"}',
        "gen_ai.tool.call.result": "x" * 100,
    }
    span = normalised(Sieve(Capture(longest=20)).attributes(whole, ""))
    assert (span.input, span.output) == ('{"path": "a"}', "x" * 20)
    assert (span.notes, span.attributes) == (["truncated"], "{}")


def test_arguments_that_were_cut_off_are_not_what_the_model_wrote() -> None:
    text = '{"path": "' + "a" * 100 + '"}'
    whole = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "read",
        "gen_ai.tool.call.arguments": text,
        "input.value": text,
    }
    span = normalised(Sieve(Capture(longest=70)).attributes(whole, ""))
    assert (span.input, span.notes) == (None, ["truncated"])
