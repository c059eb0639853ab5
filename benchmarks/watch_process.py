"""A watch that runs for a benchmark, and what its processes take."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from midspan.pipelines.watch.figures import Told, read_figures

QUIET = 1.0
COMMAND = str(Path(sys.executable).with_name("midspan"))
TICKS = os.sysconf("SC_CLK_TCK")


class Watch:
    """A watch over a workspace, started again by whoever killed it."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.workspace, self._workers = folder / "ws", workers
        self._notes = (folder / "notes").open("ab")
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes requests."""
        words = ["watch", "--into", str(self.workspace), "--port", "0", "--quiet", f"{QUIET}s"]
        self.process = subprocess.Popen(
            [COMMAND, *words, "--workers", str(self._workers)],
            stdout=subprocess.PIPE,
            stderr=self._notes,
            text=True,
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().strip()

    def told(self, process: str) -> Told:
        """Return the figures of a process."""
        return read_figures(self.workspace / f".watch/figures/{process}.json")

    def counted(self, process: str, name: str) -> int:
        """Return what the counters of a name come to."""
        counters = self.told(process).counters
        return int(sum(n for key, n in counters.items() if key.partition("{")[0] == name))

    def wait_until_scored(self, spans: int, patience: float = 600.0) -> float:
        """Return how long it took until so many spans were scored."""
        begun = time.monotonic()
        while self.counted("scorer", "spans_scored") < spans:
            if time.monotonic() - begun > patience:
                raise SystemExit(f"only {self.counted('scorer', 'spans_scored'):,} were scored")
            time.sleep(0.05)
        return time.monotonic() - begun

    def end(self) -> None:
        """End it as a person would."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        self._close()

    def kill(self) -> None:
        """End it as nobody should."""
        self.process.kill()
        self.process.wait()
        self._close()

    def _close(self) -> None:
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextmanager
def watch(workers: int) -> Iterator[Watch]:
    """Run one in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        found = Watch(Path(folder), workers)
        try:
            yield found
        finally:
            if found.process.poll() is None:
                found.kill()


class Process(NamedTuple):
    """A process, and the bytes that it holds in memory."""

    pid: int
    name: str
    rss: int
    cpu_seconds: float


def children(pid: int) -> list[int]:
    """Return the processes that a process started, but for the one that minds its resources."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    minding = {each for each in found if b"resource_tracker" in _command(each)}
    return [int(each) for each in found if each not in minding]


def _command(pid: str) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _process(pid: int, name: str) -> Process:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    rss = sum(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS:"))
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return Process(pid, name, rss, (int(user) + int(system)) / TICKS)


def memory(pid: int) -> list[Process]:
    """Return what each process of a watch holds."""
    found = [_process(pid, "receiver")]
    for child in children(pid):
        found.append(_process(child, "scorer"))
        found += [_process(worker, "worker") for worker in children(child)]
    return found


def costs(pid: int, spans: int = 0) -> str:
    """Return what each process holds, and the CPU time that it took for a span."""
    told = []
    for each in memory(pid):
        cpu = f" and {each.cpu_seconds / spans * 1e6:,.0f} us of CPU a span" if spans else ""
        told.append(f"{each.name} {each.rss / 2**20:,.0f} MB{cpu}")
    return ", ".join(told)
