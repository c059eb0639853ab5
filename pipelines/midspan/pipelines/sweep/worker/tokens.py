"""How many tokens one model call took, by what its span says, whoever wrote it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from midspan.instrumentation import conventions

_INPUT: Final = (conventions.INPUT_TOKENS, "llm.token_count.prompt")
_OUTPUT: Final = (conventions.OUTPUT_TOKENS, "llm.token_count.completion")
_CACHE_READ: Final = (
    conventions.CACHE_READ_TOKENS,
    "llm.token_count.prompt_details.cache_read",
    "llm.token_count.prompt_details.cache_input",
)
_CACHE_WRITE: Final = (
    conventions.CACHE_WRITE_TOKENS,
    "llm.token_count.prompt_details.cache_write",
)
_TOTAL: Final = ("llm.token_count.total",)


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """Tokens of one call."""

    input: int = 0
    """All that went in, those of a cache among them."""
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    total: int = 0

    @property
    def new(self) -> int:
        """Those that went in and came from no cache."""
        return max(0, self.input - self.cache_read - self.cache_write)


def tokens_of(attributes: Mapping[str, Any]) -> Tokens:
    """Return what a span says, by the names of OpenTelemetry or of OpenInference.

    >>> tokens_of({"llm.token_count.prompt": 10, "gen_ai.usage.output_tokens": 5}).total
    15
    """
    given, got = _first(attributes, _INPUT), _first(attributes, _OUTPUT)
    read, written = _first(attributes, _CACHE_READ), _first(attributes, _CACHE_WRITE)
    if read + written > given and conventions.INPUT_TOKENS not in attributes:
        # Instrumentors that pass Anthropic's numbers on leave the cached ones out of the input.
        given += read + written
    return Tokens(
        input=given,
        output=got,
        cache_read=read,
        cache_write=written,
        total=given + got or _first(attributes, _TOTAL),
    )


def _first(attributes: Mapping[str, Any], names: tuple[str, ...]) -> int:
    """Return the first that is an amount; what is below nothing would give a budget back."""
    found = (attributes.get(name) for name in names)
    return next((max(0, int(one)) for one in found if isinstance(one, int | float)), 0)
