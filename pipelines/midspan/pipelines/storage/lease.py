"""Who may write a workspace at an address: a file with a holder and an end, renewed meanwhile.

It keeps out whoever comes later. Two that come in the same moment are told apart only by a store
that can refuse to write over a file; the last look before a change is what there is besides.
"""

import os
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import msgspec

from midspan.pipelines.storage.store import Store
from midspan.scorers.errors import SurroundingsError

LEASE: Final = ".lease.json"
SECONDS: Final = 300.0
"""How long a lease holds when its holder was killed."""


class Lease(msgspec.Struct, frozen=True, kw_only=True):
    """What the file says; times are seconds since the epoch, by the clock of the holder."""

    holder: str
    who: str
    until: float


@contextmanager
def leased(
    store: Store, *, seconds: float = SECONDS, clock: Callable[[], float] = time.time
) -> Iterator[Callable[[], None]]:
    """Hold a workspace, and give what raises when somebody else has taken it by now."""
    holder = secrets.token_hex(8)
    ended = threading.Event()

    def content() -> bytes:
        who = f"process {os.getpid()} on {socket.gethostname()}"
        return msgspec.json.encode(Lease(holder=holder, who=who, until=clock() + seconds))

    def require() -> None:
        found = _read(store)
        if found is None or found.holder != holder:
            whose = found.who if found else "another midspan command, which has ended,"
            raise SurroundingsError(
                f"{store.url}: {whose} has taken it over; nothing was changed",
                fix="Wait until it is done, then run this again.",
            )

    def renew() -> None:
        while not ended.wait(seconds / 4):
            try:
                require()
                store.write(LEASE, content())
            except SurroundingsError:
                continue  # the last look before the change decides

    _take(store, content(), clock())
    require()
    thread = threading.Thread(target=renew, daemon=True)
    thread.start()
    try:
        yield require
    finally:
        ended.set()
        thread.join()
        found = _read(store)
        if found is not None and found.holder == holder:
            store.remove(LEASE)


def _take(store: Store, content: bytes, now: float) -> None:
    found = _read(store)
    if found is not None and found.until > now:
        raise SurroundingsError(
            f"{store.url}: {found.who} is writing here",
            fix=f"Wait until it is done. If it was killed, wait {found.until - now:.0f} s, or "
            f"remove {store.address(LEASE)}.",
        )
    if found is not None:
        store.write(LEASE, content)
    elif not store.create(LEASE, content):
        raise SurroundingsError(
            f"{store.url}: another midspan command is writing here",
            fix="Wait until it is done, then run this again.",
        )


def _read(store: Store) -> Lease | None:
    content = store.read(LEASE)
    try:
        return None if content is None else msgspec.json.decode(content, type=Lease)
    except msgspec.DecodeError:
        return None
