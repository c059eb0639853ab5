"""Processes that have a program loaded already, and fork it for each run."""

import json
import os
import signal
import socket
import subprocess
from collections import OrderedDict
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from midspan.pipelines.sweep.keeper.children import process_descriptor, readable
from midspan.pipelines.sweep.keeper.messages import Lines, Order

DESCRIPTOR_VARIABLE: Final = "MIDSPAN_TEMPLATE_FD"
KEPT: Final = 4
"""Templates that are kept; the one that was used longest ago is ended for a further one."""
START_SECONDS: Final = 120.0
"""What a template may take until it forks: it imports the program of a user first."""
LAST_WORDS: Final = 2_000
NOT_FOR_TEMPLATES: Final = ("MIDSPAN_", "OPENAI_", "ANTHROPIC_", "OTEL_")
"""Variables of one run begin so: a template lives for many."""


class TemplateGoneError(Exception):
    """The template cannot fork the program: it has to be started as any other."""


class Template:
    """One process that forks."""

    def __init__(self, order: Order) -> None:
        """Start it."""
        ours, theirs = socket.socketpair()
        kept = {
            name: value
            for name, value in order.environment.items()
            if not name.startswith(NOT_FOR_TEMPLATES)
        }
        self._errors = Path(order.scratch, f"template-{os.getpid()}.log")
        with theirs, self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                order.template,
                cwd=order.scratch,
                env=kept | {"HOME": order.scratch, DESCRIPTOR_VARIABLE: str(theirs.fileno())},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        self.pid = self._process.pid
        self._gone = process_descriptor(self.pid)
        self._socket = ours
        self._lines = Lines(ours)

    def fork(self, order: Order, streams: list[int]) -> "Forked":
        """Return the program, forked with these as its standard streams."""
        told = {
            "argv": order.argv,
            "environment": dict(order.environment),
            "directory": order.directory,
        }
        line = json.dumps(told).encode() + b"\n"
        self._socket.settimeout(START_SECONDS)
        try:
            sent = socket.send_fds(self._socket, [line], streams)
            self._socket.sendall(line[sent:])
            answer = self._lines.next()
        except TimeoutError:
            raise TemplateGoneError(f"it was not ready after {START_SECONDS:g} seconds") from None
        except OSError as error:
            raise TemplateGoneError(self._last_words() or str(error)) from error
        finally:
            self._socket.settimeout(None)
        if answer is None or "pid" not in answer:
            raise TemplateGoneError(self._last_words() or "it ended without a word")
        return Forked(answer["pid"], self._socket, self._lines, self._gone)

    def _last_words(self) -> str:
        with suppress(OSError):
            return self._errors.read_text(errors="replace").strip()[-LAST_WORDS:]
        return ""

    def end(self) -> int | None:
        """End it; return what it had ended with already, if it had."""
        code = self._process.poll()
        self._socket.close()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        self._process.wait()
        while self._gone:
            os.close(self._gone.pop())
        return code


class Forked:
    """A program that a template has forked; its code comes on the template's socket."""

    def __init__(self, pid: int, sock: socket.socket, lines: Lines, gone: list[int]) -> None:
        """Keep where its end is told, and what says that nobody can tell it any more."""
        self._gone = gone
        self.pid = pid
        self._socket = sock
        self._lines = lines
        self._told: dict[str, Any] | None = None
        self.lost = False

    def ended(self) -> list[int]:
        """Return what can be waited for."""
        return [self._socket.fileno(), *self._gone]

    def code(self) -> int | None:
        """Return its exit code, once it is told."""
        if self._told is None and not self.lost:
            self._socket.setblocking(False)
            try:
                self._told = self._lines.next()
                self.lost = self._told is None
            except BlockingIOError:
                # The program itself may hold the other end of the socket open.
                self.lost = bool(self._gone and readable(self._gone, 0))
                return None
            finally:
                self._socket.setblocking(True)
        return None if self._told is None else int(self._told["code"])

    def close(self) -> None:
        """Wait for the end to be told, so that the next answer is that of the next program."""
        while self.code() is None and not self.lost:
            readable(self.ended(), None)


class Templates:
    """The templates of one keeper, by what starts them."""

    def __init__(self) -> None:
        """Start none yet."""
        self._kept: OrderedDict[tuple[str, ...], Template] = OrderedDict()
        self._useless: dict[tuple[str, ...], str] = {}

    @property
    def pids(self) -> list[int]:
        """Return the processes that stay when a run is over."""
        return [template.pid for template in self._kept.values()]

    def fork(self, order: Order, streams: list[int]) -> Forked | None:
        """Return the program forked by its template, or None where that cannot be."""
        key = order.template
        if not key or key in self._useless:
            return None
        try:
            template = self._kept.get(key)
            if template is None:
                template = self._kept[key] = Template(order)
            self._kept.move_to_end(key)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)[1].end()
            return template.fork(order, streams)
        except (OSError, ValueError, TemplateGoneError) as error:
            self._useless[key] = str(error)
            if key in self._kept:
                self._kept.pop(key).end()
            return None

    def why_not(self, key: tuple[str, ...]) -> str | None:
        """Return why a template cannot fork, where it was found that it cannot."""
        return self._useless.get(key)

    def drop(self, key: tuple[str, ...]) -> int | None:
        """End a template that is in no known state; return what it had ended with already."""
        return self._kept.pop(key).end() if key in self._kept else None

    def end(self) -> None:
        """End all."""
        while self._kept:
            self._kept.popitem()[1].end()
