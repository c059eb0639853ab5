"""What benchmarks share: CPU time, machines, and a place for what takes long to make."""

import hashlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[1]


def kept(name: str, *sources: str) -> Path:
    """Return the folder of something that is made once, of these files; `make clean` removes it."""
    folder = Path(__file__).parent
    texts = [(folder / source).read_bytes() for source in sources]
    digest = hashlib.blake2b(b"".join(texts), digest_size=4).hexdigest()
    return ROOT / ".bench" / f"{name}-{digest}"


def cpu_seconds(function: Callable[[], object]) -> float:
    """Return the CPU time that this process spends in a function, threads included."""
    start = time.process_time()
    function()
    return time.process_time() - start


def in_turns(rounds: int, *functions: Callable[[], object]) -> list[float]:
    """Return the median CPU time of each function, taken in turns."""
    taken: list[list[float]] = [[] for _ in functions]
    for _ in range(rounds):
        for times, function in zip(taken, functions, strict=True):
            times.append(cpu_seconds(function))
    return [median(times) for times in taken]


def machine() -> str:
    """Return what runs this, and how busy it is."""
    models = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    ]
    python = ".".join(str(part) for part in sys.version_info[:2])
    what = f"{os.cpu_count()} cores ({models[0] if models else 'unknown'}), Python {python}"
    return f"{what}; load before: {os.getloadavg()[0]:.1f}"
