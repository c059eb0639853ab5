from collections.abc import Sequence

import pytest

from midspan.instrumentation.text_calls import OfferedTool, find_text_calls

CALL = '{"name": "get_weather", "arguments": {"city": "Oslo"}}'


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (CALL, "other"),
        (f"```json\n{CALL}\n```", "fenced"),
        (f"~~~\n{CALL}\n~~~", "fenced"),
        ('{"tool": "get_weather", "parameters": {"city": "Oslo"}}', "other"),
        ('{"action": "get_weather", "action_input": {"city": "Oslo"}}', "other"),
        ('{"action": "get_weather", "action_input": "Oslo"}', "other"),
        ('{"tool": "get_weather", "city": "Oslo"}', "other"),
        ('{"get_weather": {"city": "Oslo"}}', "other"),
        (f'{{"tool_call": {CALL}}}', "other"),
        (
            '{"tool_calls": [{"id": "c1", "type": "function", "function": {"name": "get_weather",'
            ' "arguments": "{\\"city\\": \\"Oslo\\"}"}}]}',
            "other",
        ),
        ('{"type": "tool_use", "name": "get_weather", "input": {"city": "Oslo"}}', "other"),
        ('get_weather{"city": "Oslo"}', "other"),
        ('functions.get_weather\n{"city": "Oslo"}', "other"),
        (f"[{CALL}]\n\nI have asked for the weather, for example to plan the trip.", "other"),
        (f"Sure, looking it up: {CALL} Anything else?", "other"),
        (f"Let me check.\n\n```json\n{CALL}\n```\n", "fenced"),
        (f"{CALL}<|im_end|>", "other"),
    ],
)
def test_a_call_without_marks(text: str, form: str, tools: Sequence[OfferedTool]) -> None:
    found = find_text_calls(text, tools)

    assert [(call.name, call.arguments) for call in found.calls] == [
        ("get_weather", {"city": "Oslo"})
    ]
    assert (found.form, found.translatable) == (form, True)


def test_several_calls_may_be_the_whole_message(tools: Sequence[OfferedTool]) -> None:
    second = '{"name": "list-files", "arguments": {}}'
    for text in (f"{CALL}\n{second}", f"[{CALL}, {second}]", f"{CALL}; {second}"):
        found = find_text_calls(text, tools)
        assert [call.name for call in found.calls] == ["get_weather", "list-files"]
        assert found.translatable


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ('{"name": "get_weather", "arguments": {"city": "Oslo"', '{"city": "Oslo"'),
        ('{"name": "get_weather", "arguments": {"city": "Oslo"}', '{"city": "Oslo"}'),
        (
            '```json\n{"tool_call": {"name": "get_weather", "arguments": {"city": "Oslo"}\n```',
            '{"city": "Oslo"}',
        ),
    ],
)
def test_missing_brackets_at_the_end_are_appended(
    text: str, raw: str, tools: Sequence[OfferedTool]
) -> None:
    found = find_text_calls(text, tools)

    call = found.calls[0]
    assert (call.raw_arguments, call.arguments) == (raw, {"city": "Oslo"})
    assert (call.repaired, found.translatable) == (True, True)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            '{"name": "get_weather", "arguments": {"city": "Osl',
            "it ends in the middle of a text value",
        ),
        ('{"name": "get_weather", "arguments": {"city": "Oslo"}}}', "it is not valid JSON"),
        ('{"name": "get_weather", "arguments": {"city": "Oslo"},}', "it is not valid JSON"),
        ("{'name': 'get_weather', 'arguments': {'city': 'Oslo'}}", "it is not valid JSON"),
        (
            '{"name": "get_weather", "arguments": {"city": "Oslo",}}',
            "its arguments are not valid JSON",
        ),
    ],
)
def test_other_flaws_leave_an_attempt(text: str, reason: str, tools: Sequence[OfferedTool]) -> None:
    found = find_text_calls(text, tools)

    assert (found.form, found.calls[0].name) == ("other", "get_weather")
    assert (found.translatable, found.reason) == (False, f"get_weather: {reason}")


@pytest.mark.parametrize(
    "text",
    [
        "The weather in Oslo is fine (12 degrees).",
        "I could call get_weather for you. Shall I?",
        '{"city": "Oslo", "temperature": 12}',
        '{"name": "Oslo", "country": "Norway"}',
        '{"name": "get_weather", "description": "Weather.", "parameters": {"city": "Oslo"}}',
        '{"name": "get_weather", "parameters": {"type": "object", "properties": {}}}',
        '{"name": "get_weather", "arguments": {"city": "Oslo"}, "result": "sunny"}',
        '{"name": "get_weather", "arguments": {"city": "<city>"}}',
        '{"name": "adam", "parameters": {"rate": 0.1}}',
        '{"name": "get_weather"}',
        '{"tool": "get_weather", "planet": "Mars"}',
        f"For example: {CALL}",
        f"You would send {CALL} to get the forecast.",
        f"Here is the format:\n```json\n{CALL}\n```",
        f"I already ran {CALL} and it rained.",
        f"The previous call was {CALL}.",
        f"To ask for Oslo, use {CALL}",
        f"I will not call it: {CALL}",
        f"Is this right? {CALL}",
        f"{CALL} is one, {CALL} is another.",
        f"{'Oslo is the capital of Norway. ' * 7}{CALL}",
        f"Two ways:\n```json\n{CALL}\n```\n```json\n{CALL}\n```",
        f"Set {{x}} first, then {CALL}",
        "```json\n" + '{"title": "Peer Gynt", "author": "Ibsen"}' + "\n```",
        "get_weather{city}",
        "",
        "   ",
    ],
)
def test_a_plain_answer_is_no_call(text: str, tools: Sequence[OfferedTool]) -> None:
    assert not find_text_calls(text, tools)
    assert find_text_calls(text, tools).rest == text


def test_unknown_tools_leave_only_what_no_answer_looks_like() -> None:
    assert find_text_calls(CALL, None).calls[0].arguments == {"city": "Oslo"}
    assert find_text_calls(CALL, None).reason == "the offered tools are not known"
    assert find_text_calls('{"name": "f", "parameters": {"x": 1}}', None).form == "other"

    for text in (
        'get_weather{"city": "Oslo"}',
        '{"get_weather": {"city": "Oslo"}}',
        '{"name": "Oslo", "input": {"x": 1}}',
        "```python\nget_weather(city='Oslo')\n```",
    ):
        assert not find_text_calls(text, None)


def test_no_tools_offered_is_not_the_same_as_unknown_tools() -> None:
    found = find_text_calls(CALL, [])

    assert (found.form, found.reason) == ("other", "get_weather is not among the offered tools")
    assert not find_text_calls('{"name": "f", "parameters": {"x": 1}}', [])
