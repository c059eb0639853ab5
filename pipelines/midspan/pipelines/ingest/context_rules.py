"""What says which run a span belongs to, where `midspan.*` attributes do not: a person's rules."""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

import msgspec

from midspan.instrumentation import conventions
from midspan.pipelines.ingest.assembly.runs_of_traces import session_run_id
from midspan.pipelines.ingest.normalise.normaliser import CONTEXT, context_value
from midspan.pipelines.ingest.raw import RawLog, RawSpan
from midspan.pipelines.ingest.span import Span
from midspan.scorers.errors import InvalidInput

FIELDS: Final = tuple(CONTEXT.values())
"""The fields of run context that can be read from elsewhere."""

TRACE, SESSION = "trace", "session"

Found = dict[str, Any]
"""What the attributes that rules name hold on one span, by attribute."""


@dataclass(frozen=True, kw_only=True)
class ContextRules:
    """Where run context is read from beside `midspan.*`, and what makes a run.

    `attributes` is field -> attribute or resource attribute; it goes before `midspan.*`. `name` is
    a regular expression whose named groups are fields, searched in the file's name (in its whole
    path when the expression has a slash); it goes after. `run_by` is `trace`, `session`, or the
    attribute whose value names the run.
    """

    attributes: Mapping[str, str] | None = None
    name: str | None = None
    run_by: str | None = None

    def __post_init__(self) -> None:
        for field in self.attributes or ():
            _require_field(field, "--context")
        if self.name is not None:
            for field in _compiled(self.name).groupindex:
                _require_field(field, "--context-from-name")
        if self.run_by is not None and "run_id" in self._fields():
            raise InvalidInput(
                "--run-by says what makes a run, and so does the field run_id",
                fix="Give one of the two.",
            )

    @classmethod
    def parse(
        cls, pairs: Iterable[str] = (), *, name: str | None = None, run_by: str | None = None
    ) -> Self:
        """Return the rules in the words of the command line: pairs are `field=attribute`."""
        attributes: dict[str, str] = {}
        for pair in pairs:
            field, equals, attribute = pair.partition("=")
            if not (equals and attribute):
                raise InvalidInput(
                    f"--context {pair}: not field=attribute",
                    fix="As in: --context task=bench.task.id",
                )
            if attributes.setdefault(field, attribute) != attribute:
                raise InvalidInput(f"--context: {field} is given twice")
        return cls(attributes=attributes, name=name, run_by=run_by or None)

    def recorded(self) -> dict[str, str]:
        """Return the rules as the manifest has them; nothing when there are none."""
        others = {"from_name": self.name, "run_by": self.run_by}
        return {
            **{f"context.{field}": name for field, name in sorted((self.attributes or {}).items())},
            **{name: value for name, value in others.items() if value is not None},
        }

    def asked(self) -> frozenset[str]:
        """Return the attributes that the rules name."""
        by = {self.run_by} - {None, TRACE, SESSION}
        return frozenset((*(self.attributes or {}).values(), *(each for each in by if each)))

    def of_file(self, path: str) -> dict[str, Any] | None:
        """Return the context in a file's path, null where it says what a field cannot be.

        None when the expression does not match it.
        """
        if self.name is None:
            return {}
        text = path if "/" in self.name else path.rpartition("/")[2]
        match = _compiled(self.name).search(text)
        if match is None:
            return None
        return {
            field: context_value(field, text) for field, text in match.groupdict().items() if text
        }

    def find(self, raw: RawSpan | RawLog) -> Found:
        """Return what a span or log record holds of the attributes asked for, as it was sent."""
        found = {}
        for name in self.asked():
            value = raw.attributes.get(name, raw.resource.get(name))
            if value is not None:
                found[name] = value
        return found

    def mapped(self, found: Found) -> dict[str, Any]:
        """Return the fields of context that were found, null where it cannot be what was found."""
        return {
            field: context_value(field, _scalar(found[name]))
            for field, name in (self.attributes or {}).items()
            if name in found
        }

    def apply(self, span: Span, found: Found, of_file: Mapping[str, Any]) -> None:
        """Put the context of a span together: what rules map, its own, and what its file says."""
        span.context = {**usable(of_file), **span.context, **usable(self.mapped(found))}
        if self.run_by is not None:
            self._set_run(span, found)

    def _set_run(self, span: Span, found: Found) -> None:
        recorded = span.context.pop("run_id", None)
        if recorded is not None:
            _keep(span, conventions.RUN_ID, recorded)
        if self.run_by == TRACE:
            span.context["run_id"] = span.trace_id
            return
        value = span.session if self.run_by == SESSION else _scalar(found.get(self.run_by or ""))
        if value not in (None, ""):
            span.context["run_id"] = session_run_id(str(value))

    def _fields(self) -> set[str]:
        named = _compiled(self.name).groupindex if self.name is not None else ()
        return {*(self.attributes or {}), *named}


def usable(context: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of context that have a value."""
    return {field: value for field, value in context.items() if value is not None}


def _require_field(field: str, option: str) -> None:
    if field in FIELDS:
        return
    close = difflib.get_close_matches(field, FIELDS, n=1)
    raise InvalidInput(
        f"{option}: no such field of a run's context: {field}",
        fix=f"Did you mean {close[0]}?" if close else f"There are: {', '.join(FIELDS)}.",
    )


def _compiled(expression: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(expression)
    except re.error as error:
        raise InvalidInput(
            f"--context-from-name {expression}: not a regular expression: {error}",
            fix=r"As in: --context-from-name '(?P<task>.+)_(?P<trial>\d+)'",
        ) from error
    if not pattern.groupindex:
        raise InvalidInput(
            f"--context-from-name {expression}: has no named group",
            fix=r"As in: --context-from-name '(?P<task>.+)_(?P<trial>\d+)'",
        )
    return pattern


def _scalar(value: Any) -> Any:
    """Return a value as text, or a number for a trial; a list or a map names nothing."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value) if isinstance(value, str | int | float) else None


def _keep(span: Span, name: str, value: Any) -> None:
    """Leave among the unmapped attributes what the rules set aside."""
    attributes = msgspec.json.decode(span.attributes)
    span.attributes = msgspec.json.encode({**attributes, name: value}).decode()
