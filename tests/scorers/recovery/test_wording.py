"""What people are told."""

import pytest

from tests.scorers.builders import Row
from tests.scorers.recovery.runs import bad, explained, ok, passing


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        (
            [bad(id="A"), bad(id="A")],
            "called `look` again with the same arguments after an error, and it failed again: "
            "identical retry no. 1; `look` failed with an error, and nothing followed",
        ),
        (
            [passing(), ok()],
            "called `look` again with the same arguments after a passing error, and it worked: "
            "justified retry no. 1",
        ),
        (
            [bad(id="A"), [ok("pay"), ok(id="A")]],
            "called `look` again with the same arguments after an error, and it worked: "
            "justified, the state had been changed before it",
        ),
        (
            [bad(id="ab"), bad(id="AB"), ok("find")],
            "called `look` again with hardly changed arguments after an error, "
            "and the same error came",
        ),
        ([bad(), ok("find")], "turned to `find` after `look` failed with an error"),
        (
            [bad(), ok("transfer_x")],
            "handed over with `transfer_x` after `look` failed with an error",
        ),
        ([bad(), ok("submit")], "`look` failed with an error, and only `submit` followed"),
        ([bad()], "`look` failed with an error, and nothing followed"),
        (
            [bad(), ok("final_answer")],
            "answered after `look` failed with an error, without another call for it",
        ),
        (
            [bad() | {"fault": "model.bad_arguments"}, ok(x=1)],
            "called `look` with other arguments after invalid arguments, and it worked",
        ),
        (
            [bad() | {"fault": "model.unknown_tool"}, ok("find")],
            "turned to `find` after `look` failed with an unknown tool name",
        ),
    ],
)
def test_what_is_said_of_responses(turns: list[Row | list[Row]], said: str) -> None:
    assert explained("response", *turns)[0][-1] == said


@pytest.mark.parametrize(
    ("result", "said"),
    [
        ("Error: no such order\nsee the docs", "Error: no such order"),
        ('{"error": "no such order", "code": 4}', "no such order"),
        ('{"content": [{"type": "text", "text": "no such order"}]}', "no such order"),
        ("[TextContent(type='text', text='no such order')]", "no such order"),
        ('{"text": "{\\"error\\": \\"no such order\\"}"}', "no such order"),
        ("x" * 100, "x" * 80 + "..."),
    ],
)
def test_the_words_of_an_error(result: str, said: str) -> None:
    [(*_, explanation)] = explained("response", bad() | {"result": result})
    assert explanation == f"`look` failed with an error ({said}), and nothing followed"


@pytest.mark.parametrize(
    ("turns", "said"),
    [
        (
            [bad(id="A"), ok("transfer_x")],
            "`look` failed with an error; handed over with `transfer_x`",
        ),
        (
            [bad(id="A"), bad(id="A"), ok("pay")],
            "`look` failed with an error; not made up for after 2 attempts, and the agent moved on "
            "with `pay` (call 2)",
        ),
        (
            [bad(id="A")],
            "`look` failed with an error; not made up for: the run ended without it",
        ),
        (
            [bad("buy", id="ORD-1"), ok("order", id="ORD-1")],
            "`buy` failed with an error; recovered with another tool, `order` (call 1)",
        ),
    ],
)
def test_what_is_said_of_episodes(turns: list[Row], said: str) -> None:
    assert explained("episode", *turns)[0][-1] == said
