"""The files that jobs leave in the bucket: which there are, and which belong together."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

SPANS: Final = r"spool/(?P<spans>[0-9a-f]{32}-\d{1,6})(?:\.\d{3,6})?\.otlp\.jsonl"
RESULT: Final = r"spool/(?P<result>[0-9a-f]{32}-\d{1,6})\.result\.json"
LOG: Final = r"logs/(?P<log>[0-9a-f]{32}-\d{1,6})\.log"
SESSION: Final = r"sessions/(?P<session>[0-9a-f]{32}-\d{1,6})/(?:[^/\x00-\x1f]+/)*[^/\x00-\x1f]+"
_KNOWN: Final = re.compile("|".join((SPANS, RESULT, LOG, SESSION)))
FOLDERS: Final = ("spool", "logs", "sessions")
_PLAN: Final = "spool/plan.jsonl"


@dataclass
class Launch:
    """What the bucket has of one launch of a run."""

    result: str | None = None
    spans: list[str] = field(default_factory=list)
    others: list[str] = field(default_factory=list)

    def in_order(self) -> list[str]:
        """Return its files: the result last, since with it the launch counts as done."""
        return [*self.others, *self.spans, *([self.result] if self.result else [])]


@dataclass(frozen=True, kw_only=True)
class Artefacts:
    """All launches of planned runs, and what is none of theirs."""

    launches: Mapping[str, Launch]
    """By `run_id-launch`."""
    strangers: tuple[str, ...]
    """Paths that no worker of this sweep writes: left where they are."""

    def results(self) -> set[str]:
        """Return the launches that have a result: `run_id-launch`."""
        return {name for name, launch in self.launches.items() if launch.result}


def artefacts(paths: Iterable[str], run_ids: Collection[str]) -> Artefacts:
    """Return what a listing holds of these runs; its names were written by a job: not trusted."""
    launches: dict[str, Launch] = {}
    strangers: list[str] = []
    for path in sorted(paths):
        match = _KNOWN.fullmatch(path)
        name = match[match.lastgroup] if match and match.lastgroup else ""
        if match is None or name[:32] not in run_ids or ".." in path.split("/"):
            strangers += [path] if path != _PLAN else []
            continue
        launch = launches.setdefault(name, Launch())
        if match["result"]:
            launch.result = path
        elif match["spans"]:
            launch.spans.append(path)
        else:
            launch.others.append(path)
    return Artefacts(launches=launches, strangers=tuple(strangers))
