from collections.abc import Sequence

import pytest

from midspan.instrumentation.text_calls import OfferedTool, find_text_calls

BAR = "\uff5c"
WEATHER = '{"city": "Oslo", "days": 2}'

FAMILIES = {
    "hermes": f'<tool_call>\n{{"name": "get_weather", "arguments": {WEATHER}}}\n</tool_call>',
    "hermes, never closed": f'<tool_call>{{"name": "get_weather", "arguments": {WEATHER}}}',
    "hermes in a fence": f'```xml\n<tool_call>{{"name": "get_weather", "arguments": {WEATHER}}}'
    "</tool_call>\n```",
    "hunyuan": f'<tool_calls>[{{"name": "get_weather", "arguments": {WEATHER}}}]</tool_calls>',
    "llama": f'<|python_tag|>{{"name": "get_weather", "parameters": {WEATHER}}}<|eom_id|>',
    "llama, built-in": '<|python_tag|>get_weather.call(city="Oslo", days=2)',
    "llama, function": f"<function=get_weather>{WEATHER}</function>",
    "qwen coder": "<tool_call>\n<function=get_weather>\n<parameter=city>\nOslo\n</parameter>\n"
    "<parameter=days>\n2\n</parameter>\n</function>\n</tool_call>",
    "seed": "<seed:tool_call><function=get_weather><parameter=city>Oslo</parameter>"
    "<parameter=days>2</parameter></function></seed:tool_call>",
    "glm": "<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Oslo</arg_value>\n"
    "<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</tool_call>",
    "anthropic": '<function_calls>\n<invoke name="get_weather">\n<parameter name="city">Oslo'
    '</parameter>\n<parameter name="days">2</parameter>\n</invoke>\n</function_calls>',
    "minimax": '<minimax:tool_call><invoke name="get_weather"><parameter name="city">Oslo'
    '</parameter><parameter name="days">2</parameter></invoke></minimax:tool_call>',
    "deepseek v3": f"<{BAR}tool▁calls▁begin{BAR}><{BAR}tool▁call▁begin{BAR}>function"
    f"<{BAR}tool▁sep{BAR}>get_weather\n```json\n{WEATHER}\n```<{BAR}tool▁call▁end{BAR}>"
    f"<{BAR}tool▁calls▁end{BAR}><{BAR}end▁of▁sentence{BAR}>",
    "deepseek v3.1": f"<{BAR}tool▁calls▁begin{BAR}><{BAR}tool▁call▁begin{BAR}>get_weather"
    f"<{BAR}tool▁sep{BAR}>{WEATHER}<{BAR}tool▁call▁end{BAR}><{BAR}tool▁calls▁end{BAR}>",
    "deepseek v3.2": f'<{BAR}DSML{BAR}function_calls><{BAR}DSML{BAR}invoke name="get_weather">'
    f'<{BAR}DSML{BAR}parameter name="city" string="true">Oslo</{BAR}DSML{BAR}parameter>'
    f'<{BAR}DSML{BAR}parameter name="days" string="false">2</{BAR}DSML{BAR}parameter>'
    f"</{BAR}DSML{BAR}invoke></{BAR}DSML{BAR}function_calls>",
    "step": f"<{BAR}tool_calls_begin{BAR}><{BAR}tool_call_begin{BAR}>function<{BAR}tool_sep{BAR}>"
    '<steptml:invoke name="get_weather"><steptml:parameter name="city">Oslo</steptml:parameter>'
    '<steptml:parameter name="days">2</steptml:parameter></steptml:invoke>'
    f"<{BAR}tool_call_end{BAR}><{BAR}tool_calls_end{BAR}>",
    "kimi": "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0"
    f"<|tool_call_argument_begin|>{WEATHER}<|tool_call_end|><|tool_calls_section_end|>",
    "mistral": f'[TOOL_CALLS] [{{"name": "get_weather", "arguments": {WEATHER}}}]',
    "mistral, later": f"[TOOL_CALLS]get_weather[ARGS]{WEATHER}",
    "granite": f'<|tool_call|>[{{"name": "get_weather", "arguments": {WEATHER}}}]',
    "gemma 4": '<|tool_call>call:get_weather{city:<|"|>Oslo<|"|>,days:2}<tool_call|>',
    "functiongemma": "<start_function_call>call:get_weather{city:<escape>Oslo<escape>,days:2}"
    "<end_function_call>",
    "lfm2": "<|tool_call_start|>[get_weather(city='Oslo', days=2)]<|tool_call_end|>",
    "command r": f'<|START_ACTION|>[{{"tool_name": "get_weather", "parameters": {WEATHER}}}]'
    "<|END_ACTION|>",
    "apertus": f'<|tools_prefix|>[{{"get_weather": {WEATHER}}}]<|tools_suffix|>',
    "nemotron": f'<TOOLCALL>[{{"name": "get_weather", "arguments": {WEATHER}}}]</TOOLCALL>',
    "lm studio": f'[TOOL_REQUEST]{{"name": "get_weather", "arguments": {WEATHER}}}'
    "[END_TOOL_REQUEST]",
    "firefunction": f'functools[{{"name": "get_weather", "arguments": {WEATHER}}}]',
    "gpt-oss": "<|channel|>analysis<|message|>Look it up.<|end|><|start|>assistant<|channel|>"
    f"commentary to=functions.get_weather <|constrain|>json<|message|>{WEATHER}<|call|>",
    "named element": "<get_weather>\n<city>Oslo</city>\n<days>2</days>\n</get_weather>",
}


