"""An asynchronous agent on the OpenAI SDK, streamed. Lines that end in `# added` are for midspan.

pip install midspan openai openinference-instrumentation-openai
"""

import asyncio
import json
import os

from openai import AsyncOpenAI
from openinference.instrumentation.openai import OpenAIInstrumentor  # added
from shop import INSTRUCTIONS, QUESTION, SCHEMAS, TOOLS

from midspan.instrumentation import agent, run, setup, tool  # added

setup(experiment="shop", spool="runs")  # added
OpenAIInstrumentor().instrument()  # added

MODEL = os.environ.get("MODEL", "gpt-4.1-mini")
TOOLS = {name: tool(function) for name, function in TOOLS.items()}  # added
DEFINITIONS = [
    {"type": "function", "function": {"name": name, "parameters": schema}}
    for name, schema in SCHEMAS.items()
]


async def execute(call) -> dict:
    """Return the message that tells the model of one call."""
    try:
        arguments = json.loads(call.function.arguments)
        content = json.dumps(await asyncio.to_thread(TOOLS[call.function.name], **arguments))
    except Exception as error:
        content = f"Error: {error}"
    return {"role": "tool", "tool_call_id": call.id, "content": content}


@run(task="prices")  # added
@agent("shop-agent")  # added
async def ask(question: str) -> str | None:
    """Return the answer of the agent."""
    client = AsyncOpenAI()
    messages: list = [
        {"role": "system", "content": INSTRUCTIONS},
        {"role": "user", "content": question},
    ]
    while True:
        async with client.chat.completions.stream(
            model=MODEL,
            messages=messages,
            tools=DEFINITIONS,
            stream_options={"include_usage": True},
        ) as stream:
            message = (await stream.get_final_completion()).choices[0].message
        if not message.tool_calls:
            return message.content
        messages.append(message)
        messages += await asyncio.gather(*map(execute, message.tool_calls))


if __name__ == "__main__":
    print(asyncio.run(ask(QUESTION)))
