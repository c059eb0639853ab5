"""Runs an example as a user does, then reads its spool as `midspan ingest` does."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from tests.agents import environments
from tests.agents.script import Usage
from tests.support.recordings import OWN_TOOLS, Reading

ADDED: Final = "  # added\n"
TIMEOUT_SECONDS: Final = 180

NamedCall = tuple[str, dict[str, Any] | str, str | None]
"""Name; arguments, as text where they are no JSON; fault."""


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a process left behind."""

    directory: Path
    stdout: str
    stderr: str

    @property
    def last_line(self) -> str:
        """What it printed last: the answer."""
        return (self.stdout.strip().splitlines() or [""])[-1]

    @property
    def spool(self) -> Path:
        return self.directory / "runs"

    def spans(self) -> list[dict[str, Any]]:
        """The spans of all files, as they were written."""
        files = sorted(self.spool.iterdir())
        requests = [json.loads(line) for file in files for line in file.read_text().splitlines()]
        return [
            span
            for request in requests
            for resource in request["resourceSpans"]
            for scope in resource["scopeSpans"]
            for span in scope["spans"]
        ]

    def read(self) -> Reading:
        """The tables that the spool gives."""
        ingest([self.spool], self.directory / "workspace")
        workspace = Workspace(self.directory / "workspace")
        tables = {
            table: workspace.table(table).collect()
            for table in ("runs", "spans", "text", "calls", "quarantine")
        }
        return Reading(**tables)


def skip_where_missing(environment: str) -> None:
    if environments.VARIABLE not in os.environ:
        pytest.skip("`make test-agents` installs the frameworks and runs this")
    if not environments.installed(environment):
        pytest.skip(f"{environment} is not installed")


def as_it_was(example: str) -> str:
    """The agent without the lines that were added for midspan."""
    lines = (environments.EXAMPLES / f"{example}.py").read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not line.endswith(ADDED))


def run(example: str, model: str | None, directory: Path, url: str) -> Ran:
    """Run an example against a server."""
    python = environments.python(environments.ENVIRONMENTS[example])
    script = environments.EXAMPLES / f"{example}.py"
    return execute([str(python), str(script)], model, directory, url)


def run_as_it_was(
    example: str, model: str, directory: Path, url: str, *, before: Sequence[str] = ()
) -> Ran:
    """The same without the lines that were added for midspan."""
    python = environments.python(environments.ENVIRONMENTS[example])
    plain = directory / f"{example}.py"
    plain.write_text(as_it_was(example))
    (directory / "shop.py").write_text(as_it_was("shop"))
    return execute([*before, str(python), str(plain)], model, directory, url)


def execute(command: Sequence[str], model: str | None, directory: Path, url: str) -> Ran:
    """Run a command with what agents look for in their environment."""
    process = subprocess.run(
        command,
        cwd=directory,
        env=surroundings(url, directory, model=model),
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        stdin=subprocess.DEVNULL,
    )
    assert process.returncode == 0, process.stderr
    return Ran(directory=directory, stdout=process.stdout, stderr=process.stderr)


def surroundings(url: str, home: Path, *, model: str | None) -> dict[str, str]:
    """The environment of an agent; without a model it takes the one that it names itself."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "OPENAI_BASE_URL": f"{url}/v1",
        "OPENAI_API_KEY": "sk-none",
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "sk-ant-none",
        # It is fetched while litellm is imported.
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        **({} if model is None else {"MODEL": model}),
    }


AS_ASKED = ("turn", "position", "call")
"""The order of calls; where a reply asks for several, either may be the first to start."""


def calls(reading: Reading) -> list[NamedCall]:
    """The agent's calls in their order; those of the framework's own tools are left out."""
    own = pl.col("name").is_in(OWN_TOOLS)
    rows = reading.calls.filter(~own).sort(AS_ASKED)
    return [
        (name, json.loads(arguments) if arguments else raw, fault)
        for name, arguments, raw, fault in rows.select(
            "name", "arguments", "raw_arguments", "fault"
        ).iter_rows()
    ]


def results(reading: Reading) -> list[Any]:
    """What the successful ones returned."""
    done = (pl.col("fault") == "none") & ~pl.col("name").is_in(OWN_TOOLS)
    return [json.loads(text) for text in reading.calls.filter(done).sort(AS_ASKED)["result"]]


def usages(reading: Reading) -> list[Usage]:
    """The tokens of each turn; of those cached and reasoned, what is not recorded is 0."""
    counted = reading.spans.filter((pl.col("kind") == "llm") & pl.col("duplicate_of").is_null())
    columns = ("input_tokens", "cache_read_tokens", "output_tokens", "reasoning_tokens")
    return [
        Usage(input=new, cached=cached or 0, output=output, reasoning=reasoning or 0)
        for new, cached, output, reasoning in counted.sort("start_ns").select(columns).iter_rows()
    ]
