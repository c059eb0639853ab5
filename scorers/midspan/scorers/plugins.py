"""Scorers by name: the built-in ones and those of other packages, from one entry-point group."""

import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, get_type_hints

from pydantic import TypeAdapter, ValidationError
from pydantic.errors import PydanticUserError

from midspan.scorers.errors import InvalidInput
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.profile import Profile
from midspan.scorers.score import Declaration, Declarations, DeclaredByProfile, Scorer

GROUP: Final = "midspan.scorers"


@cache
def available() -> Mapping[str, EntryPoint]:
    """Return the entry point of every scorer that is installed."""
    return {point.name: point for point in sorted(entry_points(group=GROUP))}


def load_scorer(name: str, parameters: Mapping[str, Any] | None = None) -> Scorer:
    """Return a scorer with its parameters set.

    An entry point names a class, or a scorer that is made already: that one is copied with the
    parameters set.
    """
    points = available()
    if name not in points:
        hint = suggestion(name, points)
        raise InvalidInput(f"no such scorer: {name}; installed are {', '.join(points)}.{hint}")
    value = points[name].value
    try:
        loaded = points[name].load()
    except (ImportError, AttributeError, SystemExit) as error:
        raise InvalidInput(
            f"scorer {name}: cannot be loaded from {value}: {error}",
            fix="Install, mend or remove the package that brings it.",
        ) from error
    scorer = _made(name, loaded, parameters or {})
    if not isinstance(scorer, Scorer):
        raise InvalidInput(
            f"scorer {name}: {value} is no scorer",
            fix="A scorer has `version`, `declares` and a method `score(tables)`.",
        )
    return scorer


def declarations(profile: Profile | None = None) -> Declarations:
    """Return what the installed scorers declare, of the scores that a profile names as well.

    A scorer that cannot be loaded declares nothing here; to score with it says why.
    """
    declared: list[Declaration] = []
    for name in available():
        try:
            scorer = load_scorer(name)
        except (Exception, SystemExit):
            continue
        declared += (*scorer.declares, *getattr(scorer, "families", ()))
        if profile is not None and isinstance(scorer, DeclaredByProfile):
            declared += scorer.declared_by(profile)
    return Declarations(declared)


def _made(name: str, loaded: Any, parameters: Mapping[str, Any]) -> object:
    if is_dataclass(loaded):
        kind = loaded if isinstance(loaded, type) else type(loaded)
        given = _checked(name, kind, parameters)
        return loaded(**given) if isinstance(loaded, type) else replace(loaded, **given)
    if not callable(loaded) or (not isinstance(loaded, type) and isinstance(loaded, Scorer)):
        return loaded
    try:
        return loaded(**parameters)
    except TypeError as error:
        raise InvalidInput(f"scorer {name}: {error}") from error


def _checked(name: str, kind: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters as the fields of the scorer hold them, or raise what is wrong."""
    known = {field.name: field for field in fields(kind) if field.init}
    for parameter in parameters:
        if parameter not in known:
            raise InvalidInput(
                f"scorer {name}: has no parameter {parameter!r}.{suggestion(parameter, known)}",
                fix=_told(known),
            )
    return {
        parameter: _of_type(name, kind, known, parameter, value)
        for parameter, value in parameters.items()
    }


def _of_type(
    name: str, kind: Any, known: Mapping[str, "Field[Any]"], parameter: str, value: Any
) -> Any:
    """Return a value as its field holds it; a type that cannot be checked is left to the scorer."""
    try:
        adapter: TypeAdapter[Any] = TypeAdapter(get_type_hints(kind)[parameter])
        # As JSON, since that is what a file can hold: a list is a tuple, "3" is no number.
        return adapter.validate_json(json.dumps(value), strict=True)
    except (NameError, TypeError, PydanticUserError):
        return value
    except ValidationError as error:
        raise InvalidInput(
            f"scorer {name}: {parameter} cannot be {json.dumps(value)}: {error.errors()[0]['msg']}",
            fix=_told(known),
        ) from error


def _told(known: Mapping[str, "Field[Any]"]) -> str:
    if not known:
        return "It has no parameters."
    listed = (
        name if field.default is MISSING else f"{name} = {field.default!r}"
        for name, field in known.items()
    )
    return f"Its parameters: {', '.join(listed)}."
