"""Tokens in a provider's own usage object, as some producers pass it on."""

from collections.abc import Mapping
from typing import Any, Final

from midspan.pipelines.ingest.content.document import parse, parse_python
from midspan.pipelines.ingest.normalise.numbers import token_count
from midspan.pipelines.ingest.span import Span

_INPUT: Final = ("prompt_tokens", "input_tokens", "inputTokens", "prompt_token_count")
_OUTPUT: Final = ("completion_tokens", "output_tokens", "outputTokens", "candidates_token_count")
_READ: Final = (
    "prompt_tokens_details.cached_tokens",
    "input_tokens_details.cached_tokens",
    "cache_read_input_tokens",
    "cacheReadInputTokens",
    "cached_content_token_count",
    "input_token_details.cache_read",
)
_WRITE: Final = (
    "prompt_tokens_details.cache_write_tokens",
    "input_tokens_details.cache_write_tokens",
    "cache_creation_input_tokens",
    "cacheWriteInputTokens",
    "input_token_details.cache_creation",
)
_REASONING: Final = (
    "completion_tokens_details.reasoning_tokens",
    "output_tokens_details.reasoning_tokens",
    "thoughts_token_count",
    "output_token_details.reasoning",
)
_BESIDE_THE_CACHE: Final = (
    "cache_read_input_tokens",
    "cache_creation_input_tokens",
    "cacheReadInputTokens",
    "cacheWriteInputTokens",
)
"""Where these stand without OpenAI's total, the input does not hold what the cache gave."""


def put_provider_usage(span: Span, usage: Any) -> None:
    """Fill in the tokens of a usage object of OpenAI, Anthropic, Bedrock or Google.

    It may be JSON text, Python's notation, or structured; what is known already stays.
    """
    document = parse(usage)
    if document is None and isinstance(usage, str):
        document = parse_python(usage)
    if not isinstance(document, Mapping):
        return
    read, write = _first(document, _READ), _first(document, _WRITE)
    given, output = _first(document, _INPUT), _first(document, _OUTPUT)
    reasoning = _first(document, _REASONING)
    if given is not None and "prompt_tokens" not in document and _beside(document):
        given += (read or 0) + (write or 0)
    if "candidates_token_count" in document:
        output = _google_output(document, given, output, reasoning)
    for field, number in (
        ("input_tokens", given),
        ("cache_read_tokens", read),
        ("cache_write_tokens", write),
        ("output_tokens", output),
        ("reasoning_tokens", reasoning),
    ):
        if number is not None and getattr(span, field) is None:
            setattr(span, field, number)


def _beside(document: Mapping[str, Any]) -> bool:
    return any(name in document for name in _BESIDE_THE_CACHE)


def _google_output(
    document: Mapping[str, Any], given: int | None, output: int | None, reasoning: int | None
) -> int | None:
    """Return all output: Google counts thoughts beside the candidates, adapters within them."""
    total = token_count(document.get("total_token_count"))
    told = token_count(document.get("tool_use_prompt_token_count")) or 0
    if total is not None and given is not None and total > given + told:
        return total - given - told
    return None if output is None else output + (reasoning or 0)


def _first(document: Mapping[str, Any], paths: tuple[str, ...]) -> int | None:
    for path in paths:
        value: Any = document
        for step in path.split("."):
            value = value.get(step) if isinstance(value, Mapping) else None
        number = token_count(value)
        if number is not None:
            return number
    return None
