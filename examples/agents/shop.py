"""What the agents in this folder work with: a question, two functions, and their JSON Schemas."""

QUESTION = "How much is order 1042 in EUR and in JPY?"
INSTRUCTIONS = "You are a shop assistant. Use the tools."

ORDERS = {"ORD-1042": {"order_id": "ORD-1042", "item": "desk lamp", "total_usd": 39.0}}
PER_USD = {"USD": 1.0, "EUR": 0.92, "JPY": 149.0}


def lookup_order(order_id: str) -> dict:
    """Return one order: item and total in USD.

    Args:
        order_id: Id of the order, such as ORD-1042.
    """
    if order_id not in ORDERS:
        raise ValueError(f"invalid order id {order_id!r}: must look like ORD-NNNN")
    return ORDERS[order_id]


def convert_currency(amount: float, from_currency: str, to_currency: str) -> dict:
    """Return an amount in another currency.

    Args:
        amount: The amount.
        from_currency: What it is in: USD, EUR or JPY.
        to_currency: What it is wanted in: USD, EUR or JPY.
    """
    converted = amount / PER_USD[from_currency] * PER_USD[to_currency]
    return {"amount": round(converted, 2), "currency": to_currency}


TOOLS = {"lookup_order": lookup_order, "convert_currency": convert_currency}
"""For agents that call them by name."""

SCHEMAS = {
    "lookup_order": {
        "type": "object",
        "properties": {"order_id": {"type": "string"}},
        "required": ["order_id"],
    },
    "convert_currency": {
        "type": "object",
        "properties": {
            "amount": {"type": "number"},
            "from_currency": {"type": "string"},
            "to_currency": {"type": "string"},
        },
        "required": ["amount", "from_currency", "to_currency"],
    },
}
"""For APIs that are to be told of them."""
