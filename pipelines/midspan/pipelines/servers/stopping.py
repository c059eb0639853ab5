"""Stop what `up` started, and nothing else, without losing a span."""

import os
from dataclasses import dataclass
from pathlib import Path

from midspan.pipelines.servers import processes, state
from midspan.pipelines.servers.home import Home, Say, say_nothing
from midspan.pipelines.servers.recipe import Recipe

PATIENCE_SECONDS = 15.0


@dataclass(frozen=True, kw_only=True)
class Stopped:
    """How a server ended: not running before, by itself, or killed because it stood still."""

    name: str
    was_running: bool
    killed: bool = False


def stop(
    recipe: Recipe, home: Home, *, say: Say = say_nothing, patience: float = PATIENCE_SECONDS
) -> Stopped:
    """Ask a server's process group to end, and kill it when nothing moves for `patience` seconds.

    A server answers exports before it has written them. It writes its queue before it ends, and has
    all the time it needs as long as its database grows.
    """
    if not os.path.exists(home.root):
        return Stopped(name=recipe.name, was_running=False)
    with home.lock(say):
        record = state.read(home, recipe.name)
        if record is None:
            state.forget(home, recipe.name)
            return Stopped(name=recipe.name, was_running=False)
        say(f"{recipe.name}: stopping; it writes what it still holds first")
        by_itself = processes.end_group(
            record.pid, patience=patience, progress=lambda: recipe.written(Path(record.data))
        )
        state.forget(home, recipe.name)
        return Stopped(name=recipe.name, was_running=True, killed=not by_itself)
