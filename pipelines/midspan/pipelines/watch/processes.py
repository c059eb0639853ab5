"""Which processes a watch consists of, and with what each is started."""

from typing import Any, Final

from midspan.pipelines.watch.settings import WatchSettings

SCORER: Final = "midspan.pipelines.watch.scorer"
PUBLISHER: Final = "midspan.pipelines.watch.publisher"
TAIL: Final = "midspan.pipelines.watch.tails"


def processes_of(settings: WatchSettings) -> dict[str, tuple[str, Any]]:
    """Return by name the module of each process beside this one, and its settings."""
    # Each of them is imported where it runs, and none of them here.
    from midspan.pipelines.watch.tails import is_project

    found: dict[str, tuple[str, Any]] = {}
    if settings.source is not None:
        found["tail"] = (TAIL, tail_settings(settings, once=False))
    if settings.source is None or is_project(settings.source):
        found["scorer"] = (SCORER, scorer_settings(settings, finish=False))
    if settings.is_published:
        found["publisher"] = (PUBLISHER, publisher_settings(settings, finish=False))
    return found


def tail_settings(settings: WatchSettings, *, once: bool) -> Any:
    """Return what a tail is started with."""
    from midspan.pipelines.watch.tails import TailSettings

    return TailSettings(
        source=settings.source or "",
        workspace=settings.workspace,
        state=settings.state,
        suite=settings.suite,
        profile=settings.profile,
        published=settings.is_published,
        quiet=settings.quiet,
        timeout=settings.timeout,
        once=once,
        largest_backlog=settings.receiver.largest_backlog,
    )


def publisher_settings(settings: WatchSettings, *, finish: bool) -> Any:
    """Return what a publisher is started with."""
    from midspan.pipelines.watch.publisher import PublisherSettings

    return PublisherSettings(
        workspace=settings.workspace,
        state=settings.state,
        phoenix=settings.phoenix,
        mlflow=settings.mlflow,
        ca=settings.ca,
        suite=settings.suite,
        profile=settings.profile,
        source=settings.source,
        finish=finish,
    )


def scorer_settings(settings: WatchSettings, *, finish: bool) -> Any:
    """Return what a scorer is started with."""
    from midspan.pipelines.watch.scorer import ScorerSettings

    return ScorerSettings(
        workspace=settings.workspace,
        state=settings.state,
        suite=settings.suite,
        profile=settings.profile,
        published=settings.is_published,
        quiet=settings.quiet,
        timeout=settings.timeout,
        workers=settings.workers,
        finish=finish,
    )
