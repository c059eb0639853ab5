"""A suite's folder with agents in it that are Python functions."""

from pathlib import Path

import pytest

AGENT = """\
import json, os, pathlib, random, sys
from helper import SHOP

DRAWN = random.random()

def agent(prompt, *, model, base_url, api_key, directory, sampling, max_turns, retries, arguments):
    pathlib.Path("seen.txt").write_text(prompt)
    assert isinstance(directory, pathlib.Path) and directory == pathlib.Path.cwd()
    assert api_key == os.environ["OPENAI_API_KEY"]
    print("printed")
    told = (SHOP, model, base_url, sampling, max_turns, retries, list(arguments))
    return json.dumps([*told, os.environ["MIDSPAN_RUN_ID"], sys.stdin.read()])

def brief(prompt): return prompt.upper()
async def later(prompt, **given): return given["model"]
def nothing(prompt): return None
def spent(prompt): return {"budget": "turns"}
def refused(prompt): return {"failed": "503: out of memory"}
def number(prompt): return 39
def unknown(prompt): return {"budget": "patience"}
def crash(prompt): raise ValueError("no such order")
def leave(prompt): sys.exit(7)
def kill(prompt): os.kill(os.getpid(), 9)
def long(prompt): return "x" * 5_000_000
def fork(prompt): return "child" if os.fork() == 0 else os.wait() and "parent"
def draw(prompt): return str(random.random())
def forget(prompt):
    global DRAWN
    before, DRAWN = DRAWN, None
    return str(before)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a suite with an agent in it."""
    (tmp_path / "shopper.py").write_text(AGENT)
    (tmp_path / "helper.py").write_text("SHOP = 'lamps'\n")
    # Not what stands beside the program that calls the function.
    (tmp_path / "forking.py").write_text("WHOSE = 'ours'\n")
    return tmp_path
