"""A ToolCallingAgent of smolagents. Lines that end in `# added` are for midspan.

pip install midspan smolagents[openai] openinference-instrumentation-smolagents
"""

import os

from openinference.instrumentation.smolagents import SmolagentsInstrumentor  # added
from shop import INSTRUCTIONS, QUESTION, convert_currency, lookup_order
from smolagents import OpenAIModel, ToolCallingAgent, tool

from midspan.instrumentation import run, setup  # added

setup(experiment="shop", spool="runs")  # added
SmolagentsInstrumentor().instrument()  # added

AGENT = ToolCallingAgent(
    tools=[tool(lookup_order), tool(convert_currency)],
    model=OpenAIModel(os.environ.get("MODEL", "gpt-4.1-mini")),
    instructions=INSTRUCTIONS,
)


@run(task="prices")  # added
def ask(question: str) -> str:
    """Return the answer of the agent."""
    return AGENT.run(question)


if __name__ == "__main__":
    print(ask(QUESTION))
