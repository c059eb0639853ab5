"""The process of one server: started beneath a keeper, watched, and ended with all it started."""

import os
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from midspan.pipelines.servers import processes
from midspan.pipelines.servers.logs import tail
from midspan.pipelines.servers.recipe import HOST

PATIENCE_SECONDS: Final = 20.0
"""How long a server may take to end: one that holds a GPU frees it then."""

LINES: Final = 40
"""Of the log, in an error: a traceback of an engine's own process stands before the server's."""

_KEEPER: Final = "midspan.pipelines.sweep.keeper.server"
_MORE_SECONDS: Final = 15.0
_CONNECT_SECONDS: Final = 1.0
_CLEANING_SECONDS: Final = 5.0


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server's process and what it writes."""

    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    patience: float = PATIENCE_SECONDS

    @classmethod
    def start(
        cls,
        argv: Sequence[str],
        *,
        port: int,
        directory: Path,
        log: Path,
        variables: Mapping[str, str],
        patience: float = PATIENCE_SECONDS,
    ) -> "Server":
        """Return the server on its way up; its output goes to the end of the log."""
        with log.open("ab") as output:
            # The log may hold earlier starts: here begins this one, and can be done by hand.
            output.write(f"midspan starts: {shlex.join(argv)}\n".encode())
            output.flush()
            process = subprocess.Popen(
                [sys.executable, "-P", "-m", _KEEPER, str(patience), *argv],
                cwd=directory,
                env=dict(variables),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(process=process, port=port, log=log, patience=patience)

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        return self.process.poll()

    def answers(self) -> bool:
        """Return whether it still takes connections: one that was killed a moment ago does not.

        Its keeper needs that moment to clean up and to tell the exit code.
        """
        if self.exit_code is not None:
            return False
        try:
            socket.create_connection((HOST, self.port), timeout=_CONNECT_SECONDS).close()
        except ConnectionRefusedError:
            return False
        except OSError:
            return True  # so many wait for it that there is no place left
        return True

    def ending(self) -> str:
        """Return how one that takes no connections any more ended."""
        try:
            return f"ended with exit code {self.process.wait(_CLEANING_SECONDS)}"
        except subprocess.TimeoutExpired:
            return "takes no connections any more"

    def log_tail(self) -> str:
        """Return the log's last lines, for an error that shows them."""
        return f"{self.log} ends with\n{tail(self.log, LINES)}"

    def listening(self) -> list[tuple[str, int]] | None:
        """Return where the server takes connections; None where nobody can tell."""
        keeper = self.process.pid
        kept = [pid for pid in processes.group_members(keeper) if pid != keeper]
        if kept and not any(_may_be_looked_into(pid) for pid in kept):
            return None
        return processes.listeners(keeper)

    def stop(self) -> None:
        """End the server and all it started; returns when nothing is left of them."""
        if self.process.stdin is not None:
            with suppress(OSError):
                self.process.stdin.close()
        try:
            self.process.wait(self.patience + _MORE_SECONDS)
        except subprocess.TimeoutExpired:
            processes.end_group(self.process.pid, patience=0)
            self.process.wait()


def _may_be_looked_into(pid: int) -> bool:
    return os.access(f"/proc/{pid}/fd", os.R_OK) and os.access("/proc/net/tcp", os.R_OK)
