"""Publish a workspace to some servers, one after the other, and pull what people said there."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import import_module
from typing import Final, Protocol

import httpx
import polars as pl

from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.exchange import GaveUp, ServerError
from midspan.pipelines.publish.manifest import Manifest
from midspan.pipelines.publish.progress import Progress, Step, untold
from midspan.pipelines.publish.report import Published
from midspan.pipelines.publish.target import Target
from midspan.pipelines.storage.locks import only_publisher
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import Exit, SurroundingsError

PUBLISHERS: Final = {
    "phoenix": "midspan.pipelines.publish.phoenix",
    "mlflow": "midspan.pipelines.publish.mlflow",
    "otlp": "midspan.pipelines.publish.events",
}
"""Where the publisher to each kind of server lives; imported when it is needed."""


class Publish(Protocol):
    """Publishes a workspace to one server; what it could not store is in what it returns.

    A server that cannot be asked at all (away, too old, refuses the token) is an error.
    """

    def __call__(
        self,
        workspace: Workspace,
        target: Target,
        asked: Asked,
        *,
        manifest: Manifest,
        tell: Progress = untold,
    ) -> Published:
        """Return what became of everything that was asked for."""
        ...


class Pull(Protocol):
    """Reads what people said at one server."""

    def __call__(self, workspace: Workspace, target: Target, *, project: str | None) -> "Pulled":
        """Return score rows of the workspace's runs, all with the source `human`."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class Pulled:
    """What people said, as score rows, and what of it could not be made a row."""

    rows: pl.DataFrame
    left: Mapping[str, int]
    """Judgements that are not among the rows, by reason."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of it at each server: a report, or why nothing could be asked of it."""

    published: tuple[Published, ...]
    failed: Mapping[str, SurroundingsError]
    notes: tuple[str, ...] = ()

    @property
    def exit_code(self) -> Exit:
        """Return the exit code of a command that did this."""
        if self.failed:
            return Exit.SURROUNDINGS
        in_part = any(one.exit_code != Exit.DONE for one in self.published)
        return Exit.IN_PART if in_part else Exit.DONE


def publish(
    workspace: Workspace,
    targets: Sequence[Target],
    asked: Asked | None = None,
    *,
    again: bool = False,
    tell: Progress = untold,
    publishers: Callable[[str], Publish] | None = None,
) -> Outcome:
    """Return what was published of a workspace, and what was not.

    What a server has already is not sent to it again; `again` asks the server about each row
    instead of believing the workspace's list. A server that cannot be reached keeps nothing from
    the others.
    """
    asked = asked or Asked()
    # Two at once would each make the experiments that neither has found.
    with nullcontext() if asked.dry_run else only_publisher(workspace.path):
        manifest = Manifest(workspace.path, again=again)
        published: list[Published] = []
        failed: dict[str, SurroundingsError] = {}
        notes: list[str] = []
        for target in targets:
            progress = Tally(tell)
            try:
                report = publish_to(
                    workspace,
                    target,
                    asked,
                    manifest=manifest,
                    tell=progress,
                    publishers=publishers,
                )
            except SurroundingsError as error:
                failed[target.server] = error
                if reached := " and ".join(progress.told()):
                    notes.append(f"{target.server}: it had come to {reached}")
            else:
                published.append(report)
        notes += _broken(manifest)
    return Outcome(published=tuple(published), failed=failed, notes=tuple(notes))


def publish_to(
    workspace: Workspace,
    target: Target,
    asked: Asked,
    *,
    manifest: Manifest,
    tell: Progress = untold,
    publishers: Callable[[str], Publish] | None = None,
) -> Published:
    """Return what was published to one server; that it cannot be asked is an error.

    Whoever calls this holds the workspace that the manifest is of, as its only publisher.
    """
    publisher = (publishers or _publisher)(target.server)
    try:
        return publisher(workspace, target, asked, manifest=manifest, tell=tell)
    except SurroundingsError:
        raise
    except (ServerError, GaveUp, httpx.HTTPError) as error:
        raise _failure(target, error) from error


class Tally:
    """Passes on what a publisher tells of its progress, and knows how far it came."""

    def __init__(self, tell: Progress) -> None:
        """Begin with nothing."""
        self._tell = tell
        self._asked: Counter[str] = Counter()
        self._done: Counter[str] = Counter()

    def __call__(self, step: Step) -> None:
        """Count one step."""
        (self._asked if step.stage == "asked" else self._done)[step.what] += step.rows
        self._tell(step)

    def told(self) -> Iterable[str]:
        """Yield how many of the spans and scores it came to, if to any."""
        for word, kinds in {"spans": ["spans"], "scores": ["annotations", "assessments"]}.items():
            done, asked = (
                sum(count[what] for what in kinds) for count in (self._done, self._asked)
            )
            if asked:
                yield f"{done:,} of {asked:,} {word}"


def _failure(target: Target, error: Exception) -> SurroundingsError:
    return SurroundingsError(
        f"{target.server} at {target.url} gave an answer that cannot be used: {error}",
        fix="See what stands between here and the server: a proxy may answer in its place.",
    )


def puller(server: str) -> Pull:
    """Return what pulls from a kind of server."""
    pull: Pull = import_module(PUBLISHERS[server]).pull
    return pull


def _publisher(server: str) -> Publish:
    found: Publish = import_module(PUBLISHERS[server]).publish
    return found


def _broken(manifest: Manifest) -> Iterable[str]:
    if manifest.broken:
        lines = "a line" if manifest.broken == 1 else f"{manifest.broken} lines"
        yield f"{manifest.path}: {lines} ignored, unfinished since a publish was killed"
