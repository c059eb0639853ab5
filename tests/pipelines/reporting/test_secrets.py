"""Most texts are not looked at closely; those that hold a secret always are."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.instrumentation.redaction import Redaction
from midspan.instrumentation.redaction.assigned import WORDS
from midspan.pipelines.reporting.secrets import SecretsTakenOut

VALUE = "s3cretValue9"
NAMES = st.sampled_from(
    [
        *WORDS,
        "password",
        "passwd",
        "API_KEY",
        "x-goog-key",
        "Set-Cookie",
        "auth-Token",
        "to\u212aen",
    ]
)
BETWEEN = st.lists(
    st.sampled_from(
        [
            *"\"'\\ \t\n:=!>,-[(<%",
            "\x1c",
            "\u00a0",
            "\u0130",
            "=>",
            ":=",
            "%3D",
            '", "value": "',
            "bearer ",
        ]
    ),
    max_size=5,
).map("".join)


@given(st.sampled_from(["", " ", "--", "[['", '{"', "\u0130 my_", "://u:p@"]), NAMES, BETWEEN)
def test_no_secret_with_a_name_is_missed(before: str, name: str, between: str) -> None:
    text = f"{before}{name}{between}{VALUE}"
    shown = SecretsTakenOut()(pl.Series([text]), pl.Series(["run"]))
    assert shown.to_list() == [Redaction().text(text, "run")]


@pytest.mark.parametrize(
    "text",
    [
        "password: hunter2000",
        '{"api_key": "abcdefgh12"}',
        'json in json: {\\"token\\": \\"abcdefgh12\\"}',
        "curl --oauth-token abcdefgh12",
        '[("cookie", "session=abcdefgh12")]',
        "<password>hunter2000</password>",
        "use hf_abcdefghijklmnopqrst",
        "https://me:hunter2000@example.org",
    ],
)
def test_what_it_takes_out(text: str) -> None:
    taken = SecretsTakenOut()
    (shown,) = taken(pl.Series([text]), pl.Series(["run"]))
    assert "REDACTED_" in shown
    assert sum(taken.redaction.counts.values()) == 1


def test_only_the_texts_with_secrets_change_and_none_stays_none() -> None:
    texts = pl.Series(["the input tokens are known", None, "token=abcdefgh12", "keys, tokens"])
    shown = SecretsTakenOut()(texts, pl.Series(["r"] * 4)).to_list()
    assert [shown[0], shown[1], shown[3]] == [texts[0], None, texts[3]]
    assert shown[2] != texts[2]
