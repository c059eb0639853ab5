"""Servers as they start, fail to start, die and end: real processes, stand-ins for the engines."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from midspan.scorers.errors import SurroundingsError
from tests.pipelines.sweep.serving.conftest import Serving
from tests.support.engine_programs import Programs

SERVE = {"tool_call_parser": "hermes"}


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


def gone(pid: int) -> bool:
    """Return whether a process ends within half a minute."""
    deadline = time.monotonic() + 30
    while is_running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def refused(serving: Serving, **serve: object) -> SurroundingsError:
    with pytest.raises(SurroundingsError) as caught, serving(serve={**SERVE, **serve}):
        pass
    return caught.value


def test_a_slow_start_is_awaited(
    programs: Programs, serving: Serving, said: list[str], tmp_path: Path
) -> None:
    programs.add("vllm", probes=5)
    with serving(serve=SERVE) as server:
        assert server.alive()
        assert server.failure() is None
    log = tmp_path / "logs" / "server.log"
    assert log.read_text().count("GET /health") == 6
    assert said[:2] == [
        f"org/model: vllm starts; its log: {log}",
        "org/model: vllm 1.2.3 answers",
    ]


def test_dies_at_the_start(programs: Programs, serving: Serving, tmp_path: Path) -> None:
    programs.add("vllm", says=["loading", "ValueError: unknown tool parser"], exit=7)
    error = refused(serving)
    assert str(error.args[0]).startswith("vllm with org/model ended with exit code 7 after ")
    program, argv = programs.folder / "vllm", programs.calls("vllm")[0]["argv"]
    assert str(error.args[0]).endswith(
        f"; {tmp_path}/logs/server.log ends with\n"
        f"  | midspan starts: {program} {' '.join(argv)}\n"
        "  | loading\n"
        "  | ValueError: unknown tool parser"
    )
    assert error.fix == "When the cause is mended, run the same command again."


def test_listens_on_another_port(programs: Programs, serving: Serving) -> None:
    programs.add("vllm", port_off=1)
    error = refused(serving, start_seconds=1)
    (call,) = programs.calls("vllm")
    port = int(call["argv"][call["argv"].index("--port") + 1])
    assert f"was not healthy after 1 s: it listens on port {port + 1} instead of {port}" in str(
        error
    )
    assert gone(call["pid"])


def test_is_never_healthy(programs: Programs, serving: Serving) -> None:
    programs.add("vllm", probes=None, says=["waiting for the GPU"])
    error = refused(serving, start_seconds=0.5)
    assert "was not healthy after 0.5 s; " in str(error)
    assert "  | waiting for the GPU" in str(error)
    assert error.fix == "Give it longer: serve: {start_seconds: ...}"
    assert gone(programs.calls("vllm")[0]["pid"])


def test_is_healthy_and_refuses_to_answer(programs: Programs, serving: Serving) -> None:
    programs.add("vllm", refuses="the model has no chat template")
    error = refused(serving)
    assert "vllm with org/model answered the first request with 400: " in str(error)
    assert "the model has no chat template" in str(error)
    assert gone(programs.calls("vllm")[0]["pid"])


def test_is_open_to_other_machines(programs: Programs, serving: Serving) -> None:
    programs.add("vllm", host="0.0.0.0")
    assert "open to other machines; stopped" in str(refused(serving))
    assert gone(programs.calls("vllm")[0]["pid"])


def test_another_program_on_the_port_is_not_taken_for_it(
    programs: Programs, serving: Serving, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    other = Programs(tmp_path / "other")
    other.add("vllm")
    programs.add("vllm")
    with serving(serve=SERVE, variables=other.variables) as first:
        port = int(str(first.base_url).split(":")[2].removesuffix("/v1"))
        monkeypatch.setattr("midspan.pipelines.servers.ports.unused", lambda: port)
        # The second one finds its port taken and ends; the first would have answered for it.
        assert "ended with exit code 1" in str(refused(serving))


def test_dies_midway(programs: Programs, serving: Serving) -> None:
    programs.add("vllm", says=["up and running"])
    with serving(serve=SERVE) as server:
        pid = programs.calls("vllm")[0]["pid"]
        os.kill(pid, signal.SIGKILL)
        # At once, and not only when its keeper has cleaned up.
        assert gone(pid)
        assert not server.alive()
        failure = server.failure()
        assert failure is not None
        assert failure.startswith("org/model ended with exit code 137; ")
        assert "  | up and running" in failure
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{server.base_url}/models")


def test_it_ends_with_the_block_and_takes_all_it_started_with_it(
    programs: Programs, serving: Serving, tmp_path: Path
) -> None:
    programs.add("vllm", child=True, deaf=True)
    with serving(serve=SERVE):
        child = child_of(tmp_path / "logs" / "server.log")
        server = programs.calls("vllm")[0]["pid"]
        assert is_running(child)
        assert os.getsid(child) == child
    assert not is_running(server)
    assert not is_running(child)


def child_of(log: Path) -> int:
    """Return the child with a session of its own, once it has said that it takes no notice."""
    while "child " not in log.read_text():
        time.sleep(0.01)
    line = next(line for line in log.read_text().splitlines() if line.startswith("child "))
    return int(line.removeprefix("child "))


KILLED = """
import os, signal, sys
from pathlib import Path
from midspan.pipelines.sweep.serving import served
from midspan.scorers.suite import Model

model = Model.model_validate({"name": "org/model", "serve": {"tool_call_parser": "hermes"}})
with served(model, Path("scratch"), Path("server.log"), patience=0.5):
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_it_ends_when_whoever_started_it_is_killed(programs: Programs, tmp_path: Path) -> None:
    programs.add("vllm", child=True, deaf=True)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED], cwd=tmp_path, env=programs.variables, check=False
    )
    assert ended.returncode == -signal.SIGKILL
    assert gone(programs.calls("vllm")[0]["pid"])
    assert gone(child_of(tmp_path / "server.log"))


def test_an_interrupt_while_it_starts_leaves_nothing(
    programs: Programs, serving: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs.add("vllm", probes=None)

    def interrupted(_client: httpx.Client) -> bool:
        if programs.calls("vllm"):
            raise KeyboardInterrupt
        return False

    monkeypatch.setattr("midspan.pipelines.sweep.serving.health._answers", interrupted)
    with pytest.raises(KeyboardInterrupt), serving(serve=SERVE):
        pass
    assert gone(programs.calls("vllm")[0]["pid"])


def test_a_server_sees_settings_and_no_key(programs: Programs, serving: Serving) -> None:
    programs.add("vllm")
    secrets = {
        "HF_TOKEN": "hf_x",
        "OPENAI_API_KEY": "sk-x",
        "VLLM_API_KEY": "sk-x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "LLAMA_ARG_HF_TOKEN": "x",
    }
    with serving(serve=SERVE, variables={**secrets, "VLLM_LOGGING_LEVEL": "DEBUG"}):
        seen = programs.calls("vllm")[0]["variables"]
    assert not secrets.keys() & seen.keys()
    assert seen["VLLM_LOGGING_LEVEL"] == "DEBUG"
    assert seen["VLLM_NO_USAGE_STATS"] == "1"


def test_a_scripted_model_answers(programs: Programs, serving: Serving) -> None:
    programs.add("vllm", scripted="scripted/careful")
    question = [{"role": "user", "content": "How many lines of logs/server.txt say ERROR?"}]
    with serving(serve=SERVE) as server:
        reply = httpx.post(
            f"{server.base_url}/chat/completions",
            json={"model": "org/model", "messages": question},
            timeout=60,
        )
    assert reply.json()["choices"][0]["message"]["role"] == "assistant"
