"""How a server was started: one small file each, so that another command finds it again."""

import os
from pathlib import Path

import msgspec

from midspan.instrumentation import environment
from midspan.pipelines.servers import processes
from midspan.pipelines.servers.home import Home
from midspan.scorers.errors import SurroundingsError


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One started server; `identity` tells its process from a later one with the same pid."""

    name: str
    pid: int
    identity: str
    port: int
    url: str
    version: str
    log: str
    data: str
    started: str
    starting: bool = False
    """Whether it was never seen to be well: the `up` that launched it may have been killed."""

    @property
    def alive(self) -> bool:
        """Return whether the very process that was started still runs."""
        return processes.identity(self.pid) == self.identity


def read(home: Home, name: str) -> Record | None:
    """Return how the server was started, None when it was not or has ended since."""
    path = home.state(name)
    try:
        record = msgspec.json.decode(path.read_bytes(), type=Record)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        return None
    except OSError as error:
        raise SurroundingsError(
            f"cannot read {path}: {error.strerror}",
            fix=f"Name a folder of your own: export {environment.HOME}=DIR",
        ) from error
    except msgspec.MsgspecError as error:
        raise SurroundingsError(
            f"{path} is damaged: {error}", fix=f"Remove it, then start again: rm '{path}'"
        ) from error
    return record if record.alive else None


def write(home: Home, record: Record) -> None:
    """Keep how a server was started; readers see the whole file or none."""
    path = home.state(record.name)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        temporary.write_bytes(msgspec.json.format(msgspec.json.encode(record)) + b"\n")
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def forget(home: Home, name: str) -> None:
    """Remove what was kept of a server."""
    Path(home.state(name)).unlink(missing_ok=True)
