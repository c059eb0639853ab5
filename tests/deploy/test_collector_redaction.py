"""What the collector takes out of spans, and what it leaves: its expressions, tried."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support.team.compose_file import DEPLOY

PROCESSORS: dict[str, Any] = yaml.safe_load((DEPLOY / "collector.yaml").read_text())["processors"]
VALUES: list[str] = PROCESSORS["redaction"]["blocked_values"]
NAMES: list[str] = PROCESSORS["redaction"]["blocked_key_patterns"]
STATEMENT = re.compile(r'replace_pattern\(span\.status\.message, "(?P<pattern>[^"]+)", "\*{4}"\)')


def statuses() -> Iterator[str]:
    for statement in PROCESSORS["transform/status"]["trace_statements"]:
        match = STATEMENT.fullmatch(statement)
        assert match is not None, statement
        yield match["pattern"]


def masked(text: str, patterns: list[str]) -> str:
    """As the redaction processor does: each match of each expression becomes four stars."""
    for pattern in patterns:
        text = re.sub(pattern, "****", text, flags=re.ASCII)
    return text


@pytest.mark.parametrize("pattern", [*VALUES, *NAMES, *statuses()])
def test_an_expression_is_one_of_go(pattern: str) -> None:
    """Go's regexp has no look-around, no references back, and repeats 1,000 times at most."""
    assert re.compile(pattern)
    assert not re.search(r"\(\?[=!<P]|\\[1-9]|[*+?}][+]", pattern)
    bounds = [int(one) for one in re.findall(r"\{(?:\d*,)?(\d+)\}", pattern)]
    assert all(bound <= 1000 for bound in bounds)


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("sk-proj-abcdefgh12345678 ok", "**** ok"),
        ("sk-ant-api03-abcdefgh12345678_-x", "****"),
        ("AKIAABCDEFGHIJKLMNOP", "****"),
        ("ghp_abcdefghijklmnopqrstuv", "****"),
        ("github_pat_11ABCDEFG0abcdefghij_k", "****"),
        ("glpat-abcdefgh12345678_-x", "****"),
        ("xoxb-1234567890-abcdef", "****"),
        ("key=AIza" + "a1" * 18, "key=****"),
        ("gsk_" + "a1" * 20 + " xai-" + "b2" * 20, "**** ****"),
        ("HF_TOKEN=hf_abcdefghijklmnopqrst", "HF_TOKEN=****"),
        ("Authorization: Bearer abcdef0123456789xyz", "Authorization: ****"),
        ("eyJhbGciOiJI.eyJzdWIiOiIx.c2lnbmF0", "****"),
        ("postgres://bob:hunter2@db/shop", "postgres****db/shop"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----", "****"),
        (r'{"k":"-----BEGIN PRIVATE KEY-----\nMIIE"}', '{"k":"****"}'),
    ],
)
def test_a_key_goes(said: str, left: str) -> None:
    assert masked(said, VALUES) == left


@pytest.mark.parametrize(
    "said",
    [
        "basic internationalization-of-the-whole-shop",
        "scikit-learn and sk-learn-contrib-with-a-long-name",
        "the bearer of this message",
        "REDACTED_key_1f3a9c",
        "https://example.org:8080/a@b",
        "0af7651916cd43dd8448eb211c80319c",
        "The order ORD-1042 is 35.88 EUR.",
    ],
)
def test_what_is_no_key_stays(said: str) -> None:
    assert masked(said, VALUES) == said


def test_a_status_loses_its_keys_too() -> None:
    said = "401: sk-proj-abcdefgh12345678 and hf_abcdefghijklmnopqrst were refused"

    assert masked(said, list(statuses())) == "401: **** and **** were refused"


@pytest.mark.parametrize(
    ("name", "goes"),
    [
        ("http.request.header.authorization", True),
        ("http.request.header.x-api-key", True),
        ("openai.api_key", True),
        ("password", True),
        ("db.client_secret", True),
        ("gen_ai.usage.input_tokens", False),
        ("gen_ai.tool.call.arguments", False),
        ("llm.token_count.total", False),
        ("session.id", False),
        ("key", False),
    ],
)
def test_a_name_decides(name: str, goes: bool) -> None:
    assert any(re.search(pattern, name) for pattern in NAMES) is goes
