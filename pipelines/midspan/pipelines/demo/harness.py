"""What the suite names as its harness: one run of the demo's agent.

It is imported once and forked for each run, so nothing that starts a thread may be imported here.
"""

import os
import ssl
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import httpx

from midspan.pipelines.demo.agent import Agent
from midspan.pipelines.demo.behaviours import Chance
from midspan.pipelines.demo.recording import Recorder
from midspan.pipelines.demo.shop import Shop
from midspan.pipelines.demo.tools import Toolset
from midspan.pipelines.demo.wording import Wording

CHECKOUT: Final = ".tools"
"""Where the suite's tier has the tools checked out, at the revision of the run."""

_SECONDS: Final = 30
_TRANSPORT: Final = httpx.HTTPTransport(verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
"""Made before the fork: it imports a good deal. It has no connection yet, and knows no certificate:
what it talks to is on this machine."""


def run(
    prompt: str, *, model: str, base_url: str, api_key: str, directory: Path, max_turns: int
) -> Mapping[str, str | None]:
    """Return the answer to a prompt, or that the turns were spent before there was one."""
    wording = Wording.of(directory / CHECKOUT)
    headers = {"authorization": f"Bearer {api_key}"}
    with httpx.Client(
        base_url=base_url,
        headers=headers,
        timeout=_SECONDS,
        transport=_TRANSPORT,
    ) as client:
        agent = Agent(
            client=client,
            model=model,
            tools=Toolset(directory=directory, shop=Shop.open(directory), wording=wording),
            max_turns=max_turns,
            recorder=Recorder(),
            seed=_seed(),
        )
        ended = agent.run(prompt)
    return {"answer": ended.answer, "budget": ended.budget}


def _seed() -> int:
    """Return the seed of a run's requests: runs differ, and a changed prompt moves no other."""
    task, model, revision, trial = (
        os.environ[f"MIDSPAN_{name}"] for name in ("TASK", "MODEL", "REVISION", "TRIAL")
    )
    return int(Chance(seed="0").share(task, model, revision, int(trial)) * 2**31)
