"""Which processes a watch consists of, and with what each is started."""

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from midspan.pipelines.watch.settings import WatchSettings
from midspan.pipelines.watch.shared_settings import SharedSettings, WaitingSettings

if TYPE_CHECKING:  # Each of them is imported where it runs, and none of them here.
    from midspan.pipelines.watch.publisher import PublisherSettings
    from midspan.pipelines.watch.scorer import ScorerSettings
    from midspan.pipelines.watch.tails import TailSettings

Fields = dict[str, Any]

SCORER: Final = "midspan.pipelines.watch.scorer"
PUBLISHER: Final = "midspan.pipelines.watch.publisher"
TAIL: Final = "midspan.pipelines.watch.tails"


def processes_of(settings: WatchSettings) -> dict[str, tuple[str, SharedSettings]]:
    """Return by name the module of each process beside this one, and its settings."""
    from midspan.pipelines.watch.tails import is_project

    found: dict[str, tuple[str, SharedSettings]] = {}
    if settings.source is not None:
        found["tail"] = (TAIL, tail_settings(settings, once=False))
    if settings.source is None or is_project(settings.source):
        found["scorer"] = (SCORER, scorer_settings(settings, finish=False))
    if settings.is_published:
        found["publisher"] = (PUBLISHER, publisher_settings(settings, finish=False))
    return found


def tail_settings(settings: WatchSettings, *, once: bool) -> "TailSettings":
    """Return what a tail is started with."""
    from midspan.pipelines.watch.tails import TailSettings

    return TailSettings(
        **_alike(SharedSettings, settings),
        **_alike(WaitingSettings, settings),
        source=settings.source or "",
        published=settings.is_published,
        once=once,
        largest_backlog=settings.receiver.largest_backlog,
    )


def publisher_settings(settings: WatchSettings, *, finish: bool) -> "PublisherSettings":
    """Return what a publisher is started with."""
    from midspan.pipelines.watch.publisher import PublisherSettings

    return PublisherSettings(
        **_alike(SharedSettings, settings),
        phoenix=settings.phoenix,
        mlflow=settings.mlflow,
        ca=settings.ca,
        source=settings.source,
        finish=finish,
    )


def scorer_settings(settings: WatchSettings, *, finish: bool) -> "ScorerSettings":
    """Return what a scorer is started with."""
    from midspan.pipelines.watch.scorer import ScorerSettings

    return ScorerSettings(
        **_alike(SharedSettings, settings),
        **_alike(WaitingSettings, settings),
        published=settings.is_published,
        workers=settings.workers,
        finish=finish,
    )


def _alike(kind: type[SharedSettings] | type[WaitingSettings], settings: WatchSettings) -> Fields:
    """Return the fields of settings that those of a process have as well, by name."""
    return {each.name: getattr(settings, each.name) for each in fields(kind)}
