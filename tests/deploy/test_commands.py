"""What deploy/ has midspan do is what midspan can: each command line is read by its own parser."""

import shlex
from pathlib import Path
from typing import Any

import click
import pytest

from midspan.pipelines.cli.watch import command
from tests.support.team.compose_file import DEPLOY, composed
from tests.support.team.units import unit


def words_of_compose() -> list[str]:
    found: list[str] = composed()["services"]["watch"]["command"]
    return found


def words_of_systemd() -> list[str]:
    words = shlex.split(unit("midspan-watch")["Service"]["ExecStart"][0])
    return words[words.index("watch") :]


def read(words: list[str], token: Path) -> dict[str, Any]:
    """What `midspan watch` makes of its options, a token file being where it says."""
    name, *options = words
    assert name == "watch"
    here = [f"--token-file={token}" if one.startswith("--token-file=") else one for one in options]
    return command.make_context("watch", here).params


@pytest.fixture
def token(tmp_path: Path) -> Path:
    file = tmp_path / "token"
    file.write_text("x" * 40)
    file.chmod(0o444)
    return file


def test_watch_understands_its_command_in_compose(token: Path) -> None:
    asked = read(words_of_compose(), token)

    assert (asked["host"], asked["port"]) == ("0.0.0.0", 4318)
    assert (asked["phoenix"], asked["mlflow"]) == ("http://phoenix:6006", "http://mlflow:5000")
    with pytest.raises(click.NoSuchOption):
        read([*words_of_compose(), "--into-nothing=1"], token)


def test_watch_understands_its_command_in_systemd(token: Path) -> None:
    asked = read(words_of_systemd(), token)

    assert (asked["host"], asked["port"]) == ("127.0.0.1", 4318)


def test_no_request_of_the_collector_is_too_large_for_watch(token: Path) -> None:
    import yaml

    exporters = yaml.safe_load((DEPLOY / "collector.yaml").read_text())["exporters"]
    largest = exporters["otlp_http/watch"]["sending_queue"]["batch"]["max_size"]

    assert largest < read(words_of_compose(), token)["largest_request"]
