from pathlib import Path

import pytest

from midspan.pipelines.servers import Home
from midspan.pipelines.servers.home import locked
from midspan.scorers.errors import SurroundingsError


def test_the_home_is_where_the_variable_says() -> None:
    home = Home.of_user({"MIDSPAN_HOME": "/srv/midspan"})

    assert home == Home(root=Path("/srv/midspan"), environments=Path("/srv/midspan/environments"))
    assert home.data("phoenix") == Path("/srv/midspan/phoenix")


def test_else_it_is_the_platforms_data_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))

    assert Home.of_user({}).root.name == "midspan"
    assert Home.of_user({}).root.is_relative_to(tmp_path)


def test_a_waiting_process_is_told_and_goes_on_after_the_first(tmp_path: Path) -> None:
    import threading

    said: list[str] = []
    order: list[str] = []
    told = threading.Event()

    def second() -> None:
        def say(line: str) -> None:
            said.append(line)
            told.set()

        with locked(tmp_path / "lock", "waiting", say):
            order.append("second")

    with locked(tmp_path / "lock", "waiting", said.append):
        thread = threading.Thread(target=second)
        thread.start()
        assert told.wait(10)
        order.append("first")
    thread.join()

    assert (said, order) == (["waiting"], ["first", "second"])


def test_a_user_that_is_not_there_is_one_clear_error() -> None:
    with pytest.raises(SurroundingsError, match="MIDSPAN_HOME=~nobody-here/x: there is no such"):
        Home.of_user({"MIDSPAN_HOME": "~nobody-here/x"})
