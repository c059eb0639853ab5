"""A watch at work: its processes are looked after, its pages served, its forwarders run."""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Final

from midspan.pipelines.watch.children import Child
from midspan.pipelines.watch.consumers import StateFolder
from midspan.pipelines.watch.figures import Told
from midspan.pipelines.watch.forwarding import Forwarder
from midspan.pipelines.watch.health import problems
from midspan.pipelines.watch.processes import processes_of
from midspan.pipelines.watch.receiver import Receiver
from midspan.pipelines.watch.settings import WatchSettings
from midspan.pipelines.watch.troubles import Troubles

SECOND: Final = 1.0
ENDING: Final = 20.0
"""Seconds that processes have to finish what they are at."""


class Watching:
    """All that runs, and what is known of it."""

    def __init__(
        self,
        settings: WatchSettings,
        *,
        processes: Mapping[str, tuple[str, object]] | None = None,
    ) -> None:
        """Start the processes and open the backlog; `processes` other than the settings name."""
        self.settings, self.folder = settings, StateFolder(path=settings.state)
        self.begun, self.troubles = time.monotonic(), Troubles()
        self.figures = self.folder.begun_figures()
        self.receiver: Receiver | None = None
        if settings.source is None:
            self.receiver = Receiver(
                settings.receiver,
                backlog=self.folder.backlog,
                figures=self.figures,
                waiting_bytes=self.folder.waiting_bytes,
                begin_after=self.folder.newest_mark(settings.addresses),
            )
        meant = processes_of(settings) if processes is None else processes
        self.children = {
            name: Child(name, module, given) for name, (module, given) in meant.items()
        }
        self._forwarders = [
            Forwarder(
                endpoint,
                backlog=self.folder.backlog,
                marks=self.folder.forward_marks(endpoint.url),
                figures=self.figures,
            )
            for endpoint in settings.forwards
        ]

    def told(self) -> Mapping[str, Told]:
        """Return the figures of each process."""
        return {**self.folder.told(), "receiver": self.figures.told}

    def problems(self) -> list[str]:
        """Return what is wrong."""
        running_for = time.monotonic() - self.begun
        return [
            *problems(self.told(), self.children, self.receiver, running_for=running_for),
            *self.troubles.told,
        ]

    async def forward(self) -> None:
        """Pass on what is accepted, until cancelled."""
        await asyncio.gather(*map(self._forward, self._forwarders))

    async def _forward(self, forwarder: Forwarder) -> None:
        while True:
            with self.troubles.borne(f"spans cannot be passed on to {forwarder.endpoint.url}"):
                await forwarder.run()
            await asyncio.sleep(SECOND)

    async def look_after(self, show: Callable[[], None]) -> None:
        """Do once a second what has to be done again and again, until cancelled."""
        while True:
            for child in self.children.values():
                with self.troubles.borne(f"the {child.name} cannot be started"):
                    child.look_after()
            await asyncio.to_thread(self._tidy)
            show()
            await asyncio.sleep(SECOND)

    def _tidy(self) -> None:
        """Remove what everybody is done with, measure the rest, and write the figures."""
        figures = self.figures
        with self.troubles.borne("what is done with cannot be removed"):
            self.folder.remove_what_is_done(self.settings.addresses)
        with self.troubles.borne("the backlog cannot be measured"):
            self._measure()
        for child in self.children.values():
            figures.told.counters[f"restarts{{process={child.name}}}"] = child.restarts
        figures.write()

    def _measure(self) -> None:
        """Look at what waits, and at the disk."""
        figures = self.figures
        if self.receiver is not None:
            self.receiver.room.measure()
            figures.gauge("disk_free_bytes", self.receiver.room.free)
        figures.gauge("backlog_bytes", self.folder.waiting_bytes())
        oldest = self.folder.oldest_waiting_ns(self.settings.addresses)
        age = 0.0 if oldest is None else max(time.time() - oldest / 1e9, 0.0)
        figures.gauge("backlog_oldest_seconds", age)

    def end(self) -> None:
        """Let the processes finish, and close the backlog."""
        if self.receiver is not None:
            with self.troubles.borne("the backlog cannot be closed"):
                self.receiver.close()
        for child in self.children.values():
            child.ask_to_end()
        until = time.monotonic() + ENDING
        for child in self.children.values():
            child.end(max(until - time.monotonic(), 0.1))
        self.figures.write()

    def kill(self) -> None:
        """End the processes at once."""
        for child in self.children.values():
            child.end(0)
