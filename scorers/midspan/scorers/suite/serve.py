"""How a model is served beside the agents."""

import re
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, model_validator

from midspan.scorers.file_format.fields import AtLeastOne, InsidePath, Positive, Text
from midspan.scorers.file_format.models import Strict

Engine = Literal["vllm", "transformers", "llama-cpp"]

NO_PARSER: Final = "none"
"""Given as a parser: none is asked of the server, not even that of the model's family."""

START_SECONDS: Final = 1200.0

_TAKEN: Final = {
    "--alias": "the model's `name`",
    "-a": "the model's `name`",
    "--served-model-name": "the model's `name`",
    "--model": "`weights`",
    "-m": "`weights`",
    "--hf-repo": "`weights`",
    "-hf": "`weights`",
    "--hf-file": "`file`",
    "-hff": "`file`",
    "--revision": "the model's `revision`",
    "--dtype": "`dtype`",
    "--max-model-len": "`max_model_len`",
    "--ctx-size": "`max_model_len`",
    "-c": "`max_model_len`",
    "--tool-call-parser": "`tool_call_parser`",
    "--reasoning-parser": "`reasoning_parser`",
    "--host": "midspan: 127.0.0.1",
    "--port": "midspan: a free one",
    "--api-key": "midspan: only this machine reaches the server",
}
"""Arguments of servers that stand elsewhere, and where."""

_UNKNOWN_TO: Final = {
    "vllm": {"file": "weights in one .gguf file are for llama-cpp"},
    "transformers": {
        "file": "weights in one .gguf file are for llama-cpp",
        "tool_call_parser": "it reads tool calls by the model's own template",
        "reasoning_parser": "it reads reasoning by the model's own template",
        "max_model_len": "its context is the model's",
    },
    "llama-cpp": {
        "tool_call_parser": "it reads tool calls by the model's own template",
        "reasoning_parser": "say it with arguments: [--reasoning-format, deepseek]",
        "dtype": "the file of the weights has it",
    },
}


def _weights(value: str) -> str:
    if value.startswith(("/", "~/")):
        return value
    if not re.fullmatch(r"[\w.-]+/[\w.-]+(:[\w.-]+)?", value) or value.startswith("."):
        raise ValueError(
            f"{value[:60]!r} is neither a repository (owner/name) nor an absolute path"
        )
    return value


def _argument(value: str) -> str:
    where = _TAKEN.get(value.partition("=")[0].replace("_", "-"))
    if where:
        raise ValueError(f"{value.partition('=')[0]} is said by {where}")
    return value


class Serve(Strict):
    """How the model is served next to the agent."""

    engine: Engine = "vllm"
    image: Text | None = None
    """Container image with its tag or digest; a pinned one of the engine when absent."""
    weights: Annotated[str, AfterValidator(_weights)] | None = None
    """Repository (owner/name) or absolute path of the weights; the model's name when absent."""
    file: InsidePath | None = None
    """llama-cpp: the .gguf file in the repository or folder."""
    tool_call_parser: Text | None = None
    """vllm: its parser for tool calls, `none` for none; that of the model's family when absent."""
    reasoning_parser: Text | None = None
    """vllm: its parser for reasoning, `none` for none; that of the model's family when absent."""
    dtype: Text | None = None
    max_model_len: AtLeastOne | None = None
    """Tokens of context, question and answer together; the model's own when absent."""
    arguments: tuple[Annotated[Text, AfterValidator(_argument)], ...] = ()
    """Further arguments of the server's command."""
    start_seconds: Positive = Field(default=START_SECONDS)
    """How long it may take until the server answers, with the download of the weights."""

    other_words: ClassVar[dict[str, str]] = {
        "args": "arguments",
        "argv": "arguments",
        "extra_args": "arguments",
        "parser": "tool_call_parser",
        "tool_parser": "tool_call_parser",
        "context": "max_model_len",
        "ctx_size": "max_model_len",
        "timeout": "start_seconds",
        "gguf": "file",
        "path": "weights",
        "docker_image": "image",
    }

    @property
    def path(self) -> str | None:
        """The weights, where they are a path."""
        return self.weights if self.weights and self.weights[0] in "/~" else None

    @model_validator(mode="after")
    def _fits_the_engine(self) -> "Serve":
        for name, why in _UNKNOWN_TO[self.engine].items():
            if getattr(self, name) is not None:
                raise ValueError(f"`{name}` is not for {self.engine}: {why}")
        if self.engine != "llama-cpp" and ":" in (self.weights or ""):
            raise ValueError("`weights: owner/name:QUANT` is for llama-cpp")
        return self
