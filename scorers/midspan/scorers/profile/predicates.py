"""Predicates over the steps of a run: what markers and rules are made of. Syntax only."""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, Field, Tag, model_validator

from midspan.scorers.file_format.choices import by_key
from midspan.scorers.file_format.fields import AtLeastOne, JsonPointer, Text
from midspan.scorers.file_format.matchers import ArgumentMatcher, ArgumentRule, TextMatch
from midspan.scorers.file_format.models import Strict
from midspan.scorers.file_format.patterns import check_linear_pattern
from midspan.scorers.profile.meaning import check_all, check_order, check_steps

PREDICATE_KEYS: Final = (
    "command",
    "python",
    "reads",
    "writes",
    "tool",
    "output",
    "answer",
    "result",
    "all",
    "any",
    "not",
    "sequence",
    "count",
)

FaultFilter = Literal[
    "any",
    "none",
    "model.unparseable",
    "model.unknown_tool",
    "model.bad_arguments",
    "execution.error",
    "hidden.error",
]


class Command(Strict):
    """A program that a shell command starts."""

    program: Text
    """Name glob of the program: the first word of any segment, past env, timeout, sudo, xargs."""
    arguments: TextMatch | None = None
    """What follows the program, its words joined by blanks and without quotes."""

    @model_validator(mode="before")
    @classmethod
    def _is_mapping(cls, data: Any) -> Any:
        if isinstance(data, str):
            program, _, arguments = data.strip().partition(" ")
            more = f", arguments: {arguments.strip()!r}" if arguments else ""
            raise ValueError(f"must be a mapping: {{program: {program}{more}}}")
        return data


class CommandPredicate(Strict):
    """A shell command ran a program."""

    command: Command


class Python(Strict):
    """A name that Python code calls or imports, aliases resolved."""

    calls: Text | None = None
    """Dotted name glob of a function that is called: `transformers.pipeline`."""
    imports: Text | None = None
    """Dotted name glob of a module that is imported."""

    @model_validator(mode="after")
    def _says_something(self) -> "Python":
        if (self.calls is None) == (self.imports is None):
            raise ValueError("takes one of `calls` and `imports`")
        return self


class PythonPredicate(Strict):
    """Python code (a script, heredoc, `python -c`, notebook or code action) used a name."""

    python: Python


class ReadsPredicate(Strict):
    """A file was read: by a read tool, or by cat, sed, head, grep in the shell."""

    reads: Text
    """Path glob; `**` crosses folders."""


class WritesPredicate(Strict):
    """A file was written or edited."""

    writes: Text
    """Path glob; `**` crosses folders."""
    content: TextMatch | None = None
    """What was written."""


class ToolPredicate(Strict):
    """A tool was called."""

    tool: Text
    """Name glob of the tool."""
    arguments: Mapping[JsonPointer, ArgumentRule] = Field(default_factory=dict)
    """JSON pointer into the arguments: the value there, or a matcher."""
    fault: FaultFilter | None = None
    """Only calls with this fault; `any` for every fault, `none` for calls without one."""

    @model_validator(mode="after")
    def _linear(self) -> "ToolPredicate":
        for pointer, rule in self.arguments.items():
            if isinstance(rule, ArgumentMatcher) and rule.regex is not None:
                try:
                    check_linear_pattern(rule.regex)
                except ValueError as error:
                    raise ValueError(f"the pattern at {pointer!r} {error}") from None
        return self


class OutputPredicate(Strict):
    """The model wrote a text."""

    output: TextMatch


class AnswerPredicate(Strict):
    """The agent gave its final answer; `{}` for any answer."""

    answer: TextMatch


class ResultPredicate(Strict):
    """A tool returned a text."""

    result: TextMatch


def _same_step(parts: tuple["Predicate", ...]) -> tuple["Predicate", ...]:
    check_all(parts)
    return parts


def _steps(parts: tuple["Predicate", ...]) -> tuple["Predicate", ...]:
    check_steps("any", *parts)
    return parts


class AllPredicate(Strict):
    """Every one of these holds for the same step; beside them `not` for what does not."""

    all: Annotated[tuple["Predicate", ...], Field(min_length=1), AfterValidator(_same_step)]


class AnyPredicate(Strict):
    """At least one of these holds."""

    any: Annotated[tuple["Predicate", ...], Field(min_length=1), AfterValidator(_steps)]


class NotPredicate(Strict):
    """This holds nowhere in the run; within `all`: not on the same step."""

    negated: "Predicate" = Field(alias="not")

    @model_validator(mode="after")
    def _once(self) -> "NotPredicate":
        check_steps("not", self.negated)
        return self


def _two_or_more(items: tuple["Predicate", ...]) -> tuple["Predicate", ...]:
    if len(items) < 2:
        raise ValueError("needs two predicates or more")
    check_steps("sequence", *items)
    check_order(items)
    return items


class SequencePredicate(Strict):
    """These hold one after the other, on steps in this order."""

    sequence: Annotated[tuple["Predicate", ...], AfterValidator(_two_or_more)]
    within_turns: AtLeastOne | None = None
    """At most this many turns after the first; `1`: in the same turn or the next one."""
    unless: "Predicate | None" = None
    """Not when this holds anywhere between the first and the last."""

    @model_validator(mode="after")
    def _unless_a_step(self) -> "SequencePredicate":
        if self.unless is not None:
            check_steps("unless", self.unless)
        return self


class CountPredicate(Strict):
    """This holds often."""

    count: "Predicate"
    at_least: AtLeastOne
    """How often it must hold."""
    within_turns: AtLeastOne | None = None
    """Within this many turns in a row; the whole run when absent."""

    @model_validator(mode="after")
    def _of_steps(self) -> "CountPredicate":
        check_steps("count", self.count)
        return self


Predicate = Annotated[
    Annotated[CommandPredicate, Tag("<command>")]
    | Annotated[PythonPredicate, Tag("<python>")]
    | Annotated[ReadsPredicate, Tag("<reads>")]
    | Annotated[WritesPredicate, Tag("<writes>")]
    | Annotated[ToolPredicate, Tag("<tool>")]
    | Annotated[OutputPredicate, Tag("<output>")]
    | Annotated[AnswerPredicate, Tag("<answer>")]
    | Annotated[ResultPredicate, Tag("<result>")]
    | Annotated[AllPredicate, Tag("<all>")]
    | Annotated[AnyPredicate, Tag("<any>")]
    | Annotated[NotPredicate, Tag("<not>")]
    | Annotated[SequencePredicate, Tag("<sequence>")]
    | Annotated[CountPredicate, Tag("<count>")],
    by_key(PREDICATE_KEYS),
]
"""One mapping with exactly one of the predicate keys, and what belongs to that key."""

for _model in (AllPredicate, AnyPredicate, NotPredicate, SequencePredicate, CountPredicate):
    _model.model_rebuild()
