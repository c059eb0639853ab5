import pytest

from tests.scorers.builders import Row
from tests.scorers.rules.scoring import KEPT, told

FOUND = {"name": "search", "turn": 0, "result": '{"id": "ORD-1042", "total": 39.0}'}
USED = "result_used: {tool: search*}"


@pytest.mark.parametrize(
    ("later", "answer", "kept"),
    [
        ([{"turn": 1, "raw_arguments": '{"order": "ORD-1042"}'}], None, True),
        ([{"turn": 1, "raw_arguments": '{"amount": 39}'}], None, True),
        ([], "It costs 39.00 EUR.", True),
        ([], "order ord-1042 is open", True),
        ([], "order ORD-10421 is open", False),
        ([{"turn": 1, "raw_arguments": '{"order": "ORD-7"}'}], "I do not know.", False),
        # Written before the result was there.
        ([{"turn": 0, "raw_arguments": '{"order": "ORD-1042"}'}], None, False),
    ],
)
def test_a_result_is_used_where_a_value_of_it_occurs(
    later: list[Row], answer: str | None, kept: bool
) -> None:
    rows = told(USED, FOUND, *later, run={"answer": answer})
    if kept:
        assert rows == KEPT
    else:
        why = "no value of what `search` gave was used later, in an argument or in the answer"
        assert rows[0] == ("violation.it", "s0", 0, 1.0, why)


def test_what_was_asked_with_is_no_news() -> None:
    asked = FOUND | {"raw_arguments": '{"order": "ORD-1042"}'}
    assert told(USED, asked, run={"answer": "ORD-1042"})[-1][3] == 0.0
    assert told(USED, asked, run={"answer": "ORD-1042: 39"}) == KEPT


def test_within_so_many_turns() -> None:
    rule = "result_used: {tool: search, within_turns: 2}"
    use = {"raw_arguments": '{"order": "ORD-1042"}'}
    assert told(rule, FOUND, use | {"turn": 2}) == KEPT
    late = told(rule, FOUND, use | {"turn": 3})
    assert late[0][4].endswith("was used within 2 turns, in an argument or in the answer")
    # The answer comes with the last turn.
    assert told(rule, FOUND, run={"answer": "ORD-1042", "turns": 3}) == KEPT
    assert told(rule, FOUND, run={"answer": "ORD-1042", "turns": 4})[-1][3] == 0.0


@pytest.mark.parametrize(
    "call",
    [
        {"name": "other"},
        {"executed": False},
        {"failed": True},
        {"result": "{}"},
        {"result": "true"},
        {"result": ""},
    ],
)
def test_nothing_to_use(call: Row) -> None:
    assert told(USED, FOUND | call, run={"answer": "no"}) == KEPT


def test_prose_is_used_by_three_words_of_it() -> None:
    page = FOUND | {"result": "Refunds are possible within thirty days of delivery."}
    assert told(USED, page, run={"answer": "Yes, within Thirty days."}) == KEPT
    assert told(USED, page, run={"answer": "Refunds are fine."})[-1][3] == 0.0


def test_a_short_value_counts_where_there_is_no_other() -> None:
    assert told(USED, FOUND | {"result": "7"}, run={"answer": "There are 7."}) == KEPT
    assert told(USED, FOUND | {"result": "7"}, run={"answer": "There are 17."})[-1][3] == 0.0


def test_a_result_that_was_not_recorded() -> None:
    rows = told(USED, FOUND | {"result": None}, run={"answer": "x"})
    assert rows == [("rule.it", None, None, None, "results of the tool were not recorded")]
