"""Keys that no agent can read: taken out of our own environment before anything is started."""

import json
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from midspan.instrumentation.secrecy import keep_to_itself, read_descriptor
from midspan.pipelines.sweep.variables import scrubbed
from midspan.scorers.errors import SurroundingsError

DESCRIPTOR_VARIABLE: Final = "MIDSPAN_HANDED_FD"
"""The descriptor on which this process was handed what it had in its environment."""
CONSOLE_SCRIPT: Final = "midspan"
ROOM: Final = 2**20


def taken_keys() -> Mapping[str, str]:
    """Return the variables that may be secret, which our environment then has no more.

    What a process was started with stays readable in `/proc/<pid>/environ` whatever it does later.
    So it starts itself once more, in its place and without them, and hands them over on a socket.
    Linux is asked to close this process to others of its user as well.
    """
    handed = os.environ.pop(DESCRIPTOR_VARIABLE, None)
    if handed is not None:
        keep_to_itself()
        return _handed(int(handed))
    kept = scrubbed()
    taken = {name: value for name, value in os.environ.items() if name not in kept}
    if taken and _is_the_command():
        _start_again(kept, taken)
    keep_to_itself()
    for name in taken:
        del os.environ[name]
    return taken


def shown_elsewhere(secrets: Mapping[str, str]) -> list[tuple[int, str, str]]:
    """Return the processes that show a secret to every program of ours: id, name, variable."""
    found = []
    wanted = {name: f"{name}={value}".encode() for name, value in secrets.items() if value}
    for folder in Path("/proc").glob("[0-9]*"):
        if int(folder.name) == os.getpid():
            continue
        try:
            shown = set((folder / "environ").read_bytes().split(b"\0"))
            program = (folder / "comm").read_text().strip()
        except OSError:
            continue
        found += [
            (int(folder.name), program, name) for name, line in wanted.items() if line in shown
        ]
    return sorted(found)


def _is_the_command() -> bool:
    """Return whether this process is the command itself, and not a program that imports us."""
    return Path(sys.argv[0]).stem == CONSOLE_SCRIPT and bool(sys.orig_argv)


def _start_again(kept: Mapping[str, str], taken: Mapping[str, str]) -> None:
    ours, theirs = socket.socketpair()
    with ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, ROOM)
        ours.setblocking(False)
        data = json.dumps(dict(taken)).encode()
        try:
            whole = ours.send(data) == len(data)
        except BlockingIOError:
            whole = False
    if not whole:
        raise SurroundingsError(
            f"the environment is too large to be handed over: {len(data):,} bytes",
            fix="Start from a smaller one: env -i PATH=$PATH HOME=$HOME KEY=$KEY midspan sweep ...",
        )
    theirs.set_inheritable(True)
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(
        sys.executable,
        [sys.executable, *sys.orig_argv[1:]],
        {**kept, DESCRIPTOR_VARIABLE: str(theirs.detach())},
    )


def _handed(descriptor: int) -> Mapping[str, str]:
    told: dict[str, str] = json.loads(read_descriptor(f"/dev/fd/{descriptor}") or b"{}")
    return told
