"""A sweep of 240 runs, through the command: real proxy, real processes, scripted models."""

import json
import os
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import yaml

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.workspace import Workspace
from tests.pipelines.sweep.worker.test_resuming import MIDSPAN

NAMES = ("north", "south", "east", "west")


@contextmanager
def scripted() -> Iterator[str]:
    """Two models: `careful` reads the file and says what it holds, `sloppy` guesses the west."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def do_GET(self) -> None:
            self._send({"object": "list", "data": [{"id": "careful"}, {"id": "sloppy"}]})

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            last = asked["messages"][-1]
            message: dict[str, Any] = {"role": "assistant", "content": None}
            if last["role"] == "tool":
                message["content"] = str(last["content"]).strip()
            elif asked["model"] == "sloppy" and "west" in str(last["content"]):
                message["content"] = "sunrise"
            else:
                call = {"name": "bash", "arguments": '{"command": "cat note.txt"}'}
                message["tool_calls"] = [{"id": "c-1", "type": "function", "function": call}]
            finish = "stop" if message["content"] else "tool_calls"
            self._send(
                {
                    "id": "r-1",
                    "object": "chat.completion",
                    "model": asked["model"],
                    "choices": [{"index": 0, "finish_reason": finish, "message": message}],
                    "usage": {"prompt_tokens": 9, "completion_tokens": 3, "total_tokens": 12},
                }
            )

        def _send(self, document: dict[str, Any]) -> None:
            data = json.dumps(document).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.block_on_close = False
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()


def repository(folder: Path) -> Path:
    folder.mkdir()
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    for words in (
        ["init", "--quiet", "--initial-branch=main"],
        [*who, "commit", "--quiet", "--allow-empty", "-m", "one"],
        ["tag", "v1"],
        [*who, "commit", "--quiet", "--allow-empty", "-m", "two"],
        ["tag", "v2"],
    ):
        subprocess.run(["git", *words], cwd=folder, env=environment, check=True)
    return folder


def test_all_of_240_runs_end_in_one_outcome_each(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / f"{name}.txt").write_text(f"the wind is from the {name}\n")
    (tmp_path / "SKILL.md").write_text("Read the note first.\n")
    with scripted() as endpoint:
        suite = {
            "suite": "winds",
            "contract": 1,
            "tasks": [
                {
                    "id": name,
                    "prompt": f"What does note.txt say of {name}?",
                    "files": [{"from": f"{name}.txt", "to": "note.txt"}],
                    "checks": [{"kind": "substring", "value": f"from the {name}"}],
                }
                for name in NAMES
            ],
            "target": {"repository": str(repository(tmp_path / "target")), "install": None},
            "tiers": {
                "bare": {},
                "clone": {"checkout": "target"},
                "skill": {"files": [{"from": "SKILL.md", "to": "skill/SKILL.md"}]},
            },
            "matrix": {
                "models": [
                    {"name": name, "endpoint": endpoint, "sampling": {"seed": 100}}
                    for name in ("careful", "sloppy")
                ],
                "revisions": ["v1", "v2"],
                "trials": 5,
            },
            "harnesses": {"loop": {"kind": "openai-loop"}},
            "launch": {"concurrency": 4},
        }
        (tmp_path / "suite.yaml").write_text(yaml.safe_dump(suite, sort_keys=False))
        done = subprocess.run(
            [MIDSPAN, "sweep", "run", "suite.yaml", "--into", "sweep"],
            cwd=tmp_path,
            env={**os.environ, "XDG_CACHE_HOME": str(tmp_path / "cache"), "COLUMNS": "100"},
            capture_output=True,
            text=True,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].split() == ["all", "210", "30", "240"]
    assert done.stdout.splitlines()[0].split() == [
        *("model", "revision", "tier", "success", "wrong", "runs"),
    ]
    folder = SweepFolder(tmp_path / "sweep")
    assert len(list(folder.spool.glob("*.result.json"))) == 240
    assert len(list(folder.spool.glob("*.otlp.jsonl"))) == 240
    workspace = Workspace(folder.workspace)
    scores = workspace.table("scores").collect()
    outcomes = Counter(scores.filter(scores["name"] == "outcome")["label"].to_list())
    assert outcomes == {"success": 210, "wrong": 30}
    runs = workspace.table("runs").collect()
    assert runs.height == 240
    assert runs["planned"].all()
    assert set(runs["ended_by"]) == {"exit"}
    assert runs["calls"].sum() == 210
    assert list(folder.rooms.iterdir()) == list(folder.claims.iterdir()) == []
