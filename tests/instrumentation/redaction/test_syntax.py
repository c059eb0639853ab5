"""What was JSON is JSON afterwards, and what was not is as broken as it was."""

import json
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.instrumentation.redaction import Redaction

KEY: Final = "sk-proj-abcdefgh12345678"
NAMES: Final = st.sampled_from(["password", "api_key", "apiKey", "note", "token", "n", "id_token"])
TEXTS: Final = st.one_of(
    st.text(max_size=30),
    st.sampled_from([KEY, f"use {KEY} now", 'a "quoted" \\ one', "a@b.org", f"'{KEY}'", "\n\t\\n"]),
    st.builds(lambda text: f"postgres://u:{text}@h/x", st.text("ab'\"\\{", max_size=8)),
)
VALUES: Final = st.recursive(
    st.one_of(TEXTS, st.integers(), st.floats(allow_nan=False), st.booleans(), st.none()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@given(value=VALUES, deep=st.integers(min_value=0, max_value=2), ascii_only=st.booleans())
def test_json_stays_json(value: Any, deep: int, ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    for _ in range(deep):
        text = json.dumps({"arguments": text}, ensure_ascii=ascii_only)
    left = json.loads(Redaction(emails=True).text(text))
    for _ in range(deep):
        left = json.loads(left["arguments"])
    assert KEY not in json.dumps(left)
    assert shape(left) == shape(value)


def shape(value: Any) -> Any:
    """The names and the kinds of things; a number under a secret's name may have become a word."""
    if isinstance(value, dict):
        return {name: shape(item) for name, item in value.items()}
    if isinstance(value, list):
        return [shape(item) for item in value]
    return "text" if isinstance(value, str | int | float) and not isinstance(value, bool) else value


@pytest.mark.parametrize(
    ("broken", "left"),
    [
        ('{"password": "hunter2"', '{"password": "REDACTED_secret_276d06"'),
        ('{"password": "hunter2', '{"password": "REDACTED_secret_276d06'),
        ("{'password': 'hunter2',}", "{'password': 'REDACTED_secret_276d06',}"),
        ('{password: "hunter2"}', '{password: "REDACTED_secret_276d06"}'),
        ('{"password": 12345]', '{"password": "REDACTED_secret_29b87f"]'),
        (
            '{"a": "b"c", "password": "hunter2"}',
            '{"a": "b"c", "password": "REDACTED_secret_276d06"}',
        ),
    ],
)
def test_what_is_broken_stays_as_broken(broken: str, left: str) -> None:
    assert Redaction().text(broken) == left
