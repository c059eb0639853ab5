"""An agent on the OpenAI Agents SDK. Lines that end in `# added` are for midspan.

pip install midspan openai-agents openinference-instrumentation-openai-agents
"""

import os

from agents import Agent, Runner, function_tool
from openinference.instrumentation.openai_agents import OpenAIAgentsInstrumentor  # added
from shop import INSTRUCTIONS, QUESTION, convert_currency, lookup_order

from midspan.instrumentation import run, setup  # added

setup(experiment="shop", spool="runs")  # added
OpenAIAgentsInstrumentor().instrument()  # added


def told(context, error: Exception) -> str:
    """Return what the model is told of a tool that raised: by default, it is not told why."""
    return f"Error: {error}"


TOOLS = [
    function_tool(function, failure_error_function=told)
    for function in (lookup_order, convert_currency)
]
AGENT = Agent(
    name="shop-agent",
    instructions=INSTRUCTIONS,
    model=os.environ.get("MODEL", "gpt-4.1-mini"),
    tools=TOOLS,
)


@run(task="prices")  # added
def ask(question: str) -> str:
    """Return the answer of the agent."""
    return Runner.run_sync(AGENT, question).final_output


if __name__ == "__main__":
    print(ask(QUESTION))
