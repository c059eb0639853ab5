"""`up`, `down` and `status`, and the help of all commands of servers."""

import json
import socket
from pathlib import Path

import pytest

from midspan.scorers.errors import Exit
from tests.pipelines.cli.servers.conftest import Run
from tests.support.terminal import on_a_terminal


def test_status_of_an_empty_home_makes_nothing(run: Run, tmp_path: Path) -> None:
    code, out, err = run("status", "--json")

    assert (code, err) == (Exit.DONE, "")
    home = tmp_path / "home"
    assert json.loads(out) == [
        {
            "name": name,
            "state": "stopped",
            "url": None,
            "version": None,
            "pid": None,
            "log": f"{home}/logs/{name}.log",
            "data": f"{home}/{name}",
        }
        for name in ("phoenix", "mlflow")
    ]
    assert not home.exists()


def test_status_without_a_terminal_is_tab_separated(run: Run) -> None:
    _, out, _ = run("status")

    assert out.splitlines()[0] == "name\tstate\turl\tversion\tpid\tlog\tdata"
    assert out.splitlines()[1].startswith("phoenix\tstopped\t\t\t\t")


def test_down_says_that_nothing_ran(run: Run) -> None:
    assert run("down", "mlflow") == (Exit.DONE, "name\tstate\nmlflow\twas not running\n", "")


def test_a_taken_port_is_one_clear_error_before_anything_is_installed(
    run: Run, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        code, out, err = run("up", "phoenix", "--port", str(port))

    assert (code, out) == (Exit.SURROUNDINGS, "")
    assert err == (
        f"midspan up: port {port} is taken, so phoenix was not started\n"
        "Name another port, or leave --port out for a free one: midspan up phoenix\n"
    )
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["lock"]


def test_a_port_for_both_servers_is_wrong_usage(run: Run) -> None:
    code, _, err = run("up", "--port", "7007")

    assert code == Exit.NOT_EVALUATED
    assert "--port is for one server: midspan up phoenix --port N" in err


def test_a_home_that_cannot_be_written_to_is_one_clear_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("MIDSPAN_HOME", str(tmp_path / "file" / "home"))

    code, out, err = run("up")

    assert (code, out) == (Exit.SURROUNDINGS, "")
    assert err == (
        f"midspan up: cannot write to {tmp_path}/file/home: Not a directory\n"
        "Name a folder that you can write to: export MIDSPAN_HOME=DIR\n"
    )


@pytest.mark.parametrize("verb", ["up", "down", "status", "doctor"])
def test_help_has_an_example(run: Run, verb: str) -> None:
    code, out, _ = run(verb, "--help")

    assert code == Exit.DONE
    assert f"Example:\n    $ midspan {verb}" in out


def test_a_damaged_state_of_one_server_does_not_hide_the_other(run: Run, tmp_path: Path) -> None:
    state = tmp_path / "home" / "state" / "phoenix.json"
    state.parent.mkdir(parents=True)
    state.write_text("{")

    code, out, err = run("status", "--json")

    assert (code, [one["name"] for one in json.loads(out)]) == (Exit.SURROUNDINGS, ["mlflow"])
    assert err.startswith(f"midspan status: {state} is damaged: ")
    assert err.endswith(f"Remove it, then start again: rm '{state}'\n")

    code, out, err = run("down")

    assert (code, out) == (Exit.SURROUNDINGS, "name\tstate\nmlflow\twas not running\n")
    assert f"midspan down: {state} is damaged: " in err


def test_status_on_a_terminal_has_paths_on_lines_of_their_own(run: Run, tmp_path: Path) -> None:
    code, lines = on_a_terminal(tmp_path, "status")

    assert code == Exit.DONE
    assert lines == [
        "name     state    url  version  pid",
        "phoenix  stopped",
        "mlflow   stopped",
        "",
        "phoenix  log   ~/home/logs/phoenix.log",
        "phoenix  data  ~/home/phoenix",
        "mlflow   log   ~/home/logs/mlflow.log",
        "mlflow   data  ~/home/mlflow",
    ]


def test_a_table_wider_than_the_terminal_is_not_folded_cell_by_cell(
    run: Run, tmp_path: Path
) -> None:
    _, lines = on_a_terminal(tmp_path, "status", columns=10)

    assert lines[1] == "phoenix  stopped"
