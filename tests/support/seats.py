"""Seats for harnesses, and what sits in them run as a worker does, without its bounds."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from midspan.pipelines.records import PlannedRun
from midspan.pipelines.sweep.harnesses import Driver, Program, Said, Seat, driver_for
from midspan.pipelines.sweep.places import Room
from midspan.pipelines.sweep.plan import SweepRun
from midspan.scorers.suite import Harness, Suite, Tier

RUN_ID = "0123456789abcdef0123456789abcdef"
SUITE = """\
suite: shop
contract: 1
tasks: [{id: price, prompt: p}]
matrix: {models: [{name: org/shopper, endpoint: "http://127.0.0.1:1/v1"}]}
harnesses: {mine: {kind: pi}}
"""
HARNESS = """\
suite: shop
contract: 1
tasks: [{{id: price, prompt: p}}]
target: {{repository: shop}}
harnesses: {{mine: {harness}}}
"""


def harness_of(text: str) -> Harness:
    """The harness that a suite defines so."""
    return Suite.parse(HARNESS.format(harness=text)).harnesses["mine"]


def seat_in(
    folder: Path,
    harness: Harness,
    *,
    base_url: str | None,
    prompt: str = "How much is it?",
    arguments: tuple[str, ...] = (),
    variables: Mapping[str, str] | None = None,
    **given: Any,
) -> Seat:
    """A seat in a fresh room of a folder."""
    suite = Suite.parse(SUITE)
    assert suite.matrix is not None
    planned = PlannedRun(run_id=RUN_ID, experiment="shop", task="price", model="org/shopper")
    room = Room(
        directory=folder / "work",
        home=folder / "home",
        environment={"PATH": os.environ["PATH"], "HOME": str(folder / "home"), "LANG": "C.UTF-8"},
        arguments=arguments,
    )
    for made in (room.directory, room.home, folder / "sessions", folder / "spool"):
        made.mkdir(parents=True)
    context = {
        "MIDSPAN_RUN_ID": RUN_ID,
        "MIDSPAN_EXPERIMENT": "shop",
        "MIDSPAN_TASK": "price",
        "MIDSPAN_MODEL": "org/shopper",
    }
    seat = Seat(
        run=SweepRun(
            planned=planned,
            task=suite.tasks[0].model_copy(update={"prompt": prompt}),
            model=suite.matrix.models[0],
            revision=None,
            tier=Tier(),
            harness=harness,
        ),
        room=room,
        base_url=base_url,
        api_key="sk-of-this-run",
        environment={**room.environment, **context, **(variables or {})},
        sessions=folder / "sessions",
        spool=folder / "spool",
    )
    return replace(seat, **given)


@dataclass(frozen=True, kw_only=True)
class Ran:
    """How a program ended, and what its driver made of that."""

    code: int
    said: Said
    stdout: str
    stderr: str
    seat: Seat


def driver_of(harness: Harness, folder: Path) -> Driver:
    return driver_for(harness, name="mine", folder=folder)


def run_in(seat: Seat, folder: Path) -> Ran:
    """Run the harness of a seat; the suite lies in the folder."""
    driver = driver_of(seat.run.harness, folder)
    program = driver.program(seat)
    process = started(program, seat.room.directory)
    return ran(driver, seat, process.returncode, process.stdout, process.stderr)


def started(program: Program, directory: Path) -> "subprocess.CompletedProcess[bytes]":
    """Run a program to its end."""
    return subprocess.run(
        program.argv,
        cwd=directory,
        env=dict(program.environment),
        input=program.stdin,
        capture_output=True,
        timeout=120,
        start_new_session=True,
    )


def ran(driver: Driver, seat: Seat, code: int, stdout: bytes, stderr: bytes) -> Ran:
    """What the driver says of a program that ended so."""
    files = [seat.room.folder / name for name in ("stdout", "stderr")]
    for file, data in zip(files, (stdout, stderr), strict=True):
        file.write_bytes(data)
    return Ran(
        code=code,
        said=driver.said(seat, *files),
        stdout=stdout.decode(),
        stderr=stderr.decode(),
        seat=seat,
    )
