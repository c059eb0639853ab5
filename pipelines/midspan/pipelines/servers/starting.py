"""Start servers: environment, port, process and health, side by side."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.servers import condition, environments, ports, state
from midspan.pipelines.servers.home import Home, Say, say_nothing
from midspan.pipelines.servers.launching import (
    START_SECONDS,
    Launched,
    abandon,
    await_adopted,
    await_health,
    end_recorded,
    launch,
)
from midspan.pipelines.servers.recipe import Recipe
from midspan.scorers.errors import SurroundingsError

LAUNCHES: Final = 3
"""How often a server is launched when others take its port meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Started:
    """One server that runs now; `note` says what a person would not expect."""

    record: state.Record
    already: bool = False
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The servers that run now, and why each of the others does not."""

    ready: tuple[Started, ...]
    failed: Mapping[str, SurroundingsError]


def start(
    recipes: Sequence[Recipe],
    home: Home,
    *,
    port: int | None = None,
    say: Say = say_nothing,
    deadline: float = START_SECONDS,
) -> list[Started]:
    """Return the servers, each running and healthy, or raise; see `start_each`."""
    outcome = start_each(recipes, home, port=port, say=say, deadline=deadline)
    errors = list(outcome.failed.values())
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise SurroundingsError("\n".join(dict.fromkeys(map(str, errors))))
    return list(outcome.ready)


def start_each(
    recipes: Sequence[Recipe],
    home: Home,
    *,
    port: int | None = None,
    say: Say = say_nothing,
    deadline: float = START_SECONDS,
) -> Outcome:
    """Return which servers run now, each healthy; `port` is for a single server.

    They start side by side. One that fails is stopped, and the others keep running.
    """
    with home.lock(say):
        launcher = _Launcher(home=home, port=port, say=say, deadline=deadline)
        missing = [recipe for recipe in recipes if launcher.is_missing(recipe)]
        pythons = {recipe.name: launcher.installed(recipe) for recipe in missing}
        try:
            for recipe in missing:
                if python := pythons[recipe.name]:
                    launcher.launch(recipe, python)
            for name in list(launcher.starting):
                launcher.finish(name)
        finally:
            for server in launcher.starting.values():
                abandon(server, home)
        in_order = (launcher.ready.get(recipe.name) for recipe in recipes)
        return Outcome(ready=tuple(filter(None, in_order)), failed=launcher.failed)


class _Launcher:
    """Brings servers up one step at a time, and keeps what became of each."""

    def __init__(self, *, home: Home, port: int | None, say: Say, deadline: float) -> None:
        self.home, self.port, self.say, self.deadline = home, port, say, deadline
        self.starting: dict[str, Launched] = {}
        self.ready: dict[str, Started] = {}
        self.failed: dict[str, SurroundingsError] = {}
        self._launched = 0.0

    def is_missing(self, recipe: Recipe) -> bool:
        """Return whether the server has to be started; one that cannot be has failed."""
        try:
            running = self._running(recipe)
            if running is not None:
                self.ready[recipe.name] = running
                return False
            if self.port is not None:
                # Before a minute of installing, not after it.
                ports.choose(recipe.name, asked=self.port, usual=recipe.port)
            self.home.prepare(recipe.name)
        except SurroundingsError as error:
            self.failed[recipe.name] = error
            return False
        return True

    def _running(self, recipe: Recipe) -> Started | None:
        record = state.read(self.home, recipe.name)
        if record is None:
            return None
        again = f"midspan down {recipe.name} && midspan up {recipe.name}"
        if self.port is not None and self.port != record.port:
            raise SurroundingsError(
                f"{recipe.name} already runs, on port {record.port}",
                fix=f"{again} --port {self.port}",
            )
        if record.starting:
            return self._adopted(recipe, record)
        if condition.probe(recipe, record.url) is None:
            raise SurroundingsError(
                f"{recipe.name} runs (pid {record.pid}) and does not answer on {record.url}",
                fix=f"Look at {record.log}, then: {again}",
            )
        return Started(record=record, already=True, note="already running")

    def _adopted(self, recipe: Recipe, record: state.Record) -> Started | None:
        """Return a server that an `up` which was killed has launched; nothing where it failed."""
        self.say(f"{recipe.name}: an `up` that was interrupted has begun to start it; waiting")
        try:
            await_adopted(recipe, record, deadline=self.deadline)
        except SurroundingsError as error:
            self.say(f"{error.args[0].partition(';')[0]}; starting it anew")
            end_recorded(self.home, record)
            return None
        return Started(record=noted_as_well(self.home, record))

    def installed(self, recipe: Recipe) -> Path | None:
        """Return the interpreter of the server's environment, or nothing where that failed."""
        try:
            return environments.ensure(recipe, self.home, self.say)
        except SurroundingsError as error:
            self.failed[recipe.name] = error
            return None

    def launch(self, recipe: Recipe, python: Path) -> None:
        """Start the server's process, on a port that is free at this moment."""
        try:
            chosen = ports.choose(recipe.name, asked=self.port, usual=recipe.port)
        except SurroundingsError as error:
            self.failed[recipe.name] = error
            return
        self.say(f"{recipe.name}: starting")
        self._launched = time.monotonic()
        self.starting[recipe.name] = launch(recipe, self.home, python, chosen)

    def finish(self, name: str) -> None:
        """Wait until the server is well; one that lost its port meanwhile is given another."""
        for further in reversed(range(LAUNCHES)):
            server = self.starting[name]
            try:
                await_health(server, deadline=self.deadline)
            except SurroundingsError as error:
                abandon(server, self.home)
                del self.starting[name]
                taken = server.record.port
                if self.port is not None or not further or ports.is_free(taken):
                    self.failed[name] = error
                    return
                self.say(f"{name}: port {taken} was taken meanwhile; starting on another one")
                self.starting[name] = launch(
                    server.recipe, self.home, server.python, ports.unused()
                )
            else:
                del self.starting[name]
                self.ready[name] = released(server, self.home, asked=self.port)
                seconds = time.monotonic() - self._launched
                self.say(f"{name}: runs at {server.record.url}, after {seconds:.0f} s")
                return


def released(server: Launched, home: Home, *, asked: int | None) -> Started:
    """Return the server as started: from here on it lives without this process."""
    # Popen warns of a child that still runs when it is collected; this one is meant to.
    server.process.returncode = 0
    usual = server.recipe.port
    as_wanted = server.record.port in (usual, asked)
    note = "" if as_wanted else f"port {usual} was taken"
    return Started(record=noted_as_well(home, server.record), note=note)


def noted_as_well(home: Home, record: state.Record) -> state.Record:
    """Return the record of a server that was seen to be well, and keep it."""
    well = msgspec.structs.replace(record, starting=False)
    state.write(home, well)
    return well
