"""Fields that spans of one call share, and those that a run adds up."""

from typing import Final

TOKEN_FIELDS: Final = (
    "input_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_tokens",
    "reasoning_tokens",
)
SUMMED_FIELDS: Final = (*TOKEN_FIELDS, "cost_usd")
"""What a run adds up from its LLM spans."""

SHARED_FIELDS: Final = (
    *TOKEN_FIELDS,
    "error_type",
    "error_message",
    "http_status",
    "provider",
    "request_model",
    "response_model",
    "response_id",
    "finish_reason",
    "cost_usd",
    "ttft_seconds",
    "tools",
    "input",
    "output",
    "text",
    "reasoning",
    "emitted",
    "call_id",
)
"""What a span takes over from one that repeats it."""
