"""Runs that somebody has told the proxy of: what holds for every request of such a run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final, Self

from midspan.instrumentation.run_context import RunContext, normalised_run_id

CONTEXT: Final = tuple(each.name for each in fields(RunContext) if each.name != "run_id")
BESIDE: Final = ("sampling", "token", "record")


@dataclass(frozen=True, kw_only=True)
class DeclaredRun:
    """What was told of one run."""

    context: RunContext
    sampling: Mapping[str, Any] = field(default_factory=dict)
    """Merged into every request, over what the agent sends."""
    token: str | None = field(default=None, repr=False)
    """What the agent of this run shows as its API key."""
    record: bool = True
    """False where the agent records itself, and the proxy only passes its requests on."""

    @classmethod
    def parse(cls, run: str, body: bytes) -> Self:
        """Return the run that a body of JSON declares, or raise the `ValueError` that says why not.

        >>> DeclaredRun.parse("refund-3", b'{"task": "refund", "launch": 1}').context.launch
        1
        """
        try:
            told = json.loads(body or b"{}")
        except (ValueError, RecursionError) as error:
            raise ValueError(f"a run is declared in JSON: {error}") from None
        if not isinstance(told, dict):
            raise ValueError("a run is declared as a JSON object")
        if unknown := sorted(told.keys() - {*CONTEXT, *BESIDE}):
            known = ", ".join((*CONTEXT, *BESIDE))
            raise ValueError(f"unknown: {', '.join(unknown)}; what can be told is {known}")
        sampling, token, record = (
            told.pop("sampling", None) or {},
            told.pop("token", None),
            told.pop("record", True),
        )
        if not isinstance(sampling, dict):
            raise ValueError("`sampling` is an object: what to send with every request")
        if token is not None and not (isinstance(token, str) and token and token.isascii()):
            raise ValueError("`token` is a text of ASCII")
        if not isinstance(record, bool):
            raise ValueError("`record` is true or false")
        return cls(
            context=RunContext(run_id=run, **told), sampling=sampling, token=token, record=record
        )


class DeclaredRuns:
    """The declared runs that are not over yet, and how many requests of each are under way."""

    def __init__(self) -> None:
        """Begin with none."""
        self._runs: dict[str, DeclaredRun] = {}
        self._under_way: dict[str, int] = {}

    def declare(self, run: DeclaredRun) -> None:
        """Keep a run; told again, the latest holds."""
        assert run.context.run_id is not None
        self._runs[run.context.run_id] = run

    def find(self, run: str | None) -> DeclaredRun | None:
        """Return the run that a path names, if it was declared."""
        if run is None or not self._runs:
            return None
        return self._runs.get(normalised_run_id(run))

    def end(self, run: str) -> None:
        """Let nothing more belong to the declared run."""
        self._runs.pop(normalised_run_id(run), None)

    def begin_request(self, run: str) -> None:
        """Count a request that is under way."""
        key = normalised_run_id(run)
        self._under_way[key] = self._under_way.get(key, 0) + 1

    def end_request(self, run: str) -> None:
        """Count it no more."""
        key = normalised_run_id(run)
        self._under_way[key] -= 1
        if not self._under_way[key]:
            del self._under_way[key]

    def is_busy(self, run: str) -> bool:
        """Return whether a request of the run is under way."""
        return normalised_run_id(run) in self._under_way
