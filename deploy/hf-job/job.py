# /// script
# requires-python = ">=3.11"
# dependencies = ["midspan[pipelines,proxy,hub,gpu]==0.1.0"]
# ///
"""Becomes the worker of a job on the Hub, once all that it reads is on the job's own disk.

    python job.py /mnt/sweep/job/SUBMISSION.json /path/of/midspan

The file says which runs the job holds; the folder above its own is the sweep's, in a bucket that
is mounted. Standard library only: midspan may be in another environment.
"""

import contextlib
import ctypes
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import NoReturn

HANDED = "MIDSPAN_JOB_KEYS"
"""Number of the descriptor with the keys, in the environment of the process that has none."""
PIPE_HOLDS = 60_000
"""Bytes that a pipe takes before anybody reads."""
PR_SET_DUMPABLE = 4


def main(asked_in: Path, midspan: str) -> NoReturn:
    """Become the worker; or end with 4, what keeps it from starting having been said."""
    asked = json.loads(asked_in.read_text(encoding="utf-8"))
    keys = taken_keys(asked["secrets"])
    sweep = asked_in.parent.parent
    folder = Path(tempfile.gettempdir(), f"midspan-{os.environ.get('JOB_ID', 'job')}")
    say(f"{len(asked['runs'])} runs, {asked['concurrency']} at a time, in {folder}")
    shutil.copytree(sweep / "suite", folder / "suite", dirs_exist_ok=True)
    (folder / "spool").mkdir(exist_ok=True)
    shutil.copyfile(sweep / "spool" / "plan.jsonl", folder / "spool" / "plan.jsonl")
    runs = folder / "runs.txt"
    runs.write_text("".join(f"{run}\n" for run in asked["runs"]), encoding="utf-8")
    if not is_set_up(asked["setup"], without=keys):
        sys.exit(4)
    words = [midspan, "sweep", "worker", str(folder), "--runs", str(runs)]
    words += ["--concurrency", str(asked["concurrency"]), "--publish-to", str(sweep)]
    # Replaced, not started: this process has the keys in its environment, where agents could look.
    os.execve(midspan, words, {**os.environ, **keys, "PATH": search_path(midspan)})


def taken_keys(names: list[str]) -> dict[str, str]:
    """Return the keys, of which nothing is left where the set-up commands could look.

    The environment that a process was started with shows in /proc for as long as it runs: this one
    is replaced by itself without them, and reads them once from a pipe.
    """
    if (handed := os.environ.pop(HANDED, None)) is not None:
        with os.fdopen(int(handed), "rb") as pipe:
            keys: dict[str, str] = json.loads(pipe.read())
        hide_memory()
        return keys
    keys = {name: os.environ[name] for name in names if name in os.environ}
    if keys and len(json.dumps(keys)) <= PIPE_HOLDS:
        start_again(keys)
    return keys


def start_again(keys: dict[str, str]) -> NoReturn:
    """Replace this process by itself without keys in its environment."""
    reading, writing = os.pipe()
    os.write(writing, json.dumps(keys).encode())
    os.close(writing)
    os.set_inheritable(reading, True)
    kept = {name: value for name, value in os.environ.items() if name not in keys}
    os.execve(sys.executable, [sys.executable, *sys.argv], {**kept, HANDED: str(reading)})


def hide_memory() -> None:
    """Keep processes of the same user from reading the keys out of this one, on Linux."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)


def is_set_up(lines: list[str], *, without: Iterable[str]) -> bool:
    """Run the suite's set-up commands, without the keys; return whether all went well."""
    kept = {name: value for name, value in os.environ.items() if name not in set(without)}
    for line in lines:
        say(f"setup: {line}")
        code = subprocess.run(["bash", "-c", line], env=kept, stdin=subprocess.DEVNULL).returncode
        if code:
            say(f"this ended with exit code {code}; no run was started")
            return False
    return True


def search_path(midspan: str) -> str:
    """Return PATH with what was installed beside midspan: the image's programs come first."""
    return os.pathsep.join([os.environ.get("PATH", os.defpath), str(Path(midspan).parent)])


def say(line: str) -> None:
    """Write a line to the job's log."""
    sys.stdout.write(f"midspan job: {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
