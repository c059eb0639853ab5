"""What predicates are about, and combinations of them that can never hold."""

from typing import Any, Final

from midspan.scorers.file_format.models import Strict

STEPS: Final = {
    "command": "a call",
    "python": "a call",
    "reads": "a call",
    "writes": "a call",
    "tool": "a call",
    "result": "a call",
    "output": "a message",
    "answer": "the answer",
}
"""The kind of step that each predicate is about; see docs/markers.md."""


def key_of(predicate: Strict) -> str:
    """Return the key that a predicate is written with."""
    name, field = next(iter(type(predicate).model_fields.items()))
    return field.alias or name


def steps_of(predicate: Any) -> frozenset[str]:
    """Return the kinds of steps at which a predicate can hold."""
    match key_of(predicate):
        case "any":
            return frozenset[str]().union(*map(steps_of, predicate.any))
        case "all":
            held = [steps_of(one) for one in predicate.all if key_of(one) != "not"]
            return held[0].intersection(*held[1:]) if held else frozenset()
        case "sequence":
            return steps_of(predicate.sequence[-1])
        case "count":
            return steps_of(predicate.count)
        case "not":
            return frozenset({"the end of a run"})
        case key:
            return frozenset({STEPS[key]})


def check_all(parts: tuple[Any, ...]) -> None:
    """Raise where no step can be all of these."""
    held = [one for one in parts if key_of(one) != "not"]
    if not held:
        raise ValueError(
            "needs something that holds beside `not`; for none of several in the whole run "
            "write {not: {any: [...]}}"
        )
    about = steps_of(held[0])
    for one in held[1:]:
        if not about & steps_of(one):
            raise ValueError(
                f"never holds: `{key_of(held[0])}` is about {_told(about)}, `{key_of(one)}` about "
                f"{_told(steps_of(one))}; for steps one after the other write a `sequence`"
            )
        about &= steps_of(one)
    for one in parts:
        if key_of(one) == "not" and not about & steps_of(one.negated):
            raise ValueError(
                f"`not: {key_of(one.negated)}` says nothing here: it is about "
                f"{_told(steps_of(one.negated))}, the others are about {_told(about)}"
            )


def check_steps(where: str, *parts: Any) -> None:
    """Raise where a `not` stands that is about no step."""
    for one in parts:
        if key_of(one) == "not":
            hint = (
                "write what is negated without `not`"
                if where == "not"
                else "`unless` excludes steps between the first and the last"
                if where == "sequence"
                else "put it into `all`, beside something that holds"
            )
            raise ValueError(f"`not` is about a whole run, so it cannot stand in `{where}`; {hint}")


def check_order(parts: tuple[Any, ...]) -> None:
    """Raise where something is to come after the answer, which is the last step of a run."""
    for one in parts[:-1]:
        if steps_of(one) == frozenset({"the answer"}):
            raise ValueError("nothing comes after the answer; put `answer` last")


def _told(steps: frozenset[str]) -> str:
    return " or ".join(sorted(steps))
