"""Spans of processes and tasks that begin, part and end in every way add up."""

import json
import os
import subprocess
import sys
import textwrap
from collections import Counter
from pathlib import Path

import pytest

RUN = "a" * 32


def python(code: str, folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    script = folder / "agent.py"
    script.write_text(textwrap.dedent(code))
    return subprocess.run(
        [sys.executable, "-W", "error", str(script)],
        cwd=folder,
        env={**os.environ, "MIDSPAN_SPOOL": str(folder / "spool"), **variables},
        capture_output=True,
        text=True,
        timeout=100,
    )


def spans(folder: Path) -> dict[str, Counter[str]]:
    """How often each span stands in each file."""
    found = {}
    for path in (folder / "spool").iterdir():
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        names = [one["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] for one in lines]
        found[path.name] = Counter(names)
    return found


@pytest.mark.parametrize("method", ["spawn", "fork", "forkserver"])
def test_processes_of_a_pool_write_files_of_their_own(tmp_path: Path, method: str) -> None:
    done = python(
        f"""
        import multiprocessing, os
        from midspan.instrumentation import current_run, run, setup, tool

        @tool
        def look(number):
            return number * 2

        def begin(variables):
            os.environ.update(variables)
            setup()

        if __name__ == "__main__":
            setup()
            ways = multiprocessing.get_context({method!r})
            with run(run_id="{RUN}", task="refund") as context:
                look(0)
                with ways.Pool(3, begin, (context.environment(),)) as pool:
                    print(pool.map(look, range(30)))
                    pool.close()
                    pool.join()
        """,
        tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{[2 * number for number in range(30)]}\n"
    found = spans(tmp_path)
    assert {name.split("-")[0] for name in found} == {RUN}
    assert sum(found.values(), Counter()) == {"execute_tool look": 31}


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_workers_that_end_close_their_files(tmp_path: Path, method: str) -> None:
    done = python(
        f"""
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor
        from midspan.instrumentation import run, setup, tool

        @tool
        def look(number):
            return number

        def work(number):
            with run(run_id="{RUN}"):
                setup()
                start = look(number)
            return look(start)

        if __name__ == "__main__":
            setup()
            ways = multiprocessing.get_context({method!r})
            with ProcessPoolExecutor(1, mp_context=ways) as pool:
                print(list(pool.map(work, range(3))))
        """,
        tmp_path,
        MIDSPAN_RUN_ID=RUN,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "[0, 1, 2]\n", "")
    found = spans(tmp_path)
    assert [name for name in found if name.endswith(".part")] == []
    assert sum(found.values(), Counter()) == {"execute_tool look": 6}


def test_a_killed_process_leaves_all_that_ended(tmp_path: Path) -> None:
    done = python(
        """
        import os, signal
        from midspan.instrumentation import agent, run, setup, tool_call

        setup()
        with run(run_id="a" * 32), agent("shop"):
            for number in range(100):
                with tool_call("look", arguments={"number": number}):
                    pass
            os.kill(os.getpid(), signal.SIGKILL)
        """,
        tmp_path,
    )
    assert done.returncode == -9
    assert spans(tmp_path) == {f"{RUN}-0.otlp.jsonl.part": {"execute_tool look": 100}}


def test_tasks_that_are_cancelled_are_failures_and_are_still_cancelled(tmp_path: Path) -> None:
    done = python(
        """
        import asyncio
        from midspan.instrumentation import agent, run, setup, tool

        setup()

        @tool
        async def look(number):
            await asyncio.sleep(0 if number < 5 else 60)
            return number

        async def main():
            with run(run_id="a" * 32), agent("shop"):
                tasks = [asyncio.create_task(look(number)) for number in range(10)]
                await asyncio.sleep(0.05)
                for task in tasks:
                    task.cancel()
                results = await asyncio.gather(*tasks, return_exceptions=True)
            print([r if isinstance(r, int) else type(r).__name__ for r in results])
            try:
                async with asyncio.timeout(0.01):
                    await look(9)
            except TimeoutError:
                print("timed out")

        asyncio.run(main())
        """,
        tmp_path,
    )
    cancelled = ["CancelledError"] * 5
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{[0, 1, 2, 3, 4, *cancelled]}\ntimed out\n"
    text = (tmp_path / "spool" / f"{RUN}-0.otlp.jsonl").read_text()
    assert text.count('"name":"execute_tool look"') == 10
    assert text.count('{"key":"error.type","value":{"stringValue":"CancelledError"}}') == 5


def test_a_huge_result_is_the_agents_and_bounded_in_the_record(tmp_path: Path) -> None:
    done = python(
        """
        from midspan.instrumentation import run, setup, tool

        setup()
        huge = "x" * 100_000_000

        @tool
        def read(kind):
            return huge if kind == "text" else {"text": huge}

        with run(run_id="a" * 32):
            assert read("text") is huge
            assert read("object")["text"] is huge
        """,
        tmp_path,
    )
    assert (done.returncode, done.stderr) == (0, "")
    path = tmp_path / "spool" / f"{RUN}-0.otlp.jsonl"
    assert path.read_bytes().count(b'"key":"midspan.truncated"') == 2
    assert 2 * 4 * 2**20 < path.stat().st_size < 2 * 4 * 2**20 + 10_000


def test_what_fails_in_the_recording_is_not_the_agents(tmp_path: Path) -> None:
    done = python(
        """
        from midspan.instrumentation import run, setup, tool
        from midspan.instrumentation.spool import SpoolProcessor

        class Awkward:
            def __str__(self):
                raise RuntimeError("no text")
            def __getattr__(self, name):
                raise OSError(name)

        telemetry = setup()

        @tool
        def look(what):
            return what

        awkward = Awkward()
        with run(run_id="a" * 32):
            assert look(awkward) is awkward
        print(telemetry.report("a" * 32))
        """,
        tmp_path,
    )
    assert (done.returncode, done.stdout) == (0, "SpoolReport(written=1, lost=0)\n")
    assert done.stderr.count("midspan could not record a step") == 2
    assert spans(tmp_path) == {f"{RUN}-0.otlp.jsonl": {"execute_tool look": 1}}
