"""Keys of models: an agent that looks for one where processes of its user can look."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from midspan.pipelines.sweep.keys import shown_elsewhere, taken_keys
from tests.pipelines.sweep.worker.conftest import Begin, Model
from tests.pipelines.sweep.worker.test_resuming import MIDSPAN

KEY = "sk-shop-0123456789abcdef"
TOKEN = "hf_of_the_user_0123456789"

THIEF = """
ask()
sweep = os.path.dirname(os.path.dirname(__file__))
while not any(name.endswith(".part") for name in os.listdir(sweep + "/spool")):
    time.sleep(0.05)  # what records is up then, and nothing lies in its pipe

def ancestors():
    pid = os.getpid()
    while pid > 1:
        pid = int(open(f"/proc/{pid}/stat").read().rpartition(")")[2].split()[1])
        yield pid

def below(pid):
    for task in os.listdir(f"/proc/{pid}/task"):
        for child in open(f"/proc/{pid}/task/{task}/children").read().split():
            yield int(child)
            yield from below(int(child))

def read(path):
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 1 << 20)
    except OSError:
        return b""
    finally:
        os.close(descriptor)

worker = list(ancestors())[2]  # the agent's parent is a keeper, which was forked for the worker
processes = sorted({worker, *below(worker)} - {os.getpid()})
seen = {}
for pid in processes:
    seen[f"{pid} environ"] = read(f"/proc/{pid}/environ")
    seen[f"{pid} cmdline"] = read(f"/proc/{pid}/cmdline")
    try:
        numbers = os.listdir(f"/proc/{pid}/fd")
    except OSError:
        continue
    for number in numbers:
        path = f"/proc/{pid}/fd/{number}"
        if not os.path.isdir(path):
            seen[f"{pid} fd {number}"] = read(path)
seen["own"] = repr(dict(os.environ)).encode()
for name in ("HF_TOKEN_PATH", "HOME"):
    seen[name] = os.environ.get(name, "").encode()
seen["token"] = read(os.path.expanduser("~/.cache/huggingface/token"))
told = {
    "processes": len(processes),
    "looked_at": sum(bool(data) for data in seen.values()),
    "control": any(b"MIDSPAN_PLANTED=visible" in data for data in seen.values()),
    "found": [name for name, data in seen.items() if b"KEY_OF_SHOP" in data or b"TOKEN" in data],
}
for secret in json.load(open(os.path.join(os.path.dirname(__file__), "searched.json"))):
    secret = secret[::-1].encode()
    told["found"] += [name for name, data in seen.items() if secret in data]
print(json.dumps(told))
"""


def test_an_agent_finds_no_key_of_ours(begin: Begin, model: Model, tmp_path: Path) -> None:
    written = tmp_path / "written"
    written.mkdir()
    # Written backwards: what is looked for must not be found where it is said what to look for.
    (written / "searched.json").write_text(json.dumps([KEY[::-1], TOKEN[::-1]]))
    sweep = begin(
        THIEF,
        model={"key_env": "SHOP_KEY"},
        harness={"files": ["agent.py", "searched.json"]},
    )
    home = tmp_path / "home"
    (home / ".cache" / "huggingface").mkdir(parents=True)
    (home / ".cache" / "huggingface" / "token").write_text(TOKEN)
    done = subprocess.run(
        [MIDSPAN, "sweep", "worker", str(sweep.folder.root)],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(home),
            "SHOP_KEY": KEY,
            "HF_TOKEN": TOKEN,
            "MIDSPAN_PLANTED": "visible",
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(sweep.record().answer or "")
    assert told["found"] == []
    assert told["processes"] >= 4  # the worker, the keeper, the proxy, and what records for it
    # That the looking works: root sees what stands in our environment, others nothing at all.
    assert told["control"] == (os.geteuid() == 0)
    assert model.keys == [f"Bearer {KEY}"]
    assert KEY not in sweep.log()
    for file in sweep.folder.root.rglob("*"):
        if file.is_file():
            assert KEY.encode() not in file.read_bytes(), file


def test_a_program_that_imports_us_is_not_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {"PATH": "/bin", "SHOP_KEY": KEY})
    assert taken_keys() == {"SHOP_KEY": KEY}
    assert dict(os.environ) == {"PATH": "/bin"}


def test_a_process_that_shows_a_key_is_named() -> None:
    shell = subprocess.Popen(["sleep", "60"], env={"SHOP_KEY": KEY})
    try:
        assert shown_elsewhere({"SHOP_KEY": KEY, "OTHER_KEY": "other"}) == [
            (shell.pid, "sleep", "SHOP_KEY")
        ]
    finally:
        shell.kill()
        shell.wait()
