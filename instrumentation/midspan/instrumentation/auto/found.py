"""Which instrumentation is installed here, what it records, and which one is used for what."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import metadata
from typing import Final

from midspan.instrumentation.auto.libraries import ALSO_KNOWN, LIBRARIES, Library, normalised

GROUPS: Final = ("openinference_instrumentor", "opentelemetry_instrumentor")
"""Entry points by which instrumentation says that it is there, the preferred first."""

_PREFERRED: Final = ("openinference-instrumentation-", "opentelemetry-instrumentation-genai-")
_INSTRUMENTS: Final = re.compile(r"^([\w.-]+).*;.*extra\s*==\s*['\"]instruments(?:-any)?['\"]")


@dataclass(frozen=True, kw_only=True)
class Instrumentor:
    """An installed instrumentor: where it is, and which of the installed libraries it records."""

    name: str
    package: str
    version: str
    target: str
    """What to import: `module:Class`."""
    libraries: tuple[str, ...]
    instead: str | None = None
    """The package that is used in its place, as both record the same library."""


@dataclass(frozen=True, kw_only=True)
class Installed:
    """What `look` found."""

    used: tuple[Instrumentor, ...] = ()
    doubled: tuple[Instrumentor, ...] = ()
    """Not used: another one records the same library."""
    idle: tuple[Instrumentor, ...] = ()
    """Not used: the library that they record is not installed."""
    native: tuple[Library, ...] = ()
    """Libraries that emit spans themselves."""
    bare: tuple[Library, ...] = ()
    """Libraries that nothing records."""


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """All that the packages of an interpreter say of themselves."""

    instrumentors: tuple[Instrumentor, ...]
    libraries: tuple[Library, ...]
    """Those that are known and installed."""


def look_around() -> Surroundings:
    """Return what is installed; it reads a file of every package, which takes a while.

    Nothing is imported for it: instrumentors say in their metadata what they are for.
    """
    libraries = tuple(known for known in LIBRARIES.values() if _installed(known.distribution))
    return Surroundings(instrumentors=tuple(_instrumentors()), libraries=libraries)


def look(without: Iterable[str] = (), *, around: Surroundings | None = None) -> Installed:
    """Return what is installed, and what of it is used, leaving out some by their names."""
    around = around or look_around()
    left_out = {normalised(name) for name in without}
    used: list[Instrumentor] = []
    doubled: list[Instrumentor] = []
    idle: list[Instrumentor] = []
    for one in sorted(around.instrumentors, key=_rank):
        if {normalised(one.name), normalised(one.package), *one.libraries} & left_out:
            continue
        rival = next((other for other in used if _same_library(one, other)), None)
        if not one.libraries:
            idle.append(one)
        elif rival is not None:
            doubled.append(replace(one, instead=rival.package))
        else:
            used.append(one)
    recorded = {library for one in used for library in one.libraries}
    rest = [one for one in around.libraries if one.distribution not in {*left_out, *recorded}]
    return Installed(
        used=tuple(used),
        doubled=tuple(doubled),
        idle=tuple(idle),
        native=tuple(one for one in rest if one.package is None),
        bare=tuple(one for one in rest if one.package is not None),
    )


def _instrumentors() -> Iterator[Instrumentor]:
    seen: set[tuple[str, str]] = set()
    for group in GROUPS:
        for point in metadata.entry_points(group=group):
            if point.dist is None or (point.dist.name, point.name) in seen:
                continue
            seen.add((point.dist.name, point.name))
            records = _records(point, point.dist)
            if group == GROUPS[0] or _is_of_models(point, point.dist, records):
                yield Instrumentor(
                    name=point.name,
                    package=point.dist.name,
                    version=point.dist.version,
                    target=point.value,
                    libraries=tuple(sorted(name for name in records if _installed(name))),
                )


def _records(point: metadata.EntryPoint, package: metadata.Distribution) -> set[str]:
    """Return the libraries that an instrumentor says it is for, else the one of its name."""
    said = [_INSTRUMENTS.match(text) for text in package.requires or []]
    names = {normalised(match[1]) for match in said if match}
    return names or {_BY_SHORT_NAME.get(normalised(point.name), normalised(point.name))}


def _is_of_models(
    point: metadata.EntryPoint, package: metadata.Distribution, records: set[str]
) -> bool:
    names = {*records, normalised(point.name)}
    known = LIBRARIES.keys() | ALSO_KNOWN | _BY_SHORT_NAME.keys()
    return normalised(package.name).startswith(_PREFERRED) or not names.isdisjoint(known)


def _rank(one: Instrumentor) -> tuple[int, str]:
    package = normalised(one.package)
    ranks = [n for n, prefix in enumerate(_PREFERRED) if package.startswith(prefix)]
    return (ranks[0] if ranks else len(_PREFERRED), package)


def _same_library(one: Instrumentor, other: Instrumentor) -> bool:
    if normalised(one.name) == normalised(other.name):
        return True
    return not set(one.libraries).isdisjoint(other.libraries)


def _installed(distribution: str) -> bool:
    try:
        metadata.distribution(distribution)
    except (metadata.PackageNotFoundError, ValueError):
        return False
    return True


_BY_SHORT_NAME: Final = {
    "langchain": "langchain-core",
    "llama-index": "llama-index-core",
    "haystack": "haystack-ai",
    "pydantic-ai": "pydantic-ai-slim",
}
