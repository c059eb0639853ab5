import pytest

from midspan.pipelines.ingest.sessions import SessionFormat
from midspan.pipelines.ingest.span import Emitted
from tests.pipelines.ingest.sessions.reading import read, read_lines

HELPER = "claude_code/helper.jsonl"
HELPER_S_OWN = "claude_code/helper/subagents/agent-a4c4c0b04b621f080.jsonl"


def test_a_session_is_one_run_as_the_model_served_it() -> None:
    reading = read("claude_code/shop.jsonl")
    assert reading.rejected == []
    assert reading.run(
        "status",
        "harness",
        "model",
        "turns",
        "llm_calls",
        "calls",
        "input_tokens",
        "cache_read_tokens",
        "output_tokens",
        "answer",
    ) == (
        "ok",
        "claude-code@2.1.328",
        "claude-opus-5-5",
        5,
        5,
        5,
        1200,
        640,
        115,
        "Order ORD-1042 costs 39.00 USD, which is 35.88 EUR or 5811.00 JPY.",
    )
    assert reading.rows("calls", "turn", "position", "call_id", "raw_arguments", "fault") == [
        (0, 0, "toolu_call_1a", '{"command":"cat /app/shop/1042.json"}', "execution.error"),
        (1, 0, "toolu_call_2a", '{"command":"cat /app/shop/ORD-1042.json"}', "execution.error"),
        (2, 0, "toolu_call_3a", '{"command":"echo 35.88 EUR"}', "none"),
        (2, 1, "toolu_call_3b", '{"command":"echo 5811.00 JPY"}', "none"),
        (3, 0, "toolu_call_4a", '{"command": "echo ', "model.unparseable"),
    ]
    assert reading.rows("calls", "schema_valid")[0] == (True,)


def test_a_request_starts_when_it_was_sent() -> None:
    reading = read("claude_code/shop.jsonl")
    second = reading.of_kind("llm")[1]
    assert (reading.ms(second), second.notes) == ((153.0, 157.0), [])


def test_lines_of_one_message_are_one_answer_with_the_last_usage() -> None:
    reading = read("claude_code/inline_helper.jsonl")
    first = reading.of_kind("llm")[0]
    assert (first.input_tokens, first.cache_read_tokens, first.cache_write_tokens) == (125, 100, 20)
    assert (first.output_tokens, first.finish_reason) == (40, "tool_calls")
    assert first.reasoning == "I ask a helper."
    assert [call.name for call in first.emitted or []] == ["Task"]
    assert reading.run("input_tokens", "output_tokens") == (271, 64)


def test_requests_tried_again_are_retries() -> None:
    reading = read("claude_code/retried.jsonl")
    llms = reading.of_kind("llm")
    assert [(span.status, span.http_status, span.request_model) for span in llms] == [
        ("ok", None, "claude-opus-5-5"),
        ("error", 529, "claude-opus-5-5"),
        ("error", 529, "claude-opus-5-5"),
        ("ok", None, "claude-opus-5-5"),
    ]
    assert [reading.ms(span) for span in llms[1:]] == [
        (156.0, 162.0),
        (708.0, 709.0),
        (1800.0, 1803.0),
    ]
    assert reading.run("status", "turns", "llm_calls", "output_tokens") == ("ok", 2, 4, 45)
    retries = reading.frames["spans"].filter(kind="llm").sort("start_ns")["retry_of"].to_list()
    assert retries == [None, None, llms[1].span_id, llms[2].span_id]


def test_an_api_error_is_a_failed_request_and_not_an_answer() -> None:
    reading = read("claude_code/refused.jsonl")
    last = reading.of_kind("llm")[-1]
    assert (last.status, last.http_status, last.error_type) == (
        "error",
        400,
        "invalid_request_error",
    )
    assert last.error_message == "API Error: 400 boom from provider"
    assert reading.run("status", "answer", "output_tokens") == ("error", None, 21)


@pytest.mark.parametrize("names", [(HELPER, HELPER_S_OWN), (HELPER_S_OWN, HELPER)])
def test_a_sub_agent_s_own_file_joins_the_session_of_its_caller(names: tuple[str, ...]) -> None:
    reading = read(*names)
    assert reading.run("status", "turns", "llm_calls", "calls", "output_tokens", "answer") == (
        "ok",
        4,
        4,
        2,
        90,
        "The helper says 0 files.",
    )
    spans = reading.frames["spans"]
    (tool,) = spans.filter(name="execute_tool Agent")["span_id"]
    helper = spans.filter(name="invoke_agent general-purpose")
    assert helper.select("parent_id", "agent").rows() == [(tool, "general-purpose")]
    (helper_id,) = helper["span_id"]
    assert spans.filter(parent_id=helper_id)["kind"].to_list() == ["llm", "tool", "llm"]


