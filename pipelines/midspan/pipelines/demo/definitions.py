"""What agent and model say to each other: a header, and the tools, the same at every revision."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

RETRY_HEADER: Final = "x-stainless-retry-count"
"""The header in which OpenAI's clients say how often they have sent this request before."""

CURRENCIES: Final = ("USD", "EUR", "GBP", "JPY")
STATUSES: Final = ("open", "shipped", "delivered", "refunded")
REASONS: Final = ("damaged", "late", "unwanted")


def _definition(
    name: str,
    description: str,
    properties: Mapping[str, Mapping[str, Any]],
    *,
    required: Sequence[str],
) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


DEFINITIONS: Final[Sequence[dict[str, Any]]] = (
    _definition(
        "lookup_order",
        "Return one order: customer, item, price, currency, status.",
        {"order_id": {"type": "string"}},
        required=["order_id"],
    ),
    _definition(
        "search_orders",
        "Return the orders of a customer, in a status, or both.",
        {
            "customer": {"type": "string", "description": "Id of the customer."},
            "status": {"type": "string", "enum": list(STATUSES)},
            "limit": {"type": "integer", "minimum": 1, "maximum": 100},
        },
        required=[],
    ),
    _definition(
        "convert_currency",
        "Return an amount in another currency.",
        {
            "amount": {"type": "number"},
            "from_currency": {"type": "string", "enum": list(CURRENCIES)},
            "to_currency": {"type": "string", "enum": list(CURRENCIES)},
        },
        required=["amount", "from_currency", "to_currency"],
    ),
    _definition(
        "refund_order",
        "Refund a delivered order. It cannot be undone.",
        {"order_id": {"type": "string"}, "reason": {"type": "string", "enum": list(REASONS)}},
        required=["order_id", "reason"],
    ),
    _definition(
        "read_file",
        "Return the text of a file.",
        {"path": {"type": "string"}},
        required=["path"],
    ),
    _definition(
        "write_file",
        "Write a text to a file, over what was there.",
        {"path": {"type": "string"}, "content": {"type": "string"}},
        required=["path", "content"],
    ),
    _definition(
        "run_shell",
        "Run a shell command in the working directory and return its exit code and output.",
        {"command": {"type": "string"}},
        required=["command"],
    ),
)
