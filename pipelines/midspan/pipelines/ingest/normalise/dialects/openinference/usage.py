"""Tokens and costs."""

from typing import Final

from midspan.pipelines.ingest.normalise.fields import Fields
from midspan.pipelines.ingest.normalise.source import Source
from midspan.pipelines.ingest.span import Span

_USAGE: Final = Fields(
    tokens={
        "input_tokens": ("llm.token_count.prompt",),
        "output_tokens": ("llm.token_count.completion",),
        "cache_read_tokens": (
            "llm.token_count.prompt_details.cache_read",
            "llm.token_count.prompt_details.cache_input",
        ),
        "cache_write_tokens": ("llm.token_count.prompt_details.cache_write",),
        "reasoning_tokens": ("llm.token_count.completion_details.reasoning",),
    },
    numbers={"cost_usd": ("llm.cost.total",)},
)


def read_usage(span: Span, source: Source) -> None:
    """Fill in tokens and cost; the total of the input holds the cached ones."""
    known = span.input_tokens
    _USAGE.fill(span, source)
    cached = (span.cache_read_tokens or 0) + (span.cache_write_tokens or 0)
    if known is None and span.input_tokens is not None and cached > span.input_tokens:
        # Instrumentors that pass Anthropic's numbers on leave the cached ones out of the total.
        span.input_tokens += cached