def test_a_caller_s_file_alone_tells_of_its_sub_agent() -> None:
    reading = read(HELPER)
    called = next(span for span in reading.of_kind("agent") if span.parent_id)
    assert (called.agent, called.input, called.output, called.status) == (
        "general-purpose",
        "Count the files here.",
        "There are 0 files.",
        "ok",
    )
    assert reading.run("turns", "calls", "output_tokens") == (2, 1, 45)


def test_a_sub_agent_s_file_alone_is_a_run() -> None:
    reading = read(HELPER_S_OWN)
    (root,) = reading.of_kind("agent")
    assert (root.parent_id, root.agent, root.input) == (
        None,
        "general-purpose",
        "Count the files here.",
    )
    assert reading.run("status", "turns", "answer") == ("ok", 2, "There are 0 files.")


def test_older_sub_agents_are_told_apart_by_their_prompt() -> None:
    reading = read("claude_code/inline_helper.jsonl")
    task = next(span for span in reading.of_kind("tool") if span.tool_name == "Task")
    helper = next(span for span in reading.of_kind("agent") if span.parent_id)
    assert (helper.parent_id, helper.output) == (task.span_id, "prices.csv")
    assert reading.rows("calls", "agent", "name") == [
        ("claude-code", "Task"),
        ("sub-agent", "Grep"),
    ]
    assert reading.run("answer") == ("They are in prices.csv.",)


def test_what_a_rewind_left_behind_does_not_count() -> None:
    reading = read("claude_code/rewound.jsonl")
    assert reading.run("turns", "calls", "input_tokens", "output_tokens", "answer") == (
        2,
        0,
        40,
        10,
        "You are welcome.",
    )
    assert [span.name for span in reading.of_kind("other")] == [
        "chat claude-sonnet-4",
        "execute_tool Bash",
    ]


def _assistant(uuid: str, parent: str, block: str, **fields: str) -> str:
    more = "".join(f',"{name}":"{value}"' for name, value in fields.items())
    return (
        f'{{"type":"assistant","uuid":"{uuid}","parentUuid":"{parent}","sessionId":"s"{more},'
        '"message":{"id":"same","role":"assistant","model":"m","content":['
        f'{block}],"stop_reason":"end_turn","usage":{{"input_tokens":3,"output_tokens":2}}}}}}'
    )


def test_a_line_written_twice_counts_once() -> None:
    line = _assistant("a", "p", '{"type":"text","text":"Hi"}', requestId="r")
    reading = read_lines(SessionFormat.CLAUDE_CODE, line, line)
    assert [(span.text, span.input_tokens) for span in reading.of_kind("llm")] == [("Hi", 3)]


def test_lines_that_merely_share_an_id_all_count() -> None:
    call = '{"type":"tool_use","id":"t","name":"Bash","input":{}}'
    result = (
        '{"type":"user","uuid":"a","parentUuid":"a","sessionId":"s","message":{"role":"user",'
        '"content":[{"type":"tool_result","tool_use_id":"t","content":"ok"}]}}'
    )
    reading = read_lines(
        SessionFormat.CLAUDE_CODE,
        _assistant("a", "a", call),
        result,
        _assistant("a", "a", '{"type":"text","text":"Done"}'),
        result,
    )
    assert [(span.text, span.emitted) for span in reading.of_kind("llm")] == [
        (None, [Emitted("t", "Bash", "{}")]),
        ("Done", []),
    ]
    assert reading.rows("calls", "result") == [("ok",)]


def test_a_gateway_that_gives_every_message_one_id_makes_several_answers() -> None:
    call = '{"type":"tool_use","id":"t","name":"Bash","input":{}}'
    result = (
        '{"type":"user","uuid":"b","parentUuid":"a","sessionId":"s","message":{"role":"user",'
        '"content":[{"type":"tool_result","tool_use_id":"t","content":"ok"}]}}'
    )
    reading = read_lines(
        SessionFormat.CLAUDE_CODE,
        _assistant("a", "p", call),
        result,
        _assistant("c", "b", '{"type":"text","text":"Done"}'),
    )
    assert [(span.text, span.emitted) for span in reading.of_kind("llm")] == [
        (None, [Emitted("t", "Bash", "{}")]),
        ("Done", []),
    ]


def test_what_the_program_wrote_in_the_model_s_name_is_no_answer() -> None:
    prompt = (
        '{"type":"user","uuid":"u","parentUuid":null,"sessionId":"s",'
        '"message":{"role":"user","content":"Hi"}}'
    )
    line = _assistant("a", "u", '{"type":"text","text":"No response requested."}')
    synthetic = line.replace('"model":"m"', '"model":"<synthetic>"')
    reading = read_lines(SessionFormat.CLAUDE_CODE, prompt, synthetic)
    assert reading.of_kind("llm") == []
    assert reading.run("status") == ("incomplete",)
