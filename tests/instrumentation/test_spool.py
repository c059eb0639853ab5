import json
import logging
import os
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.trace import Tracer

from midspan.instrumentation import SpoolReport, run
from midspan.instrumentation.spool import SpoolProcessor
from midspan.instrumentation.testing import Recorder

RUN = "a" * 32


def tracer_to(recorder: Recorder, spool: SpoolProcessor) -> Tracer:
    recorder.tracer_provider.add_span_processor(spool)
    return recorder.tracer_provider.get_tracer("any.instrumentation")


def names(path: Path) -> list[str]:
    requests = [json.loads(line) for line in path.read_text().splitlines()]
    return [r["resourceSpans"][0]["scopeSpans"][0]["spans"][0]["name"] for r in requests]


def contents(directory: Path) -> dict[str, list[str]]:
    return {path.name: names(path) for path in sorted(directory.iterdir())}


def python(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", textwrap.dedent(code)],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_file_of_a_run_is_a_part_until_the_run_is_left(recorder: Recorder, tmp_path: Path) -> None:
    spool = SpoolProcessor(tmp_path / "spool")
    tracer = tracer_to(recorder, spool)
    with run(run_id=RUN, launch=2):
        tracer.start_span("a").end()
        tracer.start_span("b").end()
        assert contents(tmp_path / "spool") == {f"{RUN}-2.otlp.jsonl.part": ["a", "b"]}
    assert contents(tmp_path / "spool") == {f"{RUN}-2.otlp.jsonl": ["a", "b"]}
    assert spool.report(RUN) == SpoolReport(written=2, lost=0)


def test_span_that_ends_after_its_run_goes_to_a_further_segment(
    recorder: Recorder, tmp_path: Path
) -> None:
    spool = SpoolProcessor(tmp_path)
    tracer = tracer_to(recorder, spool)
    with run(run_id=RUN):
        late = tracer.start_span("late")
        tracer.start_span("in time").end()
    late.end()
    assert contents(tmp_path) == {
        f"{RUN}-0.001.otlp.jsonl.part": ["late"],
        f"{RUN}-0.otlp.jsonl": ["in time"],
    }
    spool.shutdown()
    assert sorted(contents(tmp_path)) == [f"{RUN}-0.001.otlp.jsonl", f"{RUN}-0.otlp.jsonl"]
    assert spool.report(RUN) == SpoolReport(written=2, lost=0)


def test_file_that_is_full_is_followed_by_a_segment(recorder: Recorder, tmp_path: Path) -> None:
    tracer = tracer_to(recorder, SpoolProcessor(tmp_path, segment_bytes=600))
    with run(run_id=RUN):
        for name in "abcde":
            tracer.start_span(name).end()
    assert contents(tmp_path) == {
        f"{RUN}-0.001.otlp.jsonl": ["c", "d"],
        f"{RUN}-0.002.otlp.jsonl": ["e"],
        f"{RUN}-0.otlp.jsonl": ["a", "b"],
    }


def test_files_of_an_earlier_process_are_never_written_to(
    recorder: Recorder, tmp_path: Path
) -> None:
    (tmp_path / f"{RUN}-0.otlp.jsonl").write_text("closed\n")
    (tmp_path / f"{RUN}-0.001.otlp.jsonl.part").write_text("crashed\n")
    tracer = tracer_to(recorder, SpoolProcessor(tmp_path))
    with run(run_id=RUN):
        tracer.start_span("mine").end()
    assert (tmp_path / f"{RUN}-0.otlp.jsonl").read_text() == "closed\n"
    assert (tmp_path / f"{RUN}-0.001.otlp.jsonl.part").read_text() == "crashed\n"
    assert names(tmp_path / f"{RUN}-0.002.otlp.jsonl") == ["mine"]


def test_trace_outside_any_run_is_a_run_of_its_own(recorder: Recorder, tmp_path: Path) -> None:
    tracer = tracer_to(recorder, SpoolProcessor(tmp_path))
    for _ in range(2):
        with tracer.start_as_current_span("root"):
            tracer.start_span("child").end()
    assert contents(tmp_path) == {
        "00000000000000000000000000000001-0.otlp.jsonl": ["child", "root"],
        "00000000000000000000000000000002-0.otlp.jsonl": ["child", "root"],
    }


def test_run_of_the_environment_closes_at_shutdown(
    recorder: Recorder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIDSPAN_RUN_ID", RUN)
    monkeypatch.setenv("MIDSPAN_LAUNCH", "1")
    spool = SpoolProcessor(tmp_path)
    tracer = tracer_to(recorder, spool)
    tracer.start_span("a").end()
    tracer.start_span("b").end()
    assert contents(tmp_path) == {f"{RUN}-1.otlp.jsonl.part": ["a", "b"]}
    spool.shutdown()
    assert contents(tmp_path) == {f"{RUN}-1.otlp.jsonl": ["a", "b"]}


def test_few_files_are_open_and_the_one_not_used_for_longest_closes(
    recorder: Recorder, tmp_path: Path
) -> None:
    tracer = tracer_to(recorder, SpoolProcessor(tmp_path, open_files=2))
    for digit in "0102":
        tracer.start_span("x", attributes={"midspan.run.id": digit * 32}).end()
    assert contents(tmp_path) == {
        "0" * 32 + "-0.otlp.jsonl.part": ["x", "x"],
        "1" * 32 + "-0.otlp.jsonl": ["x"],
        "2" * 32 + "-0.otlp.jsonl.part": ["x"],
    }


def test_run_id_of_a_stranger_names_no_other_directory(recorder: Recorder, tmp_path: Path) -> None:
    tracer = tracer_to(recorder, SpoolProcessor(tmp_path / "spool"))
    tracer.start_span("x", attributes={"midspan.run.id": "../../evil"}).end()
    [path] = (tmp_path / "spool").iterdir()
    assert path.name == "226c6d94356d8bd86bdb16d244acf085-0.otlp.jsonl.part"
    assert [path.name for path in tmp_path.iterdir()] == ["spool"]


def test_threads_of_one_run_write_whole_lines(recorder: Recorder, tmp_path: Path) -> None:
    spool = SpoolProcessor(tmp_path)
    tracer = tracer_to(recorder, spool)
    attributes = {"midspan.run.id": RUN, "text": "x" * 5000}

    def work(name: str) -> None:
        for _ in range(50):
            tracer.start_span(name, attributes=attributes).end()

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    spool.shutdown()
    written = names(tmp_path / f"{RUN}-0.otlp.jsonl")
    assert sorted(written) == ["a"] * 50 + ["b"] * 50 + ["c"] * 50 + ["d"] * 50


def test_directory_that_cannot_be_made_loses_spans_and_says_so_once(
    recorder: Recorder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    spool = SpoolProcessor(tmp_path / "file" / "spool")
    tracer = tracer_to(recorder, spool)
    with run(run_id=RUN):
        tracer.start_span("a").end()
        tracer.start_span("b").end()
    assert spool.report(RUN) == SpoolReport(written=0, lost=2)
    [record] = caplog.records
    assert record.levelno == logging.WARNING
    assert "cannot keep every span" in record.message
    assert "Not a directory" in record.message


def test_disk_that_is_full_leaves_whole_lines_and_counts(tmp_path: Path) -> None:
    pytest.importorskip("resource")
    done = python(
        """
        import os, resource
        from pathlib import Path
        from midspan.instrumentation import run
        from midspan.instrumentation.spool import SpoolProcessor
        from midspan.instrumentation.testing import Recorder

        recorder = Recorder()
        spool = SpoolProcessor(Path(os.environ["SPOOL"]))
        recorder.tracer_provider.add_span_processor(spool)
        tracer = recorder.tracer_provider.get_tracer("x")
        soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        with run(run_id="a" * 32):
            tracer.start_span("fits").end()
            resource.setrlimit(resource.RLIMIT_FSIZE, (2000, hard))
            tracer.start_span("large", attributes={"text": "x" * 4000}).end()
            tracer.start_span("small").end()
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            tracer.start_span("again").end()
        print(spool.report("a" * 32))
        """,
        SPOOL=str(tmp_path),
    )
    assert done.stdout == "SpoolReport(written=3, lost=1)\n"
    assert done.stderr.count("cannot keep every span") == 1
    assert contents(tmp_path) == {f"{RUN}-0.otlp.jsonl": ["fits", "small", "again"]}


def test_agent_that_is_killed_leaves_a_readable_part(tmp_path: Path) -> None:
    done = python(
        """
        import os, signal
        from midspan.instrumentation import agent, run, setup, tool_call

        setup(spool=os.environ["SPOOL"])
        with run(run_id="a" * 32), agent("shop"):
            with tool_call("look", arguments={}):
                pass
            os.kill(os.getpid(), signal.SIGKILL)
        """,
        SPOOL=str(tmp_path),
    )
    assert done.returncode == -9
    assert contents(tmp_path) == {f"{RUN}-0.otlp.jsonl.part": ["execute_tool look"]}


def test_forked_child_writes_a_segment_of_its_own(tmp_path: Path) -> None:
    done = python(
        """
        import os
        from midspan.instrumentation import run, setup, tool_call

        telemetry = setup(spool=os.environ["SPOOL"])
        with run(run_id="a" * 32) as context:
            tool_call("before", arguments={}).start().stop()
            child = os.fork()
            tool_call("child" if child == 0 else "parent", arguments={}).start().stop()
            if child == 0:
                assert telemetry.report(context.run_id).written == 1
                telemetry.shutdown()
                os._exit(0)
            os.waitpid(child, 0)
        """,
        SPOOL=str(tmp_path),
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert contents(tmp_path) == {
        f"{RUN}-0.001.otlp.jsonl": ["execute_tool child"],
        f"{RUN}-0.otlp.jsonl": ["execute_tool before", "execute_tool parent"],
    }


def test_span_after_shutdown_is_counted_as_lost(
    recorder: Recorder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    spool = SpoolProcessor(tmp_path)
    tracer = tracer_to(recorder, spool)
    spool.shutdown()
    with run(run_id=RUN):
        tracer.start_span("late").end()
    assert spool.report(RUN) == SpoolReport(written=0, lost=1)
    assert list(tmp_path.iterdir()) == []
    assert "shut down before the span ended" in caplog.text


def test_span_that_cannot_be_encoded_is_counted_as_lost(
    recorder: Recorder, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(span: Any, lost: int) -> bytes:
        raise TypeError("no such form")

    spool = SpoolProcessor(tmp_path, encode=broken)
    tracer = tracer_to(recorder, spool)
    with run(run_id=RUN):
        tracer.start_span("x").end()
    assert spool.report(RUN) == SpoolReport(written=0, lost=1)
    assert "span 'x': no such form" in caplog.text
