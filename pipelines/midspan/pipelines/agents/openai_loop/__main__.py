"""Reads a task from stdin, works in the current directory, and prints how it ended."""

import importlib
import os
import sys
from pathlib import Path

from midspan.pipelines.agents.forking import RECORDING, serve
from midspan.pipelines.agents.openai_loop.loop import Loop
from midspan.pipelines.agents.openai_loop.provider import Provider
from midspan.pipelines.agents.openai_loop.recording import recorder_for
from midspan.pipelines.agents.openai_loop.task import LoopTask
from midspan.pipelines.agents.workbench import Workbench

TEMPLATE = "--template"


def main() -> int:
    """Return 0 where there is an answer or the turns are used up, 1 where the model failed."""
    task = LoopTask.read(sys.stdin.buffer.read())
    provider = Provider(base_url=task.base_url, key=task.api_key, retries=task.retries)
    recorder = recorder_for(task)
    # What the agent's commands start is no part of the record.
    os.environ.pop("MIDSPAN_SPOOL", None)
    tools = Workbench(Path.cwd())
    ended = Loop(task=task, provider=provider, tools=tools, recorder=recorder).run()
    if ended.failed:
        sys.stderr.write(f"openai-loop: {ended.failed}\n")
    sys.stdout.write(f"{ended.line()}\n")
    return 1 if ended.failed else 0


def _template() -> int:
    for module in RECORDING:
        importlib.import_module(module)
    return serve(main)


if __name__ == "__main__":
    sys.exit(_template() if TEMPLATE in sys.argv[1:] else main())
