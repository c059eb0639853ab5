"""The other side of a template: asks it for runs, one after the other."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from midspan.pipelines.sweep.harnesses import Program, Seat
from tests.support.seats import Ran, driver_of, ran

VARIABLE = "MIDSPAN_TEMPLATE_FD"


@dataclass(frozen=True, kw_only=True)
class Copied:
    """How a copy ended."""

    pid: int
    code: int
    stdout: bytes
    stderr: bytes


@dataclass(frozen=True, kw_only=True)
class Template:
    """A process that forks."""

    process: "subprocess.Popen[bytes]"
    line: socket.socket

    def ask(self, program: Program, directory: Path, streams: list[int]) -> int:
        """Ask for one run, and return its process."""
        told = {
            "argv": program.argv,
            "environment": dict(program.environment),
            "directory": str(directory),
        }
        data = json.dumps(told).encode() + b"\n"
        # In pieces: a message may come so.
        socket.send_fds(self.line, [data[:100]], streams)
        self.line.sendall(data[100:])
        pid: int = self.heard()["pid"]
        return pid

    def heard(self) -> dict[str, Any]:
        """Return the next line that it says."""
        data = b""
        while not data.endswith(b"\n"):
            piece = self.line.recv(1)
            assert piece, self.process.communicate(timeout=10)
            data += piece
        told: dict[str, Any] = json.loads(data)
        return told

    def begin(self, program: Program, directory: Path) -> int:
        """Ask for one run whose words nobody reads, and return its process."""
        with TemporaryFile() as stdin, open(os.devnull, "w") as nothing:
            stdin.write(program.stdin)
            stdin.seek(0)
            return self.ask(
                program, directory, [stdin.fileno(), nothing.fileno(), nothing.fileno()]
            )

    def run(self, program: Program, directory: Path) -> Copied:
        """Run a program to its end."""
        with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
            stdin.write(program.stdin)
            stdin.seek(0)
            files = [stdin, stdout, stderr]
            pid = self.ask(program, directory, [file.fileno() for file in files])
            ended = self.heard()
            assert ended["pid"] == pid
            for file in (stdout, stderr):
                file.seek(0)
            return Copied(pid=pid, code=ended["code"], stdout=stdout.read(), stderr=stderr.read())


@contextmanager
def template_of(program: Program) -> Iterator[Template]:
    """Start the template of a program."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            program.template,
            env={"PATH": os.environ["PATH"], VARIABLE: str(theirs.fileno())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[theirs.fileno()],
        )
    with process, ours:
        yield Template(process=process, line=ours)
        ours.close()
        assert process.wait(timeout=30) in (0, 1)


def copied(seat: Seat, folder: Path) -> Ran:
    """Run the harness of a seat as a copy of its template."""
    driver = driver_of(seat.run.harness, folder)
    program = driver.program(seat)
    with template_of(program) as template:
        ended = template.run(program, seat.room.directory)
    return ran(driver, seat, ended.code, ended.stdout, ended.stderr)