@pytest.mark.parametrize("text", FAMILIES.values(), ids=FAMILIES.keys())
def test_every_family_gives_the_same_call(text: str, tools: Sequence[OfferedTool]) -> None:
    found = find_text_calls(text, tools)

    assert [(call.name, call.arguments) for call in found.calls] == [
        ("get_weather", {"city": "Oslo", "days": 2})
    ]
    assert (found.form, found.translatable, found.reason) == ("tag", True, None)
    assert (found.calls[0].repaired, found.calls[0].flaw) == (False, None)


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        (f"One moment.\n\n{FAMILIES['hermes']}", "One moment."),
        (f"{FAMILIES['glm']}\nThis may take a while.", "This may take a while."),
        (f"I would like to check the format first. {FAMILIES['kimi']}", "I would like to check "
         "the format first."),
    ],
)  # fmt: skip
def test_words_around_marks_do_not_matter(
    text: str, rest: str, tools: Sequence[OfferedTool]
) -> None:
    found = find_text_calls(text, tools)

    assert (found.form, found.translatable, found.rest) == ("tag", True, rest)


def test_calls_are_given_in_order_with_their_arguments_as_written(
    tools: Sequence[OfferedTool],
) -> None:
    text = (
        '<tool_call>{"name": "get_weather", "arguments": {"city":"Oslo"}}</tool_call>\n'
        '<tool_call>{"name": "convert", "arguments": {"amount": 1.50, "from": "USD",'
        ' "to": "EUR"}}</tool_call>'
    )
    assert [(call.name, call.raw_arguments) for call in find_text_calls(text, tools).calls] == [
        ("get_weather", '{"city":"Oslo"}'),
        ("convert", '{"amount": 1.50, "from": "USD", "to": "EUR"}'),
    ]


def test_a_mark_inside_an_argument_ends_nothing(tools: Sequence[OfferedTool]) -> None:
    text = '<tool_call>{"name": "get_weather", "arguments": {"city": "</tool_call>"}}</tool_call>'

    assert find_text_calls(text, tools).calls[0].arguments == {"city": "</tool_call>"}


def test_an_unreadable_call_is_an_attempt(tools: Sequence[OfferedTool]) -> None:
    found = find_text_calls("<tool_call>\nget weather, Oslo please\n</tool_call>", tools)

    assert found.form == "tag"
    assert [(call.name, call.raw_arguments, call.arguments) for call in found.calls] == [
        ("", "get weather, Oslo please", None)
    ]
    assert not found.translatable


def test_broken_arguments_keep_the_name_and_the_text(tools: Sequence[OfferedTool]) -> None:
    text = '<tool_call>{"name": "get_weather", "arguments": {"city": Oslo}}</tool_call>'
    found = find_text_calls(text, tools)

    assert [(call.name, call.raw_arguments, call.arguments) for call in found.calls] == [
        ("get_weather", '{"city": Oslo}', None)
    ]
    assert found.reason == "get_weather: its arguments are not valid JSON"


def test_single_quotes_are_read_but_are_no_json(tools: Sequence[OfferedTool]) -> None:
    text = """<functioncall> {"name": "get_weather", "arguments": '{"city": "Oslo"}'}"""
    found = find_text_calls(text, tools)

    assert [(call.name, call.arguments) for call in found.calls] == [
        ("get_weather", {"city": "Oslo"})
    ]
    assert (found.translatable, found.reason) == (False, "get_weather: it is not valid JSON")


def test_a_made_up_result_is_not_acted_upon(tools: Sequence[OfferedTool]) -> None:
    text = f"{FAMILIES['hermes']}\n<tool_response>\nsunny\n</tool_response>\nIt is sunny."
    found = find_text_calls(text, tools)

    assert (found.form, found.reason) == ("tag", "the text goes on with a result it made up")


def test_a_tool_that_was_not_offered_is_an_attempt(tools: Sequence[OfferedTool]) -> None:
    text = '<tool_call>{"name": "get_news", "arguments": {"topic": "rain"}}</tool_call>'
    found = find_text_calls(text, tools)

    assert (found.form, found.calls[0].name, found.calls[0].flaw) == ("tag", "get_news", None)
    assert found.reason == "get_news is not among the offered tools"


@pytest.mark.parametrize(
    "text",
    [
        "Wrap the call in `<tool_call>` and `</tool_call>`.",
        "Qwen writes <tool_call> where Llama writes <|python_tag|>.",
        f"For example, a model writes {FAMILIES['hermes']} and the server parses it.",
        f"The format is:\n\n```\n{FAMILIES['hermes']}\n```\n\nThe name comes first.",
        "To use it, write <tool_call>"
        '{"name": "get_weather", "arguments": {"city": "<city>"}}</tool_call>',
        "My <tools> are: hammer, saw. </tools>",
        "<tools><tool>hammer</tool></tools>",
        "Write <function=get_weather> and then the arguments.",
        "The table:\n<table><tr><td>Oslo</td></tr></table>",
        "See <https://example.com/?to=functions.get_weather>.",
        '<tools>[{"name": "get_weather", "description": "Weather.", "parameters": {}}]</tools>',
    ],
)
def test_marks_that_are_only_mentioned_are_no_calls(
    text: str, tools: Sequence[OfferedTool]
) -> None:
    assert not find_text_calls(text, tools)
    assert not find_text_calls(text, None)
