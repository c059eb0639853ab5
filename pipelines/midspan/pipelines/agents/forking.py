"""A process that has imported all it needs, and does each run in a forked copy of itself.

The interpreter may be any from Python 3.9 on, with nothing installed. The socket whose number
stands in `MIDSPAN_TEMPLATE_FD` brings one JSON line a run, `{"argv", "environment", "directory"}`,
and three descriptors: stdin, stdout, stderr. It takes back `{"pid"}` and, at the end,
`{"pid", "code"}`.
"""

from __future__ import annotations  # for older interpreters

import atexit
import gc
import io
import json
import os
import random
import selectors
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, Final, NoReturn

VARIABLE: Final = "MIDSPAN_TEMPLATE_FD"
STREAMS: Final = 3
RECORDING: Final = (
    "midspan.instrumentation.auto.start",
    "midspan.instrumentation.capture.spans",
    "midspan.instrumentation.processor",
    "midspan.instrumentation.spool",
    "opentelemetry.sdk.resources",
    "opentelemetry.sdk.trace",
)
"""What recording imports when it begins: imported before, no copy has to."""

_CHUNK: Final = 2**16


def serve(main: Callable[[], int]) -> int:
    """Return 0 when nobody asks any more; a copy ends with what `main` returns."""
    if tasks := _threads():
        # Locks that they hold would stay locked in every copy.
        sys.stderr.write(f"midspan: no warm start: what is imported has started {tasks} threads\n")
        return 1
    gc.collect()
    opened = _open_files()
    gc.freeze()
    line = socket.socket(fileno=int(os.environ.pop(VARIABLE)))
    ended: int | None = None
    while True:
        asked = _next(line)
        if ended is not None:
            os.waitpid(ended, 0)
        if asked is None:
            return 0
        request, streams = asked
        waiting, going = os.pipe()
        pid = os.fork()
        if pid == 0:
            line.close()
            os.close(going)
            # Until its number is told: from then on somebody ends it, whatever it does to us.
            if not os.read(waiting, 1):
                os._exit(1)
            os.close(waiting)
            _become(request, streams)
            _leave(main(), opened)
        for stream in streams:
            os.close(stream)
        _tell(line, {"pid": pid})
        os.write(going, b".")  # our own end is open still: the copy may have been ended
        os.close(waiting)
        os.close(going)
        # It stays as it ended until the next request: its number is nobody else's so long.
        ended = pid
        _tell(line, {"pid": pid, "code": _awaited(pid, line)})


def _threads() -> int:
    """Return how many threads there are beside this one, also those that Python knows nothing of.

    A thread that was joined a moment ago may still be counted.
    """
    return len(list(Path("/proc/self/task").iterdir())) - 1


def _next(line: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Return the next request, or None when there is none to come."""
    data, streams = b"", list[int]()
    while not data.endswith(b"\n"):
        part, descriptors, _, _ = socket.recv_fds(line, _CHUNK, STREAMS)
        if not part:
            return None
        data += part
        streams += descriptors
    return json.loads(data), streams


def _become(request: dict[str, Any], streams: list[int]) -> None:
    """Be what a fresh process would be: session, streams, directory, variables, randomness."""
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(request["directory"])
    os.environ.clear()
    os.environ.update(request["environment"])
    # Every copy would draw the same numbers.
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()


def _leave(code: int, opened: Iterable[IO[Any]]) -> NoReturn:
    """End as a process does, but do not take apart what was loaded.

    That would touch, and so copy, all that the copies have in common: half of a short run's time.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    with suppress(Exception):
        atexit._run_exitfuncs()
    for file in (*opened, *_open_files()):
        with suppress(OSError, ValueError):
            file.flush()
    os._exit(code)


def _open_files() -> list[IO[Any]]:
    """Return the files that are open for writing, as far as they are not frozen."""
    # Not by isinstance, which asks objects what they are: some are no more than stand-ins.
    kinds = (io.TextIOWrapper, io.BufferedWriter, io.BufferedRandom)
    return [file for file in gc.get_objects() if issubclass(type(file), kinds) and not file.closed]


def _awaited(pid: int, line: socket.socket) -> int:
    """Return the exit code; where nobody is there to hear it, the copy is ended."""
    handle = os.pidfd_open(pid)
    with selectors.DefaultSelector() as selector:
        selector.register(handle, selectors.EVENT_READ)
        selector.register(line, selectors.EVENT_READ)
        ready = {key.fd for key, _ in selector.select()}
        if handle not in ready:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)
    os.close(handle)
    status = os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert status is not None
    return status.si_status if status.si_code == os.CLD_EXITED else -status.si_status


def _tell(line: socket.socket, told: dict[str, int]) -> None:
    with suppress(BrokenPipeError):
        line.sendall(json.dumps(told).encode() + b"\n")
