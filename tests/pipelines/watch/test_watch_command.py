"""`midspan watch` as a command: from a sender's request to scores, through kills and restarts."""

import json
import os
import re
import signal
import socket
import ssl
import subprocess
import threading
import urllib.request
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.watch.alone import only_watch
from midspan.pipelines.watch.figures import read_figures
from midspan.pipelines.watch.metric_names import PREFIX
from midspan.pipelines.workspace import Workspace
from tests.support.watch_command import (
    COMMAND,
    Watch,
    eventually,
    keys_of,
    request_of,
    scored_runs,
    stored_spans,
    trace,
    watching,
)
from tests.support.watch_metrics import documented


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([*COMMAND, *words], capture_output=True, text=True, timeout=120)


def test_runs_are_scored_as_they_arrive_and_told_in_figures(tmp_path: Path) -> None:
    spans = [span for number in range(3) for span in trace(number)]
    with watching(tmp_path / "ws") as watch:
        for number in range(3):
            assert watch.send(request_of(*trace(number))) == 200
        eventually(lambda: watch.metric("pending_runs") == 0 and len(_scored(tmp_path / "ws")) == 3)
        assert watch.metric("spans_accepted_total") == 9
        healthy = {"status": "ok", "problems": [], "damage": []}
        assert json.loads(watch.page("/healthz")) == healthy
        shown = watch.page("/metrics")
        assert watch.end() == 0
        assert "9 spans came in: 9 accepted, 0 refused" in watch.notes
        assert "3 runs scored: 3 unscored\n" in watch.notes
        assert "earlier watch" not in watch.notes
    named = documented()
    for family in text_string_to_metric_families(shown):
        if family.name.startswith(PREFIX):
            total = "_total" if family.type == "counter" else ""
            labels = {label for sample in family.samples for label in sample.labels} - {"le"}
            assert labels == named[family.name.removeprefix(PREFIX) + total]
    assert stored_spans(tmp_path / "ws") == keys_of(*spans)


def _scored(workspace: Path) -> set[str]:
    return scored_runs(workspace) if (workspace / "workspace.json").is_file() else set()


def test_what_was_accepted_is_scored_after_kill_9_of_all(tmp_path: Path) -> None:
    accepted = keys_of()
    with watching(tmp_path / "ws") as watch:
        for number in range(12):
            spans = trace(number)
            assert watch.send(request_of(*spans)) == 200
            accepted |= keys_of(*spans)
        watch.kill()
    with watching(tmp_path / "ws") as watch:
        eventually(lambda: len(_scored(tmp_path / "ws")) == 12)
        assert watch.end() == 0
        waited = re.search("(\\d+) spans waited from an earlier watch: done with all", watch.notes)
        assert waited is not None
        assert 0 < int(waited[1]) <= 36
    assert stored_spans(tmp_path / "ws") == accepted


