import polars as pl
import pytest

from midspan.scorers.faults.again import with_profile_faults
from midspan.scorers.faults.reasons import fault_reasons, in_short, schema_problems
from midspan.scorers.parse_pass import ParsePass
from midspan.scorers.profile import Profile
from midspan.scorers.setting import Setting
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls import ToolCalls
from tests.scorers.builders import Row, judged, spans, tables, tools

SCHEMA = (
    '{"type": "object", "properties": {"amount": {"type": "number"},'
    ' "currency": {"enum": ["EUR", "USD"]}}, "required": ["amount"]}'
)
OFFERED = tools({"name": "pay", "schema": SCHEMA})
PAY = {"name": "pay", "tools_digest": "d", "raw_arguments": '{"amount": 1}'}
TEXT = PAY | {"raw_arguments": '{"amount": "thirty"}'}
YEN = PAY | {"raw_arguments": '{"amount": 1, "currency": "YEN"}'}
EMPTY = PAY | {"raw_arguments": "{}"}
HIDDEN = PAY | {"result": '{"status": "error", "message": "card declined\\nat step 3"}'}


def recorded(*rows: Row, span: Row | None = None, setting: Setting | None = None) -> Tables:
    of_calls = spans(*([] if span is None else [span]))
    made = judged(*rows, spans=of_calls, tools=OFFERED)
    return tables(setting, calls=made, spans=of_calls, tools=OFFERED)


def explained(given: pl.LazyFrame, name: str) -> list[str]:
    return given.collect().filter(name=name)["explanation"].to_list()


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (TEXT, """'amount': "thirty" is not of type "number\""""),
        (YEN, """'currency': "YEN" is not one of "EUR" or "USD\""""),
        (EMPTY, '"amount" is a required property'),
        (TEXT | {"error_message": "boom"}, """'amount': "thirty" is not of type "number\""""),
        (HIDDEN, "card declined"),
        (PAY | {"error_message": "timed out\nat line 3"}, "timed out"),
        (PAY | {"raw_arguments": "{"}, None),
    ],
)
def test_a_fault_has_its_reason(row: Row, reason: str | None) -> None:
    assert fault_reasons(recorded(PAY, row)).rows() == [("r", 1, reason)]


def test_an_error_without_a_message_has_the_result_for_a_reason() -> None:
    failed = recorded(PAY | {"result": "no such card"}, span={"status": "error"})
    assert fault_reasons(failed).rows() == [("r", 0, "no such card")]


def test_what_only_a_profile_takes_for_an_error_has_its_reason() -> None:
    setting = Setting.of(
        profile=Profile.parse("{contract: 1, profile: p, errors: {forms: ['DECLINED']}}")
    )
    without = recorded(PAY | {"result": "DECLINED by the bank\nsee /tmp/log"}, setting=setting)
    assert fault_reasons(with_profile_faults(without)).rows() == [("r", 0, "DECLINED by the bank")]


def test_scores_of_calls_say_the_reason() -> None:
    given = recorded(PAY, TEXT, YEN, HIDDEN)
    amount = """'amount': "thirty" is not of type "number\""""
    currency = """'currency': "YEN" is not one of "EUR" or "USD\""""
    assert explained(ToolCalls().score(given), "call_ok") == [
        "`pay` has no fault",
        f"`pay`: model.bad_arguments/schema: {amount}",
        f"`pay`: model.bad_arguments/schema: {currency}",
        "`pay`: hidden.error/status: card declined",
    ]
    assert explained(ParsePass().score(given), "call_parse") == [
        "the arguments of `pay` are as its schema wants them",
        f"the arguments of `pay` break its schema: {amount}",
        f"the arguments of `pay` break its schema: {currency}",
        "the arguments of `pay` are as its schema wants them",
    ]
    assert schema_problems(given).rows() == [("r", 1, amount), ("r", 2, currency)]


@pytest.mark.parametrize(
    ("text", "short"),
    [
        ("  boom\nat line 3", "boom"),
        ("Traceback (most recent call last):\n  File\nKeyError: 'a'\n", "KeyError: 'a'"),
        (f"'note': {'x' * 400} is too long", f"'note': {'x' * 117} ... {'x' * 58} is too long"),
        ("  \n", None),
        (None, None),
    ],
)
def test_a_reason_is_one_short_line(text: str | None, short: str | None) -> None:
    column = pl.DataFrame({"text": [text]}, schema={"text": pl.String})
    assert column.select(in_short(pl.col("text"))).item() == short
