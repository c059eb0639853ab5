"""An agent on LiteLLM: a loop of our own. Lines that end in `# added` are for midspan.

pip install midspan litellm[mcp] openinference-instrumentation-litellm
"""

import json
import os

import litellm
from openinference.instrumentation.litellm import LiteLLMInstrumentor  # added
from shop import INSTRUCTIONS, QUESTION, SCHEMAS, TOOLS

from midspan.instrumentation import agent, run, setup, tool  # added

setup(experiment="shop", spool="runs")  # added
LiteLLMInstrumentor().instrument()  # added

MODEL = os.environ.get("MODEL", "openai/gpt-4.1-mini")
TOOLS = {name: tool(function) for name, function in TOOLS.items()}  # added
DEFINITIONS = [
    {"type": "function", "function": {"name": name, "parameters": schema}}
    for name, schema in SCHEMAS.items()
]


def execute(call) -> str:
    """Return what the model is told of one call."""
    try:
        return json.dumps(TOOLS[call.function.name](**json.loads(call.function.arguments)))
    except Exception as error:
        return f"Error: {error}"


@run(task="prices")  # added
@agent("shop-agent")  # added
def ask(question: str) -> str | None:
    """Return the answer of the agent."""
    messages: list = [
        {"role": "system", "content": INSTRUCTIONS},
        {"role": "user", "content": question},
    ]
    while True:
        response = litellm.completion(model=MODEL, messages=messages, tools=DEFINITIONS)
        message = response.choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message)
        messages += [
            {"role": "tool", "tool_call_id": call.id, "content": execute(call)}
            for call in message.tool_calls
        ]


if __name__ == "__main__":
    print(ask(QUESTION))
