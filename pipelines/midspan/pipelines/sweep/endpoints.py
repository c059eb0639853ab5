"""Whether the servers of models answer, before any run needs them."""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import httpx

from midspan.pipelines.sweep.problems import Problem
from midspan.scorers.errors import Exit
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.suite import Model

SECONDS: Final = 10
_LISTED: Final = 5
_SILENT: Final = "does not answer"
_REFUSALS: Final = frozenset({httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN})


def key_problems(models: Iterable[Model], environ: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the keys that are not in the environment, by the names of their variables."""
    needed: dict[str, list[str]] = {}
    for model in models:
        if model.key_env is not None and not environ.get(model.key_env):
            needed.setdefault(model.key_env, []).append(model.name)
    for variable, names in needed.items():
        yield Problem(
            what=f"the variable {variable} is not set; it is to hold the key for "
            + ", ".join(names),
            fix=f"export {variable}=...   (the suite's `key_env` names it)",
            exit_code=Exit.SURROUNDINGS,
        )


def endpoint_problems(models: Iterable[Model], environ: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the endpoints that do not answer, or that refuse the key.

    A model that its server does not list is only warned of: many serve more than they list.
    """
    asked: dict[tuple[str, str | None], Problem | list[str] | None] = {}
    silent: set[str] = set()
    for model in models:
        if model.endpoint is None or model.endpoint in silent:
            continue
        place = model.endpoint, model.key_env
        if place not in asked:
            asked[place] = _asked(model, environ)
            if isinstance(answer := asked[place], Problem):
                yield answer
                if _SILENT in answer.what:
                    silent.add(model.endpoint)
        if isinstance(listed := asked[place], list):
            _warn_unlisted(model, listed)


def _asked(model: Model, environ: Mapping[str, str]) -> Problem | list[str] | None:
    """Return the models that a server lists, what keeps it from it, or nothing to be told."""
    key = environ.get(model.key_env) if model.key_env else None
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        answer = httpx.get(
            f"{str(model.endpoint).rstrip('/')}/models", headers=headers, timeout=SECONDS
        )
    except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
        return _unreachable(model, error)
    if answer.status_code in _REFUSALS and (key or model.key_env is None):
        return _refused(model, answer.status_code)
    try:
        return [str(one["id"]) for one in answer.json()["data"]] if answer.is_success else None
    except (ValueError, KeyError, TypeError):
        return None


def _unreachable(model: Model, error: Exception) -> Problem:
    # Not the text of others: they may quote the header with the key.
    network = isinstance(error, httpx.TransportError) and not isinstance(error, httpx.ProtocolError)
    why = re.sub(r"^\[Errno -?\d+\] ", "", str(error)) if network else type(error).__name__
    return Problem(
        what=f"{model.endpoint}: the server of {model.name} {_SILENT}: {why}",
        fix="Start it, or correct `endpoint` in the suite, then run the same command again.",
        exit_code=Exit.SURROUNDINGS,
    )


def _refused(model: Model, status: int) -> Problem:
    if model.key_env is None:
        what = f"{model.endpoint}: asks for a key (HTTP {status}), and {model.name} has none"
        fix = "Name the variable that holds it: `key_env: NAME` of the model."
    else:
        what = f"{model.endpoint}: refuses the key in {model.key_env} (HTTP {status})"
        fix = f"export {model.key_env}=...   with a key that may use {model.name}"
    return Problem(what=what, fix=fix, exit_code=Exit.SURROUNDINGS)


def _warn_unlisted(model: Model, listed: list[str]) -> None:
    if listed and model.name not in listed:
        near = suggestion(model.name, listed)
        some = ", ".join(listed[:_LISTED]) + (", ..." if len(listed) > _LISTED else "")
        warnings.warn(
            f"{model.endpoint}: does not list {model.name}.{near} It lists {some}", stacklevel=2
        )
