"""An agent on pydantic-ai. Lines that end in `# added` are for midspan.

pip install midspan pydantic-ai-slim[openai]
"""

import os

from pydantic_ai import Agent, ModelRetry
from pydantic_ai.models.openai import OpenAIChatModel
from shop import INSTRUCTIONS, QUESTION, convert_currency, lookup_order

from midspan.instrumentation import run, setup  # added

setup(experiment="shop", spool="runs")  # added
Agent.instrument_all()  # added

MODEL = OpenAIChatModel(os.environ.get("MODEL", "gpt-4.1-mini"))
AGENT = Agent(MODEL, name="shop-agent", instructions=INSTRUCTIONS, tools=[convert_currency])


@AGENT.tool_plain(name="lookup_order")
def lookup(order_id: str) -> dict:
    """Return one order: item and total in USD."""
    try:
        return lookup_order(order_id)
    except ValueError as error:
        raise ModelRetry(str(error)) from error


@run(task="prices")  # added
def ask(question: str) -> str:
    """Return the answer of the agent."""
    return AGENT.run_sync(question).output


if __name__ == "__main__":
    print(ask(QUESTION))
