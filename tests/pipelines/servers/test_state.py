"""What is kept of a started server, and what of it is not believed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.servers import Home, processes, start, state, status, stop
from midspan.scorers.errors import SurroundingsError


def test_the_state_file_is_plain_json(home: Home, stub: Any, free_port: int) -> None:
    start([stub(port=free_port)], home)

    kept = json.loads(home.state("stub").read_text())

    assert {name: kept[name] for name in ("name", "port", "url", "version", "log", "data")} == {
        "name": "stub",
        "port": free_port,
        "url": f"http://127.0.0.1:{free_port}",
        "version": "1.0",
        "log": str(home.log("stub")),
        "data": str(home.data("stub")),
    }
    assert [path.name for path in home.state("stub").parent.iterdir()] == ["stub.json"]


def test_a_reused_pid_is_not_taken_for_the_server(home: Home, stub: Any, free_port: int) -> None:
    recipe = stub(port=free_port)
    home.prepare("stub")
    mine = processes.identity(os.getpid())
    assert mine is not None
    state.write(
        home,
        state.Record(
            name="stub",
            pid=os.getpid(),
            identity=f"{mine}0",
            port=free_port,
            url=recipe.url(free_port),
            version="1.0",
            log="",
            data="",
            started="2026-01-01T00:00:00+00:00",
        ),
    )

    assert status(recipe, home).state == "stopped"
    assert not stop(recipe, home).was_running
    (started,) = start([recipe], home)
    assert started.record.pid != os.getpid()


def test_a_damaged_state_file_names_its_repair(home: Home, stub: Any) -> None:
    home.prepare("stub")
    home.state("stub").write_text('{"name": "stub"')

    with pytest.raises(SurroundingsError, match="is damaged") as caught:
        start([stub(port=1)], home)

    assert caught.value.fix == f"Remove it, then start again: rm '{home.state('stub')}'"
    home.state("stub").unlink()


def test_a_home_that_cannot_be_looked_into_is_one_clear_error(tmp_path: Path, stub: Any) -> None:
    home = Home.at(tmp_path / ("x" * 300))

    with pytest.raises(SurroundingsError, match=r"cannot read .*: File name too long") as caught:
        status(stub(port=1), home)

    assert caught.value.fix == "Name a folder of your own: export MIDSPAN_HOME=DIR"
