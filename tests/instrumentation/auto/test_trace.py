import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.instrumentation.auto.conftest import Trace, result
from tests.instrumentation.conftest import Bodies

ASK = "import openai; print(openai.answer('how much?'))"

MAIL = "import openai; openai.answer('to ann@example.org')"


def spans(tmp_path: Path) -> list[tuple[str, str, str]]:
    """Scope, name and run of each span in the spool, by file name."""
    found = []
    for path in sorted((tmp_path / "spool").glob("*.otlp.jsonl*")):
        for line in path.read_text().splitlines():
            [scoped] = json.loads(line)["resourceSpans"][0]["scopeSpans"]
            [span] = scoped["spans"]
            run = [a["value"] for a in span["attributes"] if a["key"] == "midspan.run.id"]
            found.append((scoped["scope"]["name"], span["name"], run[0]["stringValue"]))
    return found


@pytest.mark.usefixtures("two_for_one")
def test_an_agent_is_recorded_without_a_line_in_it(trace: Trace, tmp_path: Path) -> None:
    done = trace("--task", "refund", "--trial", "2", "--", sys.executable, "-c", ASK)
    assert (done.returncode, done.stdout, done.stderr) == (0, "HOW MUCH?\n", "")
    record = result(tmp_path)
    assert spans(tmp_path) == [("first", "ask", record["run_id"])]
    kept = ("ended_by", "exit_code", "launch", "spans_written", "spans_lost", "contract")
    assert [record[name] for name in kept] == ["exit", 0, 0, 1, 0, 1]
    assert record["started_ns"] < record["ended_ns"]


@pytest.mark.usefixtures("two_for_one")
def test_spans_go_to_a_server_and_then_no_files_are_made(
    trace: Trace, tmp_path: Path, server: Bodies
) -> None:
    endpoint = f"http://127.0.0.1:{server.server_port}"
    done = trace("--endpoint", endpoint, "--redact-emails", "--", sys.executable, "-c", MAIL)
    assert (done.returncode, done.stderr) == (0, "")
    sent = b"".join(server.received)
    assert b"to REDACTED_email_" in sent
    assert b"ann@example.org" not in sent
    assert not (tmp_path / "spool").exists()


@pytest.mark.usefixtures("two_for_one")
def test_processes_of_the_agent_belong_to_its_run(trace: Trace, tmp_path: Path) -> None:
    code = f"import subprocess, sys; {ASK}; subprocess.run([sys.executable, '-c', {ASK!r}])"
    done = trace("--run-id", "a" * 32, "--", "sh", "-c", f'{sys.executable} -c "$0"; exit 3', code)
    assert (done.returncode, done.stderr) == (3, "")
    assert spans(tmp_path) == [("first", "ask", "a" * 32)] * 2
    assert len(list((tmp_path / "spool").glob("*.otlp.jsonl"))) == 2
    assert (result(tmp_path)["exit_code"], result(tmp_path)["spans_written"]) == (3, 2)


@pytest.mark.usefixtures("two_for_one")
def test_a_tracer_provider_of_the_program_gets_its_spans_and_gives_its_own(
    trace: Trace, tmp_path: Path
) -> None:
    code = """
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
import openai

mine, exporter = TracerProvider(), InMemorySpanExporter()
trace.set_tracer_provider(mine)
mine.add_span_processor(SimpleSpanProcessor(exporter))
openai.answer("how much?")
mine.get_tracer("of the program").start_span("step").end()
print([span.name for span in exporter.get_finished_spans()])
"""
    done = trace("--", sys.executable, "-W", "error", "-c", code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "['ask', 'step']\n", "")
    assert sorted(span[:2] for span in spans(tmp_path)) == [
        ("first", "ask"),
        ("of the program", "step"),
    ]


def test_sdks_of_other_languages_are_told_the_run(trace: Trace) -> None:
    words = ["--run-id", "a" * 32, "--task", "refund, twice", "--trial", "0", "--"]
    code = "import os; print(os.environ['OTEL_RESOURCE_ATTRIBUTES'])"
    done = trace(*words, sys.executable, "-c", code, OTEL_RESOURCE_ATTRIBUTES="team=shop")
    context = f"midspan.run.id={'a' * 32},midspan.task=refund%2C%20twice,midspan.trial=0"
    assert done.stdout == f"team=shop,{context}\n"
    code = (
        "from opentelemetry import trace; r = trace.get_tracer_provider().resource\n"
        "print(sorted(r.attributes))"
    )
    done = trace(*words, sys.executable, "-c", code, OTEL_RESOURCE_ATTRIBUTES="team=shop")
    assert done.stdout == "['openinference.project.name', 'service.name', 'team']\n"


def test_the_agents_own_setup_stays_what_it_is(trace: Trace, site: Path) -> None:
    (site / "sitecustomize.py").write_text("print('customised')")
    code = "import sys; print([p for p in sys.path if 'hook' in p], 'sitecustomize' in sys.modules)"
    done = trace("--", sys.executable, "-c", code)
    assert done.stdout == "customised\ncustomised\n[] True\n"  # `midspan trace` is a Python, too


