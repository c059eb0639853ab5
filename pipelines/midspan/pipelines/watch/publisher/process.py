"""The process that brings scored batches to Phoenix and MLflow, each of them at its own pace."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Final

from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.publishing import Publish
from midspan.pipelines.publish.targets import targets
from midspan.pipelines.watch.ending import end_when_told
from midspan.pipelines.watch.figures import Figures
from midspan.pipelines.watch.publisher.asked import asked_at, asked_of
from midspan.pipelines.watch.publisher.backlog import Batches
from midspan.pipelines.watch.publisher.index import INDEX, IndexedManifest
from midspan.pipelines.watch.publisher.server import ToServer, Waits
from midspan.pipelines.watch.publisher.settings import PublisherSettings
from midspan.pipelines.watch.publisher.turn import Turn
from midspan.scorers.errors import Exit

ANSWERED_WITHIN: Final = 30.0
"""Seconds that a busy server is borne with in the midst of a batch; then the batch waits."""

FIGURES: Final = "figures/publisher.json"
SECOND: Final = 1.0
ENDING: Final = 10.0


def main(settings: PublisherSettings) -> Exit:
    """Publish what waits and what comes, until this process is told to end."""
    stop = threading.Event()
    end_when_told(stop.set)
    return run(settings, stop=stop)


def run(
    settings: PublisherSettings,
    *,
    stop: threading.Event,
    waits: Waits | None = None,
    patience: Patience | None = None,
    publishers: Callable[[str], Publish] | None = None,
) -> Exit:
    """Return how it went: 3 where something was left, 4 where a server has not got all of it."""
    meant = targets(
        {"phoenix": settings.phoenix, "mlflow": settings.mlflow},
        ca=settings.ca,
        patience=patience or Patience(deadline=ANSWERED_WITHIN),
    )
    asked = asked_of(settings)
    batches = Batches(settings.state)
    batches.clear_removed()
    figures = Figures(settings.state / FIGURES)
    turn = Turn(settings.workspace, stop)
    with ExitStack() as stack:
        manifest = IndexedManifest(settings.workspace, settings.state / INDEX)
        stack.callback(manifest.close)

        @contextmanager
        def alone() -> Iterator[None]:
            with turn.taken():
                manifest.catch_up()
                yield

        servers = [
            ToServer(
                state=settings.state,
                target=target,
                asked=asked_at(target, asked, settings.source),
                manifest=manifest,
                alone=alone,
                stop=stop,
                figures=figures,
                waits=waits,
                publishers=publishers,
            )
            for target in meant
        ]
        _work(servers, batches, figures, stop, finish=settings.finish)
    if any(server.waiting() for server in servers):
        return Exit.SURROUNDINGS
    return Exit.IN_PART if any(server.tally.left for server in servers) else Exit.DONE


def _work(
    servers: Sequence[ToServer],
    batches: Batches,
    figures: Figures,
    stop: threading.Event,
    *,
    finish: bool,
) -> None:
    """Let each server have a thread of its own, and take away what all of them have."""
    failed: list[BaseException] = []

    def work(server: ToServer) -> None:
        try:
            server.run(finish=finish)
        except BaseException as error:
            failed.append(error)
            stop.set()

    threads = [
        threading.Thread(target=work, args=(server,), name=server.target.server, daemon=True)
        for server in servers
    ]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads) and not stop.is_set():
        threads[0].join(SECOND) if threads[0].is_alive() else stop.wait(SECOND)
        _remove(servers, batches)
        _tell(servers, batches, figures)
    for thread in threads:
        # What is being sent may wait for an answer; to send it again changes nothing.
        thread.join(ENDING)
    _remove(servers, batches)
    _tell(servers, batches, figures)
    if failed:
        raise failed[0]


def _remove(servers: Sequence[ToServer], batches: Batches) -> None:
    done = min(server.marks.done for server in servers)
    for number in batches.waiting():
        if number <= done:
            batches.remove(number)


def _tell(servers: Sequence[ToServer], batches: Batches, figures: Figures) -> None:
    """Write down how far each server is behind."""
    sizes = {number: batches.size(number) for number in batches.waiting()}
    for server in servers:
        name, waiting = server.target.server, server.waiting()
        figures.gauge("publish_backlog_batches", len(waiting), server=name)
        size = sum(sizes.get(number, 0) for number in waiting)
        figures.gauge("publish_backlog_bytes", size, server=name)
        figures.gauge("server_away", int(server.tally.away is not None), server=name)
    figures.write()
