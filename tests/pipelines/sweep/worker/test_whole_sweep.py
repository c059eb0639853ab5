"""A sweep of 240 runs, through the command: real proxy, real processes, scripted models."""

import os
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from midspan.pipelines.demo.behaviours.conversation import Reply
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.workspace import Workspace
from tests.pipelines.sweep.worker.test_resuming import MIDSPAN
from tests.support.scripted_model import calling, saying, scripted_model

NAMES = ("north", "south", "east", "west")


def answer(request: dict[str, Any]) -> Reply:
    """Two models: `careful` reads the file and says what it holds, `sloppy` guesses the west."""
    last = request["messages"][-1]
    if last["role"] == "tool":
        return saying(str(last["content"]).strip())
    if request["model"] == "sloppy" and "west" in str(last["content"]):
        return saying("sunrise")
    return calling("bash", command="cat note.txt")


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
    with scripted_model(answer) as server:
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
                    {"name": name, "endpoint": server.url, "sampling": {"seed": 100}}
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
