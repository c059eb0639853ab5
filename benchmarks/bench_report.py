"""How long a report takes, beside writing the same tables as plain JSON, and how quick its page is.

Prints what docs quote. The page is measured where there is a Chromium, and playwright to drive it.

python benchmarks/bench_report.py [RUNS]
"""

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from measuring import machine
from report_corpus import sweep
from report_page import answers, browser, first_view

from midspan.pipelines.workspace import Workspace

RUNS: Final = 5_040
"""84 tasks, six variants, ten trials: all of a plan was run."""

ROUNDS: Final = 3
MOST_SECONDS: Final = 5.0
LARGEST: Final = 15_000_000
FIRST_VIEW: Final = 1.5
ANSWER: Final = 100
MIDSPAN: Final = str(Path(sys.executable).with_name("midspan"))
DUMPED: Final = ("runs", "spans", "text", "calls", "scores")

# Timed in a process of its own, as a command is: with all that has to be imported.
PROGRAM: Final = {
    "midspan report": [MIDSPAN, "report", "{ws}", "-o", "{out}"],
    "its tables as JSON lines": [sys.executable, __file__, "--dump", "{ws}", "{out}"],
}


def main(runs: int) -> None:
    """Print the times, and how large the files are."""
    workspace = sweep(runs)
    spans = workspace.table("spans").collect().height
    print(f"{machine()}\n{runs:,} runs of {spans:,} spans, scored; medians of {ROUNDS}\n")
    print("| What | Seconds | CPU seconds | One file, or the page | Beside it |")
    print("|---|---|---|---|---|")
    for what, program in PROGRAM.items():
        print(row(what, program, workspace))
    print(f"\ntarget: {MOST_SECONDS:g} s, and a page below {LARGEST / 1e6:g} MB\n")
    in_browser(workspace)


def in_browser(workspace: Workspace) -> None:
    """Print how soon the page is seen, and answers a filter."""
    if browser() is None:
        print("no Chromium here: its page was not measured")
        return
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "out.html"
        program = PROGRAM["midspan report"]
        seconds([word.format(ws=workspace.path, out=out) for word in program])
        print(f"first view: {first_view(out) / 1000:.2f} s; target {FIRST_VIEW:g} s\n")
        print("| A filter in | In sight | Slowest | All of it |\n|---|---|---|---|")
        for each in answers(out):
            cells = (f"{taken:.0f} ms" for taken in (each.seen, each.worst, each.whole))
            print(f"| {each.view} | {' | '.join(cells)} |")
    print(f"\ntarget: {ANSWER:g} ms")


def row(what: str, program: list[str], workspace: Workspace) -> str:
    """Return the row of a program that writes a file."""
    taken = []
    with tempfile.TemporaryDirectory() as directory:
        out = Path(directory) / "out.html"
        words = [word.format(ws=workspace.path, out=out) for word in program]
        for _ in range(ROUNDS):
            taken.append(seconds(words))
        page = out.stat().st_size
        beside = sum(path.stat().st_size for path in Path(directory).rglob("*.js"))
    wall, cpu = sorted(taken)[len(taken) // 2]
    return f"| {what} | {wall:.1f} | {cpu:.1f} | {page / 1e6:.1f} MB | {beside / 1e6:.1f} MB |"


def seconds(command: list[str]) -> tuple[float, float]:
    """Return how long a command takes, by the clock and of the processors."""
    before, begun = used(), time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - begun, used() - before


def used() -> float:
    """Return the CPU time of the processes that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def dump(path: str, out: str) -> None:
    """Write every row that a report is made of as a line of JSON: no figure, no page."""
    workspace = Workspace(path)
    with Path(out).open("wb") as file:
        for name in DUMPED:
            workspace.table(name).collect().write_ndjson(file)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--dump"]:
        dump(*sys.argv[2:4])
    else:
        main(*(int(argument) for argument in sys.argv[1:]) if sys.argv[1:] else (RUNS,))
