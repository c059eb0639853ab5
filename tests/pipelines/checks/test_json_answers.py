"""The answer as JSON: where a value stands, and whether it is the expected one."""

from typing import Any

import pytest

from tests.pipelines.checks.judging import judged

EURO: dict[str, Any] = {"pointer": "/prices/0/eur", "equals": 35.88}


@pytest.mark.parametrize(
    ("fields", "answer", "detail"),
    [
        (EURO, ' {"prices": [{"eur": 35.88}]}\n', None),
        (EURO, '{"prices": [{"eur": 35.9}]}', "35.9 is not 35.88"),
        (EURO | {"tolerance": 0.01}, '{"prices": [{"eur": 35.87}]}', None),
        (EURO | {"tolerance": 0.01}, '{"prices": [{"eur": "35.88"}]}', '"35.88" is not 35.88'),
        (EURO, '{"prices": []}', "nothing at /prices/0/eur in '{\"prices\": []}'"),
        (EURO, "35.88", "nothing at /prices/0/eur in '35.88'"),
        ({"pointer": "/a~1b/~0c", "equals": 1}, '{"a/b": {"~c": 1}}', None),
        ({"pointer": "/", "equals": 1}, '{"": 1}', None),
        ({"equals": 1}, "1" * 400, f"{'1' * 400} is not 1"),
        ({"subset": [0.5]}, f"[1e400, {'1' * 400}, 0.5]", None),
        ({"pointer": "/00", "equals": 1}, "[1]", "nothing at /00 in '[1]'"),
        ({"pointer": "/-1", "equals": 1}, "[1]", "nothing at /-1 in '[1]'"),
        ({"equals": True}, "1", "1 is not true"),
        ({"equals": 1}, "true", "true is not 1"),
        ({"equals": 1}, "1.0", None),
        ({"equals": None}, "null", None),
        ({"equals": None}, "0", "0 is not null"),
        ({"equals": 10**30}, str(10**30 + 1), f"{10**30 + 1} is not {10**30}"),
        ({"equals": [1, 2]}, "[2, 1]", "[2, 1] is not [1, 2]"),
        ({"equals": {"a": 1}}, '{"a": 1, "b": 2}', '{"a": 1, "b": 2} is not {"a": 1}'),
        ({"subset": {"a": 1}}, '{"a": 1, "b": 2}', None),
        ({"subset": {"a": {"x": 1}}}, '{"a": {"x": 1, "y": 2}}', None),
        ({"subset": {"a": 1.5}, "tolerance": 0.1}, '{"a": 1.6}', None),
        ({"subset": [1, 3]}, "[1, 2, 3]", None),
        ({"subset": [{"id": 2}]}, '[{"id": 1}, {"id": 2, "eur": 5}]', None),
        ({"subset": [3, 1]}, "[1, 2, 3]", "[1, 2, 3] does not hold [3, 1]"),
        ({"subset": [1, 1]}, "[1]", "[1] does not hold [1, 1]"),
        ({"subset": {"a": None}}, "{}", '{} does not hold {"a": null}'),
        ({"subset": {}}, "[]", "[] does not hold {}"),
        ({"equals": 1}, "NaN", "'NaN' is not JSON: NaN is not JSON"),
        (
            {"equals": 1},
            "It is 1",
            "'It is 1' is not JSON: Expecting value: line 1 column 1 (char 0)",
        ),
    ],
)
def test_json(fields: dict[str, Any], answer: str, detail: str | None) -> None:
    assert judged(answer, kind="json", **fields) == (detail is None, detail)


def test_json_in_a_fence_is_none_and_the_detail_says_that_it_would_be_right() -> None:
    fence = "```json\n{}\n```"
    right = judged(fence.format('{"eur": 5}'), kind="json", pointer="/eur", equals=5)
    assert right[0] is False
    assert str(right[1]).endswith("; what stands in its code fence would be right")
    wrong = judged(fence.format('{"eur": 6}'), kind="json", pointer="/eur", equals=5)
    assert "would be right" not in str(wrong[1])


def test_an_answer_that_is_nested_too_deeply_fails() -> None:
    passed, detail = judged("[" * 100_000, kind="json", equals=1)
    assert (passed, str(detail)[-17:]) == (False, "nested too deeply")
    for depth in range(900, 1_000, 10):
        assert judged("[" * depth + "]" * depth, kind="json", equals=1)[0] is False
