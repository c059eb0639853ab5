"""A process as closed as its container: files to read, no capabilities, no new privileges."""

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

MOUNTS = """
mount --make-rprivate / && mount --bind "$1" "$1" && mount -o remount,bind,ro / &&
cd "$1" && shift &&
exec setpriv --no-new-privs --bounding-set=-all --inh-caps=-all "$@"
"""


def contained(command: list[str], folder: Path) -> list[str]:
    """The command so that it may write to `folder` alone; as it is where that cannot be had."""
    return inside(command, folder) if possible() else command


def inside(command: list[str], folder: Path) -> list[str]:
    return ["unshare", "--mount", "/bin/sh", "-ec", MOUNTS, "sh", str(folder), *command]


@functools.cache
def possible() -> bool:
    """Whether this user may mount: root may, outside of most containers."""
    if os.geteuid() != 0 or not (shutil.which("unshare") and shutil.which("setpriv")):
        return False
    with tempfile.TemporaryDirectory() as folder:
        tried = ["sh", "-c", "touch here && ! touch /etc/midspan-may-write"]
        return subprocess.run(inside(tried, Path(folder)), capture_output=True).returncode == 0
