"""Commands as a person sees them: with standard output on a real terminal."""

import os
import pty
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path


def on_a_terminal(home: Path, *words: str, columns: int = 80) -> tuple[int, list[str]]:
    """Run one command with stdout on a real terminal; return exit code and lines."""
    reader, writer = pty.openpty()
    termios.tcsetwinsize(writer, (24, columns))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(
        [Path(sys.executable).with_name("midspan"), *words],
        env=environment | {"HOME": str(home), "NO_COLOR": "1", "TERM": "dumb"},
        stdin=subprocess.DEVNULL,
        stdout=writer,
        stderr=subprocess.DEVNULL,
    )
    os.close(writer)
    printed = b""
    # Linux ends the reading with an error, macOS with nothing.
    with suppress(OSError):
        while piece := os.read(reader, 65536):
            printed += piece
    os.close(reader)
    return done.returncode, [line.rstrip() for line in printed.decode().splitlines()]
