"""What rules of the run context find in files, and what they name and nothing has."""

import difflib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from midspan.pipelines.ingest.context_rules import ContextRules, Found
from midspan.pipelines.ingest.normalise.normaliser import CONTEXT, context_value
from midspan.pipelines.ingest.raw import RawLog, RawSpan
from midspan.pipelines.ingest.span import Span

QUOTED: Final = 60
"""Characters of a value that are quoted."""


class ContextReader:
    """Puts the context of one file's spans together, and keeps account of what the rules found.

    `mapped` are the attributes that rules name and spans have; `attributes` the names of all.
    `unusable` counts values that a field cannot have, and `examples` has one of each.
    """

    def __init__(self, rules: ContextRules, path: str) -> None:
        """Know the rules, and read what the file's path says."""
        self.mapped: set[str] = set()
        self.attributes: set[str] = set()
        self.unusable: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self._rules = rules if rules.recorded() else None
        self._of_file = rules.of_file(path) or {}

    def read(self, raw: RawSpan, normalise: Callable[[RawSpan], Span]) -> Span:
        """Return the normalised span with its context."""
        if self._rules is None:
            return normalise(raw)
        found = self._note(self._rules, raw)
        self.mapped.update(found)
        span = normalise(raw)
        self._rules.apply(span, found, self._of_file)
        return span

    def of_session(self, span: Span) -> Span:
        """Return a span of a native session, which has no attributes, with its file's context."""
        if self._rules is not None:
            self._rules.apply(span, {}, self._of_file)
        return span

    def of_records(self, spans: Sequence[Span], records: Sequence[RawLog]) -> None:
        """Give the spans of a session that log records tell of the context that these have."""
        own: dict[str, Any] = {}
        found: Found = {}
        for record in records:
            for name, field in CONTEXT.items():
                value = record.attributes.get(name, record.resource.get(name))
                fit = None if value is None else context_value(field, value)
                if fit is not None:
                    own.setdefault(field, fit)
            if self._rules is not None:
                found = self._note(self._rules, record) | found
        self.mapped.update(found)
        for span in spans:
            span.context |= own
            if self._rules is not None:
                self._rules.apply(span, found, self._of_file)

    def _note(self, rules: ContextRules, raw: RawSpan | RawLog) -> Found:
        """Return what was found of the attributes asked for, once account of it is kept."""
        found = rules.find(raw)
        self.attributes.update(raw.attributes, raw.resource)
        for field, value in rules.mapped(found).items():
            if value is None:
                self.unusable[field] += 1
                self.examples.setdefault(field, repr(found[(rules.attributes or {})[field]]))
        return found


def unmapped(
    rules: ContextRules, paths: Sequence[str], readers: Sequence[ContextReader]
) -> list[str]:
    """Return in words what the rules name and nothing that was read has, or has a use for."""
    if not readers:
        return []
    return [
        *_missing(rules, readers),
        *_unusable(rules.attributes or {}, readers),
        *_of_names(rules, {path: rules.of_file(path) for path in paths}),
    ]


def _missing(rules: ContextRules, readers: Sequence[ContextReader]) -> Iterator[str]:
    there = set().union(*(reader.attributes for reader in readers))
    for name in sorted(rules.asked().difference(*(reader.mapped for reader in readers))):
        close = difflib.get_close_matches(name, there, n=3, cutoff=0.75)
        like = f"; there are {', '.join(close)}" if close else ""
        yield f"no span has the attribute {name}{like}"


def _unusable(attributes: Mapping[str, str], readers: Sequence[ContextReader]) -> Iterator[str]:
    counts = sum((reader.unusable for reader in readers), Counter[str]())
    for field, count in sorted(counts.items()):
        example = next(reader.examples[field] for reader in readers if field in reader.examples)
        where = f"in {count:,} span{'s' if count > 1 else ''}"
        yield f"{attributes[field]} {where} is no {_what(field)}: {_short(example)}"


def _of_names(rules: ContextRules, found: Mapping[str, Mapping[str, Any] | None]) -> Iterator[str]:
    others = [path for path, context in found.items() if context is None]
    if others:
        yield f"{_some(others, found)} do not match {rules.name}: {_listed(others)}"
    for field in sorted({field for context in found.values() for field in context or ()}):
        wrong = [path for path, context in found.items() if (context or {}).get(field, 0) is None]
        if wrong:
            yield f"{_some(wrong, found)} have no {_what(field)}: {_listed(wrong)}"


def _what(field: str) -> str:
    return "trial, which is a whole number" if field == "trial" else field


def _some(paths: Sequence[str], of: Mapping[str, Any]) -> str:
    return f"{len(paths):,} of {len(of):,} file names"


def _listed(paths: Sequence[str]) -> str:
    return f"{paths[0]}{', ...' if len(paths) > 1 else ''}"


def _short(text: str) -> str:
    return text if len(text) <= QUOTED else f"{text[:QUOTED]}..."
