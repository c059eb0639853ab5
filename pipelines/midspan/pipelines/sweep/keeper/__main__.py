"""Forks a keeper for each pair of sockets that a worker hands over, until the worker has gone."""

import os
import signal
import socket
import sys
from types import FrameType

from midspan.pipelines.sweep.keeper.children import readable
from midspan.pipelines.sweep.keeper.descendants import adopt_orphans
from midspan.pipelines.sweep.keeper.forks import Forks


def main(descriptor: int) -> None:
    """Take sockets on a socket; a keeper is there at once, as nothing is left to be loaded."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
        # Whoever ends the worker ends this by it, after the agents have gone.
        signal.signal(number, _take_no_notice)
    woken, waking = socket.socketpair()
    for each in (woken, waking):
        each.setblocking(False)
    signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
    adopt_orphans()
    forks = Forks()
    with socket.socket(fileno=descriptor) as worker:
        os.set_inheritable(descriptor, False)
        while True:
            ready = readable([worker.fileno(), woken.fileno()], None)
            if woken.fileno() in ready:
                woken.recv(4096)
                forks.reap()
            if worker.fileno() in ready:
                _, given, _, _ = socket.recv_fds(worker, 1, 2)
                if not given:
                    break
                orders, end = given
                forks.fork(orders, end, worker, woken, waking)
    forks.end()


def _take_no_notice(number: int, frame: FrameType | None) -> None:
    """Do nothing: a signal that is ignored outright would be ignored by the agents as well."""


if __name__ == "__main__":
    main(int(sys.argv[1]))
