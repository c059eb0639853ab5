"""The demo's suite, run by hand."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from midspan.pipelines.cli.demo_serving import port_of, serve_models
from midspan.pipelines.demo.tasks import PORT, lay_out
from midspan.pipelines.servers import ports
from midspan.pipelines.sweep.local import Swept, sweep_here
from midspan.pipelines.sweep.places.git import git
from midspan.scorers.errors import SurroundingsError

PROGRAM = "from midspan.pipelines.cli import boundary, demo; import sys; \
sys.exit(boundary.run(demo.command, 'demo', sys.argv[1:]))"


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    """Give the address at which the models are, and end the server as a person does."""
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "--serve"],
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
            process.send_signal(signal.SIGINT)
            _, notes = process.communicate(timeout=60)
            assert (process.returncode, notes) == (
                0,
                "serving the models of the demo; Ctrl-C ends it\n",
            )
        finally:
            process.kill()


def test_its_suite_is_one_like_any_other(tmp_path: Path) -> None:
    """Also after a third revision of the tools was made, as a person makes one."""
    port = ports.unused()
    suite = lay_out(tmp_path / "demo", port=port)
    tools = suite.parent / "tools"
    wording = tools / "wording.toml"
    wording.write_text(wording.read_text().replace("no order", "There is no order"))
    who = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    git(*who, "commit", "--quiet", "--all", "--message=mine", directory=tools)
    suite.write_text(suite.read_text().replace("[v1, v2]", "[v2, {ref: main, name: mine}]"))
    with serving(suite.parent) as url:
        assert url == f"http://127.0.0.1:{port}/v1"
        swept = sweep(suite)
    assert [(run.planned.revision, run.task.id) for run in swept.runs] == [
        *[("v2", "order-status")] * 2,
        *[("mine", "order-status")] * 2,
    ]
    assert (len(swept.worked.done), swept.worked.infra, swept.worked.missing) == (4, (), ())
    said = "There is no order" in spans_of(swept, 2) + spans_of(swept, 3)
    assert (said, "There is no order" in spans_of(swept, 0) + spans_of(swept, 1)) == (True, False)


def sweep(suite: Path) -> Swept:
    return sweep_here(
        suite,
        into=suite.parent,
        only=["order-status", "model=scripted/sloppy"],
        cache=suite.parent / "cache",
    )


def spans_of(swept: Swept, number: int) -> str:
    return swept.folder.spans_of(swept.runs[number].run_id, 0).read_text()


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        lay_out(tmp_path / "demo", port=port)
        with pytest.raises(SurroundingsError, match=rf"^127\.0\.0\.1:{port}: Address already in"):
            serve_models(tmp_path / "demo")


def test_where_the_models_are(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert port_of(Path("midspan-demo")) == PORT
    lay_out(tmp_path, port=8999)
    assert port_of(Path("midspan-demo")) == 8999, "in the folder itself"
    lay_out(tmp_path / "midspan-demo", port=8998)
    assert port_of(Path("midspan-demo")) == 8998