def test_nothing_recorded_is_said_and_changes_nothing(trace: Trace) -> None:
    done = trace("--", sys.executable, "-c", "import sys; sys.exit('no')")
    assert done.returncode == 1
    assert done.stderr == (
        "no\nmidspan: no span was recorded; `midspan trace --list` says what could be\n"
    )


def test_an_instrumentor_that_fails_is_told_and_the_other_is_used(
    trace: Trace, two_for_one: None, site: Path, tmp_path: Path
) -> None:
    (site / "oi_openai.py").write_text("raise RuntimeError('too old')")
    done = trace("--", sys.executable, "-c", ASK)
    assert (done.returncode, done.stdout) == (0, "HOW MUCH?\n")
    assert (
        done.stderr == "openinference-instrumentation-openai 1.2 could not be turned on: too old\n"
    )
    assert [span[:2] for span in spans(tmp_path)] == [("second", "ask")]


def test_an_instrumentor_for_another_version_leaves_the_library_to_the_next(
    trace: Trace, two_for_one: None, site: Path, tmp_path: Path
) -> None:
    (site / "oi_openai.py").write_text(
        "class Instrumentor:\n"
        "    is_instrumented_by_opentelemetry = False\n"
        "    def instrument(self): print('does not fit')\n"
    )
    done = trace("--", sys.executable, "-c", ASK)
    assert (done.stdout, done.stderr) == ("does not fit\nHOW MUCH?\n", "")
    assert [span[:2] for span in spans(tmp_path)] == [("second", "ask")]


def test_the_agent_goes_on_where_all_of_them_fail(
    trace: Trace, two_for_one: None, site: Path
) -> None:
    for name in ("oi_openai.py", "otel_openai.py"):
        (site / name).write_text("class Instrumentor: instrument = None")
    done = trace("--", sys.executable, "-c", ASK)
    assert (done.returncode, done.stdout) == (0, "HOW MUCH?\n")
    assert done.stderr.count("could not be turned on: 'NoneType' object is not callable") == 2


def test_a_python_without_midspan_runs_and_is_told(trace: Trace, site: Path) -> None:
    (site / "midspan").mkdir()
    (site / "midspan" / "__init__.py").write_text("")
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); print('runs')"
    hook = Path(sys.modules["midspan.instrumentation"].__file__ or "").parent / "auto" / "hook"
    done = subprocess.run(
        [sys.executable, "-c", code, "x"],
        env={**os.environ, "PYTHONPATH": f"{hook}:{site}", "MIDSPAN_TRACE": "1"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, "runs\n")
    assert re.search(r"^midspan trace: nothing is recorded by \S+: No module named", done.stderr)
    assert f"{sys.executable} -m pip install midspan" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--", "no-such-command"], 4, "midspan trace: no-such-command: No such file or directory"),
        ([], 2, "midspan trace: name a command after --"),
        (["--trial"], 2, "expected one argument"),
        (["--trial", "x", "--", "true"], 2, "argument --trial: a number from 0, not 'x'"),
        (["--trial", "-5", "--", "true"], 2, "argument --trial: "),
        (["--endpoint", "ftp://u:pw@x", "--", "true"], 2, "http://127.0.0.1:4318: ftp://x\n"),
        (["--contents", "full", "--", "true"], 2, "unrecognized arguments"),
    ],
)
def test_what_cannot_be_run_is_said(trace: Trace, words: list[str], code: int, said: str) -> None:
    done = trace(*words)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr


@pytest.mark.usefixtures("two_for_one")
def test_lost_spans_are_counted_in_the_record(trace: Trace, tmp_path: Path) -> None:
    code = (
        "import resource, openai; openai.answer('fits');"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY));"
        "[openai.answer('x' * 1500) for _ in range(3)]"
    )
    done = trace("--", sys.executable, "-c", code)
    assert done.returncode == 0
    assert "3 spans were lost and 1 written to" in done.stderr
    assert (result(tmp_path)["spans_written"], result(tmp_path)["spans_lost"]) == (1, 3)


@pytest.mark.usefixtures("two_for_one")
def test_the_list_says_what_would_be_recorded(trace: Trace, tmp_path: Path) -> None:
    done = trace("--list", "--without", "anthropic")
    assert done.returncode == 0
    assert "records openai with openinference-instrumentation-openai 1.2" in done.stdout
    assert not (tmp_path / "spool").exists()


def test_a_descriptor_that_is_another_file_by_now_is_let_alone(tmp_path: Path) -> None:
    from midspan.instrumentation import SpoolReport
    from midspan.instrumentation.auto.reporting import Reports, tell

    with Reports() as reports:
        tell(reports.name(), SpoolReport(written=1, lost=2))
        tell(reports.name(), SpoolReport(written=1, lost=3))
        name = reports.name()
        assert reports.lost() == 5
        assert reports.lost() == 0
    path = tmp_path / "mine"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    tell(f"{descriptor}:{name.partition(':')[2]}", SpoolReport(lost=1))
    tell("", SpoolReport(lost=1))
    os.close(descriptor)
    assert path.read_text() == ""
