"""Runs one program within bounds: time, output, environment, and all that it started."""

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Final

from midspan.pipelines.agents.shell import end_with_children

TAIL: Final = 4_000
"""Bytes of each stream that are kept, unless more is asked for: the last ones."""

KEPT_VARIABLES: Final = ("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR")
"""What a program gets to see of our environment: no key and no token is called that."""

_TICK: Final = 0.02
_CHUNK: Final = 2**16


@dataclass(frozen=True, kw_only=True)
class Ended:
    """How a program ended; without an exit code it was ended when its time was up."""

    exit_code: int | None
    stdout: bytes
    stderr: bytes
    cut: bool
    """Whether more was printed to stdout than was kept."""

    def told(self) -> str:
        """Return the end of what it printed, errors first, for people."""
        told = [stream.decode(errors="replace").strip() for stream in (self.stderr, self.stdout)]
        return "\n".join(text for text in told if text) or "it printed nothing"


def environment(directory: Path) -> dict[str, str]:
    """Return the variables for a program: ours that hold no secret, and HOME in the directory.

    Our own Python comes last on PATH, so that `python` is found where no other one is.
    """
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    path = os.pathsep.join([kept.get("PATH") or os.defpath, str(Path(sys.executable).parent)])
    return {"LANG": "C.UTF-8", **kept, "PATH": path, "HOME": str(directory), "PWD": str(directory)}


def run_process(
    argv: Sequence[str],
    *,
    directory: Path,
    seconds: float,
    stdin: bytes = b"",
    keep: int = TAIL,
    variables: Mapping[str, str] | None = None,
) -> Ended:
    """Return how a program ended, after it and the group of all it started are gone.

    Both streams are read all the while, so that it never waits for us; a child in the background
    that holds them open keeps nobody waiting either. A program that cannot be started is an
    `OSError`. It gets `variables`, or `environment(directory)` where none are given.
    """
    seen = environment(directory.absolute()) if variables is None else variables
    with _given(stdin) as given, _started(argv, directory, seen, given) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        stdout, stderr = _Tail(keep), _Tail(TAIL)
        with selectors.DefaultSelector() as streams:
            for pipe, tail in ((process.stdout, stdout), (process.stderr, stderr)):
                os.set_blocking(pipe.fileno(), False)
                streams.register(pipe, selectors.EVENT_READ, tail)
            deadline = time.monotonic() + seconds
            try:
                while process.poll() is None and (left := deadline - time.monotonic()) > 0:
                    _read(streams, min(_TICK, left))
                code = process.poll()
            finally:
                end_with_children(process)
            # What lies in the pipes, and no more: somebody may still write into them.
            for _ in range(2**20 // _CHUNK):
                if not _read(streams, 0):
                    break
    return Ended(exit_code=code, stdout=stdout.data(), stderr=stderr.data(), cut=stdout.cut)


@dataclass
class _Tail:
    """The last bytes of a stream."""

    keep: int
    cut: bool = False
    _data: bytearray = field(default_factory=bytearray)

    def add(self, data: bytes) -> None:
        self._data += data
        if len(self._data) > self.keep:
            self.cut = True
            del self._data[: -self.keep]

    def data(self) -> bytes:
        return bytes(self._data)


def _read(streams: selectors.BaseSelector, seconds: float) -> bool:
    """Read what is there, and return whether anything was."""
    if not streams.get_map():
        time.sleep(seconds)
        return False
    ready = streams.select(seconds)
    for key, _ in ready:
        try:
            data = os.read(key.fd, _CHUNK)
        except BlockingIOError:
            continue
        if data:
            key.data.add(data)
        else:
            streams.unregister(key.fileobj)
    return bool(ready)


@contextmanager
def _given(data: bytes) -> Iterator[IO[bytes] | int]:
    """Give a file with the data: a pipe would be one more that somebody must serve."""
    if not data:
        yield subprocess.DEVNULL
        return
    with TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        yield file


def _started(
    argv: Sequence[str], directory: Path, variables: Mapping[str, str], stdin: IO[bytes] | int
) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        list(argv),
        cwd=directory,
        env=variables,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )
