from typing import Any

import pytest

from midspan.pipelines.ingest.normalise.provider_usage import put_provider_usage
from midspan.pipelines.ingest.span import Span
from tests.pipelines.ingest.normalise.raw_spans import normalised

Tokens = tuple[int | None, int | None, int | None, int | None, int | None]


def tokens(span: Span) -> Tokens:
    return (
        span.input_tokens,
        span.cache_read_tokens,
        span.cache_write_tokens,
        span.output_tokens,
        span.reasoning_tokens,
    )


@pytest.mark.parametrize(
    ("usage", "expected"),
    [
        (
            {
                "prompt_tokens": 180,
                "completion_tokens": 22,
                "prompt_tokens_details": {"cached_tokens": 64},
                "completion_tokens_details": {"reasoning_tokens": 3},
            },
            (180, 64, None, 22, 3),
        ),
        (
            {
                "input_tokens": 180,
                "output_tokens": 22,
                "input_tokens_details": {"cached_tokens": 64},
                "output_tokens_details": {"reasoning_tokens": 3},
            },
            (180, 64, None, 22, 3),
        ),
        (
            {
                "input_tokens": 100,
                "output_tokens": 22,
                "cache_read_input_tokens": 64,
                "cache_creation_input_tokens": 16,
            },
            (180, 64, 16, 22, None),
        ),
        (
            {"inputTokens": 116, "outputTokens": 22, "cacheReadInputTokens": 64},
            (180, 64, None, 22, None),
        ),
        (
            {
                "prompt_token_count": 180,
                "candidates_token_count": 22,
                "thoughts_token_count": 3,
                "total_token_count": 205,
            },
            (180, None, None, 25, 3),
        ),
        (
            {
                "prompt_token_count": 180,
                "candidates_token_count": 22,
                "thoughts_token_count": 3,
                "total_token_count": 202,
            },
            (180, None, None, 22, 3),
        ),
        ({"prompt_token_count": 180, "candidates_token_count": 22}, (180, None, None, 22, None)),
        ("{'prompt_tokens': 180, 'completion_tokens': None}", (180, None, None, None, None)),
        ('{"prompt_tokens": 180}', (180, None, None, None, None)),
        ({"prompt_tokens": 180, "prompt_tokens_details": None}, (180, None, None, None, None)),
        ({"prompt_tokens": -5, "completion_tokens": 10**18}, (None, None, None, None, None)),
        ("no usage", (None, None, None, None, None)),
        (7, (None, None, None, None, None)),
    ],
)
def test_usage_of_every_provider(usage: Any, expected: Tokens) -> None:
    span = normalised({})
    put_provider_usage(span, usage)
    assert tokens(span) == expected


def test_what_is_known_stays() -> None:
    span = normalised({"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 1})
    put_provider_usage(span, {"prompt_tokens": 180, "completion_tokens": 22})
    assert tokens(span) == (1, None, None, 22, None)