def test_kill_9_under_load_loses_nothing_that_was_acknowledged(tmp_path: Path) -> None:
    acknowledged: set[tuple[str, str]] = set()
    numbers = iter(range(10_000))
    stop = threading.Event()

    def load(watch: Watch) -> None:
        while not stop.is_set():
            spans = trace(next(numbers), steps=4)
            try:
                taken = watch.send(request_of(*spans)) == 200
            except OSError:
                return
            if taken:
                acknowledged.update(keys_of(*spans))

    for _ in range(2):
        with watching(tmp_path / "ws") as watch:
            sender = threading.Thread(target=load, args=(watch,))
            sender.start()
            eventually(lambda: len(_scored(tmp_path / "ws")) > len(acknowledged) // 50)
            watch.kill()
            sender.join()
    with watching(tmp_path / "ws") as watch:
        eventually(lambda: acknowledged <= stored_spans(tmp_path / "ws"))
        assert watch.end() == 0
    assert {trace_id for trace_id, _ in acknowledged} <= scored_runs(tmp_path / "ws")


def test_a_killed_scorer_is_started_again_and_does_all(tmp_path: Path) -> None:
    with watching(tmp_path / "ws") as watch:
        assert watch.send(request_of(*trace(0))) == 200
        eventually(lambda: len(_scored(tmp_path / "ws")) == 1)
        (scorer,) = _children(watch.process.pid)
        os.kill(scorer, signal.SIGKILL)
        assert watch.send(request_of(*trace(1))) == 200
        eventually(lambda: len(_scored(tmp_path / "ws")) == 2)
        eventually(lambda: watch.metric('restarts_total{process="scorer"}') == 1)
        assert watch.end() == 0
        assert "the scorer has ended (code -9): it is started again" in watch.notes


def _children(pid: int) -> list[int]:
    """Return the processes that a process started, but for the one that minds its resources."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    names = {int(each): Path(f"/proc/{each}/cmdline").read_bytes() for each in found}
    return [each for each, name in names.items() if b"resource_tracker" not in name]


def test_a_run_that_is_under_way_is_gone_on_with_after_a_restart(tmp_path: Path) -> None:
    first, last = trace(0)[:2], trace(0)[2:]
    with watching(tmp_path / "ws") as watch:
        assert watch.send(request_of(*first)) == 200
        eventually(lambda: watch.metric("pending_runs") == 1)
        assert watch.end() == 0
        assert "1 run was not complete yet: the next watch goes on with it" in watch.notes
    with watching(tmp_path / "ws") as watch:
        assert watch.send(request_of(*last)) == 200
        eventually(lambda: len(_scored(tmp_path / "ws")) == 1)
        assert watch.end() == 0
        assert "1 span came in: 1 accepted, 0 refused" in watch.notes
        assert "2 spans waited from an earlier watch: done with all of them" in watch.notes
    assert stored_spans(tmp_path / "ws") == keys_of(*trace(0))


def test_the_backlog_is_removed_once_it_is_done_with(tmp_path: Path) -> None:
    with watching(tmp_path / "ws") as watch:
        for number in range(5):
            assert watch.send(request_of(*trace(number))) == 200
        eventually(lambda: len(_scored(tmp_path / "ws")) == 5)
        assert watch.end() == 0
    with watching(tmp_path / "ws") as watch:
        assert watch.send(request_of(*trace(9))) == 200
        eventually(lambda: len(_scored(tmp_path / "ws")) == 6)
        backlog = tmp_path / "ws/.watch/backlog"
        eventually(lambda: [each.name for each in backlog.iterdir()] == ["000002.wal"])


def test_a_second_watch_is_refused_and_told_by_whom(tmp_path: Path) -> None:
    with watching(tmp_path / "ws") as watch:
        second = run("--into", str(tmp_path / "ws"), "--port", "0")
        assert second.returncode == 4
        assert f"process {watch.process.pid} watches here already" in second.stderr


def test_a_port_that_is_taken_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        found = run("--into", str(tmp_path / "ws"), "--port", str(taken.getsockname()[1]))
    assert found.returncode == 4
    assert "cannot listen at 127.0.0.1" in found.stderr
    assert not (tmp_path / "ws").exists()


def test_a_state_of_another_workspace_is_told_before_anything_is_made(tmp_path: Path) -> None:
    with only_watch(tmp_path / "ws" / ".watch", tmp_path / "ws"):
        pass
    into = ("--into", str(tmp_path / "other"), "--port", "0")
    found = run(*into, "--state", str(tmp_path / "ws" / ".watch"))
    assert (found.returncode, found.stdout) == (2, "")
    assert f"--into {tmp_path}/ws" in found.stderr
    assert not (tmp_path / "other").exists()


def test_a_damaged_workspace_is_told_before_it_is_written(tmp_path: Path) -> None:
    (tmp_path / "spans.jsonl").write_bytes(request_of(*trace(0)) + b"\n")
    ingest([tmp_path / "spans.jsonl"], tmp_path / "ws")
    (part,) = Workspace(tmp_path / "ws").parts("spans")
    content = bytearray(part.read_bytes())
    content[50] ^= 1
    part.write_bytes(content)
    found = run("--into", str(tmp_path / "ws"), "--port", "0")
    assert (found.returncode, found.stdout) == (2, "")
    assert f"{part}: is damaged" in found.stderr


def test_other_machines_need_a_token_that_nobody_else_reads(tmp_path: Path) -> None:
    into = ("--into", str(tmp_path / "ws"))
    found = run(*into, "--host", "0.0.0.0")
    assert (found.returncode, "--token-file FILE" in found.stderr) == (2, True)
    token = tmp_path / "token"
    token.write_text("s3cret\n")
    token.chmod(0o644)
    found = run(*into, "--host", "0.0.0.0", "--token-file", str(token))
    assert (found.returncode, f"chmod 600 {token}" in found.stderr) == (2, True)
    token.chmod(0o600)
    token.write_text("two words")
    assert "one word of ASCII" in run(*into, "--token-file", str(token)).stderr
    token.write_text("s3cret\n")
    with watching(tmp_path / "ws", "--token-file", str(token)) as watch:
        assert watch.send(request_of(*trace(0))) == 401
        assert watch.send(request_of(*trace(0)), authorization="Bearer s3cret") == 200
        assert "authorization" in watch.page("/metrics")
        assert json.loads(watch.page("/healthz"))["status"] == "ok"
        command = Path(f"/proc/{watch.process.pid}/cmdline").read_bytes()
        assert b"s3cret" not in command
        assert "s3cret" not in watch.notes


def test_tls_is_served_with_the_certificate_that_is_named(tmp_path: Path) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
    named = ["-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*made.split(), *named, *files], check=True, capture_output=True)
    words = ("--certificate", str(certificate), "--key", str(key))
    with watching(tmp_path / "ws", *words) as watch:
        assert watch.url.startswith("https://127.0.0.1:")
        trusting = ssl.create_default_context(cafile=str(certificate))
        with urllib.request.urlopen(watch.url + "/healthz", context=trusting) as answer:
            assert answer.status == 200
    wrong = run(
        "--into", str(tmp_path / "ws"), "--certificate", str(key), "--key", str(certificate)
    )
    assert (wrong.returncode, "cannot be served" in wrong.stderr) == (2, True)
    assert "belong together" in run("--into", str(tmp_path / "ws"), "--key", str(key)).stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--once"], "--once is for a SOURCE"),
        (["--quiet", "soon"], "no time"),
        (["--largest-request", "1PB"], "no size"),
        (["--forward", "collector:4318"], "not the address of a server"),
        (["--suite", "nowhere.yaml"], "nowhere.yaml"),
        (["--largest-request", "0"], "refuses every request"),
        (["--quiet", "10s", "--timeout", "9s"], "--timeout (9 s) is shorter than --quiet (10 s)"),
        (["--ca", "ca.pem"], "--ca is for servers, and none is named"),
        (["--token-file", "."], "is a directory"),
        (["--into", "s3://a/b"], "s3://a/b: a workspace at an address cannot be written"),
        (["runs", "--forward", "http://127.0.0.1:1"], "spool files are none"),
    ],
)
def test_mistakes_are_told_before_anything_is_started(
    tmp_path: Path, words: list[str], told: str
) -> None:
    found = run("--into", str(tmp_path / "ws"), "--port", "0", *words)
    assert found.returncode == 2
    assert told in found.stderr
    assert not (tmp_path / "ws").exists()


def test_limits_of_the_command_hold(tmp_path: Path) -> None:
    with watching(tmp_path / "ws", "--largest-request", "1kb") as watch:
        assert watch.send(request_of(*trace(0, steps=20))) == 413
        assert watch.metric('requests_refused_total{reason="too_large"}') == 1
    with watching(tmp_path / "ws2", "--largest-backlog", "0b") as watch:
        assert watch.send(request_of(*trace(0))) == 200
        eventually(lambda: watch.send(request_of(*trace(1))) == 503)
        assert json.loads(watch.page("/healthz"))["status"] == "failing"


def test_figures_are_in_files_for_the_next_process(tmp_path: Path) -> None:
    with watching(tmp_path / "ws") as watch:
        assert watch.send(request_of(*trace(0))) == 200
        watch.end()
    file = tmp_path / "ws/.watch/figures/receiver.json"
    assert read_figures(file).counters["spans_accepted"] == 3


def test_the_workspace_is_as_ingest_and_score_would_make_it(tmp_path: Path) -> None:
    with watching(tmp_path / "ws") as watch:
        for number in range(4):
            assert watch.send(request_of(*trace(number))) == 200
        eventually(lambda: len(_scored(tmp_path / "ws")) == 4)
        watch.end()
    spans = [span for number in range(4) for span in trace(number)]
    (tmp_path / "spans.jsonl").write_bytes(request_of(*spans) + b"\n")
    offline = Workspace.create(tmp_path / "offline")
    ingest([tmp_path / "spans.jsonl"], offline.path)
    offline.score()
    live = Workspace(tmp_path / "ws")
    for name in ("runs", "spans", "calls", "scores", "text"):
        rows = [set(map(repr, each.table(name).collect().rows())) for each in (live, offline)]
        assert rows[0] == rows[1], name
