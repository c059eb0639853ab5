"""An agent on LangGraph. Lines that end in `# added` are for midspan.

pip install midspan langgraph langchain-openai openinference-instrumentation-langchain
"""

import os

from langchain_openai import ChatOpenAI
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode, tools_condition
from openinference.instrumentation.langchain import LangChainInstrumentor  # added
from shop import INSTRUCTIONS, QUESTION, convert_currency, lookup_order

from midspan.instrumentation import run, setup  # added

setup(experiment="shop", spool="runs")  # added
LangChainInstrumentor().instrument()  # added

TOOLS = [lookup_order, convert_currency]
MODEL = ChatOpenAI(model=os.environ.get("MODEL", "gpt-4.1-mini")).bind_tools(TOOLS)


def model(state: MessagesState) -> dict:
    """Ask the model."""
    return {"messages": [MODEL.invoke(state["messages"])]}


GRAPH = StateGraph(MessagesState)
GRAPH.add_node("model", model)
GRAPH.add_node("tools", ToolNode(TOOLS, handle_tool_errors=True))
GRAPH.add_edge(START, "model")
GRAPH.add_conditional_edges("model", tools_condition)
GRAPH.add_edge("tools", "model")
AGENT = GRAPH.compile()


@run(task="prices")  # added
def ask(question: str) -> str:
    """Return the answer of the agent."""
    messages = [("system", INSTRUCTIONS), ("user", question)]
    return AGENT.invoke({"messages": messages})["messages"][-1].content


if __name__ == "__main__":
    print(ask(QUESTION))
