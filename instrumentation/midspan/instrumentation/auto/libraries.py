"""The libraries that agents are made of, and what records each."""

from typing import Final, NamedTuple


class Library(NamedTuple):
    """A library by the name of its distribution, and the package that records it."""

    distribution: str
    modules: tuple[str, ...]
    """What a program imports of it: one of them being imported is when recording begins."""
    package: str | None
    """What to install for it; None where the library emits spans itself."""


_OPENINFERENCE: Final = "openinference-instrumentation-"
_OPENLLMETRY: Final = "opentelemetry-instrumentation-"

LIBRARIES: Final = {
    library.distribution: library
    for library in (
        Library("openai", ("openai",), _OPENINFERENCE + "openai"),
        Library("anthropic", ("anthropic",), _OPENINFERENCE + "anthropic"),
        Library("langchain-core", ("langchain_core",), _OPENINFERENCE + "langchain"),
        Library("llama-index-core", ("llama_index.core",), _OPENINFERENCE + "llama-index"),
        Library("smolagents", ("smolagents",), _OPENINFERENCE + "smolagents"),
        Library("openai-agents", ("agents",), _OPENINFERENCE + "openai-agents"),
        Library("crewai", ("crewai",), _OPENINFERENCE + "crewai"),
        Library("litellm", ("litellm",), _OPENINFERENCE + "litellm"),
        Library("haystack-ai", ("haystack",), _OPENINFERENCE + "haystack"),
        Library("dspy", ("dspy",), _OPENINFERENCE + "dspy"),
        Library("autogen-agentchat", ("autogen_agentchat",), _OPENINFERENCE + "autogen-agentchat"),
        Library("agno", ("agno",), _OPENINFERENCE + "agno"),
        Library("google-genai", ("google.genai",), _OPENINFERENCE + "google-genai"),
        Library("google-adk", ("google.adk",), _OPENINFERENCE + "google-adk"),
        Library("mistralai", ("mistralai",), _OPENINFERENCE + "mistralai"),
        Library("groq", ("groq",), _OPENINFERENCE + "groq"),
        Library("claude-agent-sdk", ("claude_agent_sdk",), _OPENINFERENCE + "claude-agent-sdk"),
        Library("ollama", ("ollama",), _OPENLLMETRY + "ollama"),
        Library("cohere", ("cohere",), _OPENLLMETRY + "cohere"),
        Library("together", ("together",), _OPENLLMETRY + "together"),
        Library("replicate", ("replicate",), _OPENLLMETRY + "replicate"),
        Library("pydantic-ai-slim", ("pydantic_ai",), None),
        Library("strands-agents", ("strands",), None),
    )
}

ALSO_KNOWN: Final = frozenset(
    {
        *(
            "boto3",
            "botocore",
            "bedrock",
            "mcp",
            "langchain",
            "langgraph",
            "llama-index",
            "vertexai",
        ),
        *("google-generativeai", "google-cloud-aiplatform", "transformers", "guardrails-ai"),
        *(
            "instructor",
            "portkey-ai",
            "beeai-framework",
            "semantic-kernel",
            "pipecat-ai",
            "haystack",
        ),
        *("autogen", "watsonx", "sagemaker", "writer", "alephalpha", "voyageai", "weaviate-client"),
    }
)
"""Further names by which instrumentation of model calls may be told; the rest is of the web."""


def normalised(name: str) -> str:
    """Return the name of a distribution in the one form that names are compared in."""
    return name.lower().replace("_", "-").replace(".", "-")
