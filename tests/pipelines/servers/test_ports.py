"""Which port a server gets, and what is said of one that is taken."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest

from midspan.pipelines.servers import Home, environments, start
from midspan.scorers.errors import SurroundingsError
from tests.pipelines.servers.conftest import Stub


def test_a_port_that_was_asked_for_needs_no_note(home: Home, stub: Any, free_port: int) -> None:
    (started,) = start([stub(port=1)], home, port=free_port)
    assert (started.record.port, started.note) == (free_port, "")


def test_a_taken_usual_port_gives_a_free_one_and_says_so(
    home: Home, stub: Any, free_port: int
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()

        (started,) = start([stub(port=free_port)], home)

    assert started.record.port != free_port
    assert started.note == f"port {free_port} was taken"
    assert httpx.get(started.record.url).text == "1.0"


def test_a_taken_asked_port_is_an_error(home: Home, stub: Any, free_port: int) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port))
        other.listen()

        with pytest.raises(SurroundingsError, match=f"port {free_port} is taken") as caught:
            start([stub(port=1)], home, port=free_port)

    assert caught.value.fix is not None
    assert "midspan up stub" in caught.value.fix
    assert not home.data("stub").exists()


class Squatter(Stub):
    """A stub whose port somebody else takes while it starts."""

    squatted: ClassVar[list[socket.socket]] = []

    def command(self, python: Path, data: Path, port: int) -> list[str]:
        if not self.squatted:
            self.squatted.append(socket.create_server(("127.0.0.1", port)))
        return super().command(python, data, port)


@pytest.fixture
def squatter() -> Iterator[type[Squatter]]:
    Squatter.squatted.clear()
    yield Squatter
    for each in Squatter.squatted:
        each.close()


def test_a_usual_port_that_is_taken_while_starting_is_replaced(
    home: Home, squatter: type[Squatter], free_port: int
) -> None:
    said: list[str] = []

    (started,) = start([squatter(port=free_port)], home, say=said.append)

    assert started.record.port != free_port
    assert started.note == f"port {free_port} was taken"
    assert httpx.get(started.record.url).text == "1.0"
    assert said[:2] == [
        "stub: starting",
        f"stub: port {free_port} was taken meanwhile; starting on another one",
    ]
    assert said[2].startswith(f"stub: runs at {started.record.url}, after ")


def test_an_asked_port_that_is_taken_while_starting_is_an_error(
    home: Home, squatter: type[Squatter], free_port: int
) -> None:
    with pytest.raises(SurroundingsError, match="stub ended at once"):
        start([squatter(port=1)], home, port=free_port)

    assert not home.state("stub").exists()


def test_the_port_is_chosen_after_the_installation(
    home: Home, stub: Any, free_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    ensure = environments.ensure
    taken: list[socket.socket] = []

    def slow(*given: Any) -> Path:
        taken.append(socket.create_server(("127.0.0.1", free_port)))
        return ensure(*given)

    monkeypatch.setattr(environments, "ensure", slow)
    said: list[str] = []

    (started,) = start([stub(port=free_port)], home, say=said.append)

    assert started.record.port != free_port
    assert len(said) == 2, "launched once"
    taken[0].close()


def test_another_port_for_a_running_server_is_an_error(
    home: Home, stub: Any, free_port: int
) -> None:
    start([stub(port=free_port)], home)

    with pytest.raises(SurroundingsError, match=f"already runs, on port {free_port}"):
        start([stub(port=free_port)], home, port=free_port + 1)
