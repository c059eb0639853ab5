from collections.abc import Sequence

import pytest

from midspan.instrumentation.text_calls import OfferedTool, find_text_calls


@pytest.mark.parametrize(
    "text",
    [
        'Thought: I need it.\nAction: get_weather\nAction Input: {"city": "Oslo"}',
        "Action: get_weather\nAction Input: Oslo",
        'Action: get_weather\nAction Input: "Oslo"',
        '**Action:** get_weather\n**Action Input:** {"city": "Oslo"}',
        'Action: `get_weather`\nAction Input:\n```json\n{"city": "Oslo"}\n```',
        'Action:\n{"name": "get_weather", "arguments": {"city": "Oslo"}}',
        'Action:\n```json\n{"action": "get_weather", "action_input": {"city": "Oslo"}}\n```',
        "Thought: look\nAction: get_weather[Oslo]",
        'Action: get_weather(city="Oslo")',
    ],
)
def test_action_lines(text: str, tools: Sequence[OfferedTool]) -> None:
    found = find_text_calls(text, tools)

    assert [(call.name, call.arguments) for call in found.calls] == [
        ("get_weather", {"city": "Oslo"})
    ]
    assert (found.form, found.translatable) == ("react", True)


def test_a_made_up_observation_ends_the_calls(tools: Sequence[OfferedTool]) -> None:
    found = find_text_calls(
        "Action: get_weather\nAction Input: Oslo\nObservation: sunny\n"
        "Action: list-files\nAction Input: {}\nObservation: none\nFinal Answer: sunny",
        tools,
    )
    assert [call.name for call in found.calls] == ["get_weather"]
    assert found.reason == "the text goes on with an observation it made up"


def test_a_plain_input_that_could_mean_anything_is_not_parsed(
    tools: Sequence[OfferedTool],
) -> None:
    found = find_text_calls("Action: convert\nAction Input: 3 dollars", tools)

    assert [(call.name, call.raw_arguments, call.arguments) for call in found.calls] == [
        ("convert", "3 dollars", None)
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Action: check the oven\nThen eat.",
        "Actions:\n- get_weather\n- convert",
        "Action: None\nAction Input: None",
        "Class action: the lawsuit (2021) was settled.",
        "Action: the tool to use\nAction Input: the input to the tool",
        "Action: search[Oslo]",
        "Use this format.\nAction:\n"
        '{"name": "get_weather", "arguments": {"city": "Oslo"}}\nThen wait for the result.',
        'Action:\n{"name": "get_weather", "arguments": {"city": "<city>"}}',
    ],
)
def test_other_lines_are_quiet(text: str, tools: Sequence[OfferedTool]) -> None:
    assert not find_text_calls(text, tools)
