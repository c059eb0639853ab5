import pytest

from midspan.scorers.rules.values import is_used, values_of


@pytest.mark.parametrize(
    ("text", "names", "prose"),
    [
        ('{"order": "ORD-1042", "total": 39.0, "open": true}', ["39", "ord 1042", "ord-1042"], ""),
        (
            '{"text": "Sent on Monday to ann@shop.com."}',
            ["ann@shop.com"],
            "sent on monday to ann shop com",
        ),
        ("Refunds take 14 days", ["14"], "refunds take 14 days"),
        ("42.50 EUR", ["42.5"], "42 50 eur"),
        ("due 2024-05-24 at 10:30", ["10:30", "2024-05-24"], "due 2024 05 24 at 10 30"),
        ("1,250 items", ["1250"], "1 250 items"),
        # Short values count where there are no others.
        ("7", ["7"], ""),
        ('{"n": 7, "id": "ORD-1042"}', ["ord 1042", "ord-1042"], ""),
        ("yes", ["yes"], ""),
        ("true", [], ""),
        ("{}", [], ""),
        ("", [], ""),
        ("...", [], ""),
    ],
)
def test_the_values_of_a_text(text: str, names: list[str], prose: str) -> None:
    values = values_of(text)
    assert (sorted(values.names), values.prose.strip()) == (sorted(names), prose)


@pytest.mark.parametrize(
    ("result", "later", "used"),
    [
        ('{"total": 39.5}', "It costs 39.50.", True),
        ('{"total": 39.5}', "It costs 139.5.", False),
        ('{"total": 39}', "It costs 39.5.", False),
        ('{"total": 1250}', "It costs 1,250.", True),
        ('{"path": "src/app.py"}', '{"file":"/repo/src/app.py"}', True),
        ('{"name": "Ann Lee"}', "sent to ann lee today", True),
        ('{"name": "Ann Lee"}', "sent to joann lee today", False),
        ("one two three four", "and two, three: four!", True),
        ("one two three four", "one three four", False),
        ('["a b c", "d e f"]', "b c d", False),
        ("anything", "", False),
        ("", "whatever", True),
    ],
)
def test_what_uses_a_result(result: str, later: str, used: bool) -> None:
    assert is_used(values_of(result), values_of("{}"), [later]) is used


def test_what_was_asked_with_is_no_news() -> None:
    asked = values_of('{"q": "terms of refunds here", "id": "ORD-1042"}')
    again = values_of("terms of refunds are for ORD-1042")
    assert not is_used(again, asked, ["the terms of refunds, ORD-1042"])
    assert is_used(again, asked, ["refunds are for everybody"])
    # What says nothing new leaves nothing to use.
    assert is_used(values_of("ORD-1042"), asked, [])


def test_a_long_result_is_looked_at_in_part() -> None:
    long = "x " * 20_000 + "ORD-1042"
    assert "ord-1042" not in values_of(long).names
