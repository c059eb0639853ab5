"""Sweeps of one file each: an agent in a few lines, run as a process before the real proxy."""

import json
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest
import yaml

from midspan.pipelines.records import ResultRecord, read_result
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan, planned_sweep
from midspan.pipelines.sweep.revisions import resolver
from midspan.pipelines.sweep.stored import store_sweep, stored_sweep
from midspan.pipelines.sweep.worker import Event, Tries, Worked, work
from tests.support.scripted_model import Refusal, Said, ScriptedModel, saying, scripted_model

ASK = """
import json, os, sys, time, urllib.request

def ask(content="hello", **more):
    '''Return what the model says; an error of the server is raised.'''
    messages = [{"role": "user", "content": content}]
    body = json.dumps({"model": os.environ["MIDSPAN_MODEL"], "messages": messages, **more})
    request = urllib.request.Request(
        os.environ["OPENAI_BASE_URL"] + "/chat/completions",
        body.encode(),
        {
            "content-type": "application/json",
            "authorization": "Bearer " + os.environ["OPENAI_API_KEY"],
        },
    )
    with urllib.request.urlopen(request) as reply:
        return json.load(reply)["choices"][0]["message"]["content"]
"""
"""What stands before every agent of these tests."""

Json = dict[str, Any]


@dataclass
class Model:
    """A server that answers all alike; it keeps what it was asked."""

    server: ScriptedModel
    status: int = 200

    @property
    def url(self) -> str:
        return self.server.url

    @property
    def asked(self) -> list[Json]:
        return self.server.requests

    @property
    def keys(self) -> list[str | None]:
        return [headers.get("authorization") for headers in self.server.headers]


@contextmanager
def answering(text: str = "42", *, after: float = 0) -> Iterator[Model]:
    over = Flag()

    def reply(_request: Json) -> Said:
        over.wait(after)
        return saying(text) if told.status == 200 else Refusal(status=told.status)

    with scripted_model(reply) as server:
        told = Model(server)
        yield told
        over.set()


@pytest.fixture
def model() -> Iterator[Model]:
    with answering() as server:
        yield server


@dataclass
class Sweep:
    """One that is planned and stored, and can be worked at."""

    folder: SweepFolder
    plan: SweepPlan
    events: list[Event] = field(default_factory=list)

    def work(self, **more: Any) -> Worked:
        more.setdefault("tries", Tries(launches=1))
        more.setdefault("grace", 0.5)
        return work(self.plan, self.folder, tell=self.events.append, **more)

    def records(self) -> list[ResultRecord]:
        return [read_result(path) for path in sorted(self.folder.spool.glob("*.result.json"))]

    def record(self) -> ResultRecord:
        (record,) = self.records()
        return record

    def log(self) -> str:
        (log,) = (path for path in self.folder.logs.iterdir() if "-20" not in path.name)
        return log.read_text(encoding="utf-8")

    def spans(self) -> list[Json]:
        lines = [
            json.loads(line)
            for file in sorted(self.folder.spool.glob("*.otlp.jsonl"))
            for line in file.read_text(encoding="utf-8").splitlines()
        ]
        return [
            span
            for line in lines
            for resource in line["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]


Begin = Callable[..., Sweep]


def suite_of(
    endpoint: str | None,
    *,
    trials: int = 1,
    budget: Mapping[str, Any] | None = None,
    model: Mapping[str, Any] | None = None,
    harness: Mapping[str, Any] | None = None,
    task: Mapping[str, Any] | None = None,
) -> Json:
    agent = {"kind": "command", "argv": [sys.executable, "{suite}/agent.py"], "files": ["agent.py"]}
    agent = {name: value for name, value in {**agent, **(harness or {})}.items() if value}
    reached = {} if endpoint is None else {"endpoint": endpoint}
    return {
        "suite": "shop",
        "contract": 1,
        "defaults": {"budget": {"seconds": 30, **(budget or {})}},
        "tasks": [{"id": "sum", "prompt": "What is 6 times 7?", **(task or {})}],
        "matrix": {
            "models": [{"name": "m-1", **reached, **(model or {})}],
            "trials": trials,
        },
        "harnesses": {"agent": agent},
    }


@pytest.fixture
def begin(tmp_path: Path, model: Model) -> Begin:
    """Plans and stores a sweep with an agent of these lines."""

    def made(code: str, *, endpoint: str | None = model.url, **chosen: Any) -> Sweep:
        written = tmp_path / "written"
        written.mkdir(exist_ok=True)
        (written / "agent.py").write_text(ASK + textwrap.dedent(code), encoding="utf-8")
        suite = written / "suite.yaml"
        suite.write_text(yaml.safe_dump(suite_of(endpoint, **chosen)), encoding="utf-8")
        folder = SweepFolder(tmp_path / "sweep")
        store_sweep(planned_sweep(suite, resolve=resolver()), folder)
        return Sweep(folder=folder, plan=stored_sweep(folder))

    return made
