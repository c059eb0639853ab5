"""Examples of a marker: steps on which it must fire, or must not."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, JsonValue, Tag, model_validator

from midspan.scorers.file_format.choices import by_shape
from midspan.scorers.file_format.fields import Text
from midspan.scorers.file_format.models import Strict
from midspan.scorers.profile.predicates import FaultFilter

STEP_KEYS: Final = ("command", "python", "reads", "writes", "tool", "output", "answer")


class ExampleStep(Strict):
    """One step of an example: what happened, under the key of the predicate that asks for it."""

    command: Text | None = None
    """A shell command that was run."""
    python: Text | None = None
    """Python code that was run."""
    reads: Text | None = None
    """A path that a tool read."""
    writes: Text | None = None
    """A path that a tool wrote."""
    content: str | None = None
    """What was written."""
    tool: Text | None = None
    """The name of a tool that was called."""
    arguments: Mapping[str, JsonValue] = Field(default_factory=dict)
    """The arguments of that call."""
    result: str | None = None
    """What the call returned."""
    fault: FaultFilter = "none"
    """The fault of the call; `any` is an error of its execution."""
    output: Text | None = None
    """A text that the model wrote."""
    answer: Text | None = None
    """The final answer."""

    @model_validator(mode="after")
    def _one_thing(self) -> "ExampleStep":
        given = [key for key in STEP_KEYS if getattr(self, key) is not None]
        if len(given) != 1:
            raise ValueError(f"a step has one of the keys {', '.join(STEP_KEYS)}")
        if self.content is not None and self.writes is None:
            raise ValueError("`content` needs `writes`")
        if self.arguments and self.tool is None:
            raise ValueError("`arguments` needs `tool`")
        return self


Example = Annotated[
    Annotated[Text, Tag("<text>")]
    | Annotated[ExampleStep, Tag("<mapping>")]
    | Annotated[tuple[ExampleStep, ...], Field(min_length=1), Tag("<list>")],
    by_shape("text", "mapping", "list"),
]
"""A text (a command, code, a path, an answer: what the marker is about), a step, or several."""
