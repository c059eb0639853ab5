"""Carries out the orders of a worker, one after the other, until the worker has gone."""

import socket

from midspan.pipelines.sweep.keeper.descendants import adopt_orphans, kill_all
from midspan.pipelines.sweep.keeper.messages import Lines, Order
from midspan.pipelines.sweep.keeper.supervision import Supervision
from midspan.pipelines.sweep.keeper.templates import Templates


def keep(worker: socket.socket) -> None:
    """Return once the worker has gone, and everything that was started."""
    adopt_orphans()
    templates = Templates()
    lines = Lines(worker)
    try:
        while (told := lines.next()) is not None:
            if told.get("stop"):
                continue  # it ended by itself meanwhile
            run = Supervision(Order.read(told), templates, worker, lines)
            report = run.run()
            if run.worker_gone:
                break
            worker.sendall(report.line())
    finally:
        templates.end()
        kill_all()
