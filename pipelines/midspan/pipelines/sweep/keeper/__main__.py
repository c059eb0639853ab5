"""Forks a keeper for each socket that a worker hands over, until the worker has gone."""

import os
import signal
import socket
import sys
from types import FrameType

from midspan.pipelines.sweep.keeper.descendants import adopt_orphans
from midspan.pipelines.sweep.keeper.keeping import keep


def main(descriptor: int) -> None:
    """Take sockets on a socket; a keeper is there at once, as nothing is left to be loaded."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        # Whoever ends the worker ends this by it, after the agents have gone.
        signal.signal(number, _take_no_notice)
    # Keepers that end are nothing to anybody here.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    adopt_orphans()
    with socket.socket(fileno=descriptor) as worker:
        os.set_inheritable(descriptor, False)
        while True:
            _, given, _, _ = socket.recv_fds(worker, 1, 1)
            if not given:
                return
            if os.fork() == 0:
                worker.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                _keep(given[0])
            os.close(given[0])


def _keep(descriptor: int) -> None:
    try:
        os.set_inheritable(descriptor, False)
        with socket.socket(fileno=descriptor) as worker:
            keep(worker)
    except BaseException:
        sys.excepthook(*sys.exc_info())
    finally:
        os._exit(0)


def _take_no_notice(number: int, frame: FrameType | None) -> None:
    """Do nothing: a signal that is ignored outright would be ignored by the agents as well."""


if __name__ == "__main__":
    main(int(sys.argv[1]))
