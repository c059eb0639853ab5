"""Starts `midspan proxy` as a user does."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def proxy(upstream: str, spool: Path, *options: str) -> Iterator[str]:
    """Yield the address, without `/v1`, of a proxy before a server."""
    midspan = Path(sys.executable).with_name("midspan")
    command = [midspan, "proxy", "--upstream", f"{upstream}/v1", "--port", "0", "--spool", spool]
    process = subprocess.Popen(
        [*map(str, command), "--experiment", "shop", "--task", "prices", *options],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip().removesuffix("/v1")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 0
