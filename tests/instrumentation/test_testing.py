from midspan.instrumentation import agent, tool_call
from midspan.instrumentation.testing import Recorder, SteppingClock

SECOND = 1_000_000_000


def test_exported_spans_compare_with_a_snapshot(recorder: Recorder, clock: SteppingClock) -> None:
    provider = recorder.tracer_provider
    with (
        agent("shop", input="How much?", tracer_provider=provider, clock=clock),
        tool_call("look", arguments='{"id": 7}', tracer_provider=provider, clock=clock) as step,
    ):
        step.record_result("36 EUR")
    assert recorder.exported() == [
        {
            "name": "invoke_agent shop",
            "kind": "INTERNAL",
            "trace_id": "00000000000000000000000000000001",
            "span_id": "0000000000000001",
            "start_ns": 1 * SECOND,
            "end_ns": 4 * SECOND,
            "status": "OK",
            "attributes": {
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": "shop",
                "openinference.span.kind": "AGENT",
                "mlflow.spanType": "AGENT",
                "input.value": "How much?",
            },
        },
        {
            "name": "execute_tool look",
            "kind": "INTERNAL",
            "trace_id": "00000000000000000000000000000001",
            "span_id": "0000000000000002",
            "parent_id": "0000000000000001",
            "start_ns": 2 * SECOND,
            "end_ns": 3 * SECOND,
            "status": "OK",
            "attributes": {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "look",
                "gen_ai.tool.type": "function",
                "openinference.span.kind": "TOOL",
                "mlflow.spanType": "TOOL",
                "gen_ai.tool.call.arguments": '{"id": 7}',
                "input.value": '{"id": 7}',
                "input.mime_type": "application/json",
                "gen_ai.tool.call.result": "36 EUR",
            },
        },
    ]
