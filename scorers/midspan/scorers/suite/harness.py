"""The programs that drive the models."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Final, Literal

from pydantic import AfterValidator, Field, JsonValue, Tag

from midspan.scorers.file_format.choices import by_shape, by_value
from midspan.scorers.file_format.fields import InsidePath, Text
from midspan.scorers.file_format.models import Strict
from midspan.scorers.file_format.problems import did_you_mean

HARNESS_KINDS: Final = ("pi", "smolagents", "openai-loop", "command", "python")
PLACEHOLDERS: Final = ("api_key", "base_url", "directory", "model", "prompt", "sessions", "suite")
TARGET_PYTHON: Final = "target"
"""The interpreter of the environment that the target is installed in."""

Instrument = Literal["proxy", "auto", "both"]


def _near_placeholders(word: str) -> str:
    # Braces may well mean something else (`awk '{print}'`): only a near miss is a mistake.
    for name in re.findall(r"\{([a-z_]+)\}", word):
        meant = did_you_mean(name, PLACEHOLDERS)
        if name not in PLACEHOLDERS and meant:
            raise ValueError(f"unknown placeholder {{{name}}}. Did you mean {{{meant}}}?")
    return word


def _proxy_only(value: Instrument) -> Instrument:
    if value != "proxy":
        raise ValueError("pi is recorded by the proxy alone: there is no instrumentation for it")
    return value


def _interpreter(value: str) -> str:
    if "/" in value and not value.startswith("/"):
        raise ValueError(f"{value[:60]!r} is no interpreter: name an absolute path, or `target`")
    return value


def _function(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*", value):
        raise ValueError(f"{value[:60]!r} is no function: write package.module:function")
    return value


Interpreter = Annotated[Text, AfterValidator(_interpreter)]
"""A program, the path of one, or `target`."""


class HarnessBase(Strict):
    """What every harness has."""

    version: Text | None = None
    """Version of the program; part of the harness's identity."""
    instrument: Instrument = "proxy"
    """Where spans come from: the recording proxy, instrumentation inside the agent, or both."""
    files: tuple[InsidePath, ...] = ()
    """Files and folders beside the suite that it needs: scripts, modules."""

    other_words: ClassVar[dict[str, str]] = {"type": "kind", "command": "argv", "args": "argv"}


class PiHarness(HarnessBase):
    """The pi coding agent."""

    kind: Literal["pi"]
    instrument: Annotated[Instrument, AfterValidator(_proxy_only)] = "proxy"
    """Only the proxy: there is no instrumentation for pi, which keeps sessions of its own."""
    model_settings: Mapping[str, JsonValue] = Field(default_factory=dict)
    """Settings of the model in pi's models.json: contextWindow, maxTokens, reasoning ..."""


class SmolagentsHarness(HarnessBase):
    """A ToolCallingAgent of smolagents with bash, read, write and edit."""

    kind: Literal["smolagents"]
    python: Interpreter | None = None
    """Interpreter that has smolagents; `target` for the one of the target's environment.

    midspan's own when absent.
    """


class OpenAILoopHarness(HarnessBase):
    """The plain tool loop that comes with midspan: bash, read, write and edit."""

    kind: Literal["openai-loop"]
    instructions: Text | None = None
    """The system prompt, in place of its own."""


class AnswerFile(Strict):
    """A file that holds the answer."""

    file: InsidePath
    """Relative to the run's directory."""


class CommandHarness(HarnessBase):
    """Any command."""

    kind: Literal["command"]
    argv: Annotated[
        tuple[Annotated[Text, AfterValidator(_near_placeholders)], ...], Field(min_length=1)
    ]
    """The program and its arguments.

    {prompt}, {model}, {base_url}, {api_key}, {directory} (of the run), {sessions} (a folder that is
    kept) and {suite} (the suite's folder) are filled in.
    """
    from_target: bool = False
    """Whether the program is one that the target installs: it is there once that is."""
    answer: Annotated[
        Annotated[Literal["last_line", "stdout"], Tag("<text>")]
        | Annotated[AnswerFile, Tag("<mapping>")],
        by_shape("text", "mapping"),
    ] = "last_line"
    """The last line that it prints, all that it prints, or a file."""


class PythonHarness(HarnessBase):
    """A Python function."""

    kind: Literal["python"]
    function: Annotated[str, AfterValidator(_function)]
    """`package.module:function`, found beside the suite; called in the run's own process."""
    python: Interpreter | None = None
    """Interpreter; `target` for the one of the target's environment, midspan's own when absent."""
    warm: bool = False
    """Whether the module is imported once, and each run is a forked copy of that process."""


Harness = Annotated[
    Annotated[PiHarness, Tag("<pi>")]
    | Annotated[SmolagentsHarness, Tag("<smolagents>")]
    | Annotated[OpenAILoopHarness, Tag("<openai-loop>")]
    | Annotated[CommandHarness, Tag("<command>")]
    | Annotated[PythonHarness, Tag("<python>")],
    by_value("kind", HARNESS_KINDS),
]
"""Told apart by `kind`."""
