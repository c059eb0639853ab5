"""An agent on the Anthropic SDK: a loop of our own. Lines that end in `# added` are for midspan.

pip install midspan anthropic openinference-instrumentation-anthropic
"""

import json
import os

from anthropic import Anthropic
from openinference.instrumentation.anthropic import AnthropicInstrumentor  # added
from shop import INSTRUCTIONS, QUESTION, SCHEMAS, TOOLS

from midspan.instrumentation import agent, run, setup, tool  # added

setup(experiment="shop", spool="runs")  # added
AnthropicInstrumentor().instrument()  # added

MODEL = os.environ.get("MODEL", "claude-haiku-4-5")
TOOLS = {name: tool(function) for name, function in TOOLS.items()}  # added
DEFINITIONS = [{"name": name, "input_schema": schema} for name, schema in SCHEMAS.items()]


def execute(call) -> dict:
    """Return what the model is told of one call."""
    block = {"type": "tool_result", "tool_use_id": call.id}
    try:
        return block | {"content": json.dumps(TOOLS[call.name](**call.input))}
    except Exception as error:
        return block | {"content": str(error), "is_error": True}


@run(task="prices")  # added
@agent("shop-agent")  # added
def ask(question: str) -> str:
    """Return the answer of the agent."""
    client = Anthropic()
    messages: list = [{"role": "user", "content": question}]
    while True:
        response = client.messages.create(
            model=MODEL,
            system=INSTRUCTIONS,
            messages=messages,
            tools=DEFINITIONS,
            max_tokens=1000,
        )
        if response.stop_reason != "tool_use":
            return "".join(block.text for block in response.content if block.type == "text")
        messages.append({"role": "assistant", "content": response.content})
        calls = [block for block in response.content if block.type == "tool_use"]
        messages.append({"role": "user", "content": [execute(call) for call in calls]})


if __name__ == "__main__":
    print(ask(QUESTION))
