"""Runs a watch in a terminal: what it says when it begins, meanwhile, and at its end."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, TypeVar

import click

from midspan.pipelines.cli import console
from midspan.pipelines.cli.listening import listening_at
from midspan.scorers.errors import Exit

if TYPE_CHECKING:
    import socket

    from midspan.pipelines.watch.settings import WatchSettings
    from midspan.pipelines.watch.watching import Watching

Held = TypeVar("Held")


def run_watch(settings: "WatchSettings", host: str, port: int) -> Exit:
    """Serve until told to end, then say what was done."""
    from midspan.pipelines.watch.serving import serve
    from midspan.pipelines.watch.watching import Watching

    with _held(settings, lambda: listening_at(host, port)) as sock:
        settings = _judging(settings)
        watching = Watching(settings)
        try:
            with _live(watching) as show:
                asyncio.run(
                    serve(settings, watching, sock, ready=_ready(settings, sock), show=show)
                )
            click.echo("finishing what is complete; Ctrl-C again ends at once", err=True)
            watching.end()
        except BaseException:
            watching.kill()
            raise
        _say_what_was_done(settings)
    return Exit.DONE


def run_once(settings: "WatchSettings") -> Exit:
    """Do what is there, in this process, and return the worst of how that went."""
    from midspan.pipelines.watch.children import Child
    from midspan.pipelines.watch.consumers import StateFolder
    from midspan.pipelines.watch.processes import (
        SCORER,
        publisher_settings,
        scorer_settings,
        tail_settings,
    )
    from midspan.pipelines.watch.publisher import main as publish
    from midspan.pipelines.watch.tails import is_project
    from midspan.pipelines.watch.tails import main as tail

    with _held(settings, nullcontext):
        settings = _judging(settings)
        StateFolder(path=settings.state).begun_figures()
        code = tail(tail_settings(settings, once=True))
        if is_project(settings.source or ""):
            child = Child("scorer", SCORER, scorer_settings(settings, finish=True))
            code = max(code, Exit.DONE if child.ended() == 0 else Exit.SURROUNDINGS)
        if settings.is_published:
            code = max(code, publish(publisher_settings(settings, finish=True)))
        _say_what_was_done(settings)
    return Exit(code)


@contextmanager
def _held(
    settings: "WatchSettings", also: Callable[[], AbstractContextManager[Held]]
) -> Iterator[Held]:
    """Hold a sound workspace's state, and what else is needed; a refusal makes no workspace."""
    from midspan.pipelines.watch.alone import only_watch, require_state_of
    from midspan.pipelines.workspace import SETTINGS, Workspace
    from midspan.scorers.tables import ALL

    path, state = settings.workspace, settings.state
    require_state_of(state, path)
    with ExitStack() as stack:
        if (path / SETTINGS).is_file():
            workspace = Workspace(path)
            for table in ALL:
                workspace.parts(table)  # which says what is wrong with one
            stack.enter_context(only_watch(state, path))
            yield stack.enter_context(also())
        else:
            held = stack.enter_context(also())
            Workspace.create(path)
            stack.enter_context(only_watch(state, path))
            yield held


def _judging(settings: "WatchSettings") -> "WatchSettings":
    """Return the settings with the files that runs are judged by; what is odd of them is said."""
    from midspan.pipelines.cli.watch_judging import recalled

    asked, notes = recalled(settings)
    for line in notes:
        console.note(line)
    return asked


def _say_what_was_done(settings: "WatchSettings") -> None:
    from midspan.pipelines.cli.watch_judging import unknown_to
    from midspan.pipelines.watch.closing import done, received
    from midspan.pipelines.watch.consumers import StateFolder
    from midspan.pipelines.watch.tails import summary as read

    told = StateFolder(path=settings.state).told()
    came = received(told) if settings.source is None else read(told, settings.state)
    for line in (*came, *done(told, settings.state), *unknown_to(settings)):
        console.note(line)


def _ready(settings: "WatchSettings", sock: "socket.socket") -> Callable[[], None]:
    host, port = sock.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    scheme = "https" if settings.certificate else "http"
    return lambda: click.echo(f"{scheme}://{shown}:{port}")


@contextmanager
def _live(watching: "Watching") -> Iterator[Callable[[], None]]:
    """Give what is called once a second: it shows one line on a terminal, and nothing elsewhere."""
    from midspan.pipelines.watch.live import Line

    notes, line = console.notes(), Line()
    if not notes.is_terminal:
        yield lambda: None
        return
    with notes.status("") as status:
        yield lambda: status.update(line.text(watching.told()))
