"""What a keeper is told to start."""

from pathlib import Path

from midspan.pipelines.sweep.harnesses import Program, Seat
from midspan.pipelines.sweep.keeper.messages import Order


def order_of(program: Program, seat: Seat, *, log: Path, grace: float, scratch: Path) -> Order:
    """Return the order to start a program; what it is to read is written into its room."""
    room = seat.room.folder.absolute()
    stdin = room / "stdin"
    if program.stdin:
        stdin.write_bytes(program.stdin)
    return Order(
        argv=program.argv,
        environment=program.environment,
        directory=str(seat.room.directory.absolute()),
        stdin=str(stdin) if program.stdin else None,
        stdout=str(room / "stdout"),
        stderr=str(room / "stderr"),
        log=str(log.absolute()),
        seconds=seat.run.task.budget.seconds,
        grace=grace,
        template=program.template,
        scratch=str(scratch),
    )
