"""Runs the command of a job as a process on this machine, with its volumes as folders."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.support.fake_hub import container
from tests.support.fake_hub.buckets import Buckets
from tests.support.fake_hub.job import Job
from tests.support.fake_hub.mounts import Mount
from tests.support.fake_hub.repositories import Repositories

GRACE: Final = 5.0
"""Seconds between SIGTERM and SIGKILL."""
LOOK: Final = 0.05


class Runner:
    """Runs jobs, each in a thread, a folder and an environment of its own."""

    def __init__(self, folder: Path, buckets: Buckets, repositories: Repositories) -> None:
        self._folder, self._buckets, self._repositories = folder, buckets, repositories
        self._threads: list[tuple[Job, threading.Thread]] = []
        self.search_path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        """PATH of every job: what its image has."""
        self.environment: dict[str, str] = {}
        """Further variables that the image sets."""

    def start(self, job: Job) -> None:
        thread = threading.Thread(target=self._run, args=[job])
        self._threads.append((job, thread))
        thread.start()

    def close(self) -> None:
        """End every job that still runs."""
        for job, _ in self._threads:
            job.wanted.set()
        for _, thread in self._threads:
            thread.join()

    def _run(self, job: Job) -> None:
        if job.fate.never_starts:
            job.wanted.wait()
        if job.wanted.is_set():
            job.moves_to("CANCELED")
            return
        mounts = [
            Mount(
                job=job,
                volume=volume,
                folder=self._folder / job.id / f"volume-{number}",
                buckets=self._buckets,
            )
            for number, volume in enumerate(job.asked.get("volumes") or [])
        ]
        for mount in mounts:
            mount.attach(self._repositories)
        job.moves_to("RUNNING")
        job.prints("===== Job started at 2026-01-01 00:00:00 =====")
        try:
            stage, message = self._ended(job, mounts)
        finally:
            for mount in mounts:
                mount.detach()
        job.moves_to(stage, message)

    def _ended(self, job: Job, mounts: list[Mount]) -> tuple[str, str | None]:
        process = self._started(job, {mount.path: str(mount.folder) for mount in mounts})
        reader = threading.Thread(target=_read_lines, args=[process, job])
        reader.start()
        reason = self._watch(job, process)
        reader.join()
        job.exit_code = process.returncode
        if reason is not None:
            return reason
        if process.returncode:
            return "ERROR", f"Job failed with exit code {process.returncode}"
        return "COMPLETED", None

    def _started(self, job: Job, places: Mapping[str, str]) -> "subprocess.Popen[str]":
        def placed(text: str) -> str:
            for path, folder in places.items():
                text = text.replace(path, folder)
            return text

        home = self._folder / job.id / "home"
        home.mkdir(parents=True)
        asked = {**job.asked.get("environment", {}), **(job.asked.get("secrets") or {})}
        environment = {
            "PATH": self.search_path,
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "TMPDIR": str(home),
            "JOB_ID": job.id,
            "ACCELERATOR": "",
            "CPU_CORES": "2",
            "MEMORY": "16Gi",
            **self.environment,
            **{name: placed(str(value)) for name, value in asked.items()},
        }
        words = [placed(word) for word in [*job.asked["command"], *job.asked["arguments"]]]
        process = subprocess.Popen(
            [sys.executable, container.__file__, *words],
            cwd=home,
            env={},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        assert process.stdin is not None
        with process.stdin:
            process.stdin.write(json.dumps(environment))
        return process

    def _watch(self, job: Job, process: "subprocess.Popen[str]") -> tuple[str, str] | None:
        """Return how the job ended where its command did not end of itself."""
        given = job.asked.get("timeoutSeconds") or 30 * 60
        until = time.monotonic() + given
        while True:
            try:
                process.wait(LOOK)
            except subprocess.TimeoutExpired:
                pass
            else:
                return None
            if job.wanted.is_set():
                _end(process)
                return "CANCELED", "Job was canceled"
            if time.monotonic() > until:
                _end(process)
                return "ERROR", "Job timeout"
            if _is_doomed(job):
                _kill(process)
                return "ERROR", "Node was lost"


def _is_doomed(job: Job) -> bool:
    if job.fate.dies_after is None:
        return False
    return sum(path.endswith(job.fate.counted) for path in job.brought) >= job.fate.dies_after


def _read_lines(process: "subprocess.Popen[str]", job: Job) -> None:
    assert process.stdout is not None
    with process.stdout:
        for line in process.stdout:
            job.prints(line.rstrip("\n"))


def _end(process: "subprocess.Popen[str]") -> None:
    process.terminate()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        _kill(process)


def _kill(process: "subprocess.Popen[str]") -> None:
    """End the container at once: it then kills everything in it."""
    os.kill(process.pid, signal.SIGUSR1)
    process.wait(GRACE)
