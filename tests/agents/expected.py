"""What every agent does, whichever framework drives it: the same calls with the same results."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.agents.running import NamedCall

REFUSED = "invalid order id '1042': must look like ORD-NNNN"
EUR = {"amount": 39, "from_currency": "USD", "to_currency": "EUR"}
JPY = {"amount": 39, "from_currency": "USD", "to_currency": "JPY"}

CALLS: list[NamedCall] = [
    ("lookup_order", {"order_id": "1042"}, "execution.error"),
    ("lookup_order", {"order_id": "ORD-1042"}, "none"),
    ("convert_currency", EUR, "none"),
    ("convert_currency", JPY, "none"),
]
RESULTS: list[Any] = [
    {"order_id": "ORD-1042", "item": "desk lamp", "total_usd": 39.0},
    {"amount": 35.88, "currency": "EUR"},
    {"amount": 5811.0, "currency": "JPY"},
]


@dataclass(frozen=True, kw_only=True)
class Expected:
    """What is to be seen of one agent; None where that way shows no such call."""

    title: str
    lines: str = "execution.error"
    """The fault of the call whose tool raises, where the added lines are there."""
    trace: str = "execution.error"
    """The same of the agent as it was, under `midspan trace`."""
    proxy: str | None = "hidden.error"
    """The same through `midspan proxy`."""
    broken: str | None = "model.unparseable"
    """The fault of a call whose arguments break off."""
    model: str = "careful"


EXPECTED: Mapping[str, Expected] = {
    # A loop of one's own has no tool spans: only the added lines make them.
    "openai_sdk": Expected(title="OpenAI SDK", trace="hidden.error"),
    "openai_sdk_streamed": Expected(title="OpenAI SDK, streamed", trace="hidden.error"),
    "anthropic_sdk": Expected(
        title="Anthropic SDK",
        trace="hidden.error",
        # Results carry a flag for failures.
        proxy="execution.error",
        # The API sends objects only: what was cut off is gone before the agent sees it.
        broken="model.bad_arguments",
    ),
    "openai_agents": Expected(title="OpenAI Agents SDK"),
    "langgraph_agent": Expected(title="LangGraph"),
    "pydantic_ai_agent": Expected(title="pydantic-ai"),
    "smolagents_tool_calling": Expected(title="smolagents ToolCallingAgent"),
    "smolagents_code": Expected(
        title="smolagents CodeAgent", proxy=None, broken=None, model="coder"
    ),
    "litellm_loop": Expected(title="LiteLLM", trace="hidden.error", model="openai/careful"),
}


def calls_with(fault: str | None) -> list[NamedCall]:
    """The calls, the first of which has this fault; without one, none was seen to be executed."""
    first, *others = CALLS
    if fault is None:
        return [(name, arguments, None) for name, arguments, _ in CALLS]
    return [(first[0], first[1], fault), *others]
