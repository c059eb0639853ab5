import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

INSTRUMENTOR = """
    from opentelemetry import trace
    import {library}


    class Instrumentor:
        def instrument(self):
            tracer, answer = trace.get_tracer("{package}"), {library}.answer

            def traced(question):
                with tracer.start_as_current_span("ask", attributes={{"question": question}}):
                    return answer(question)

            {library}.answer = traced
"""

Install = Callable[..., None]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder of packages, as an environment has it."""
    folder = tmp_path / "site"
    folder.mkdir()
    return folder


@pytest.fixture
def install(site: Path) -> Install:
    """Put a small distribution into the folder: a module, requirements and entry points."""

    def put(
        name: str,
        *,
        module: str,
        code: str = "",
        requires: str = "",
        groups: tuple[str, ...] = (),
        point: str = "",
    ) -> None:
        info = site / f"{name.replace('-', '_')}-1.2.dist-info"
        info.mkdir()
        needs = f"Requires-Dist: {requires} ; extra == 'instruments'\n" if requires else ""
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n{needs}"
        )
        (info / "entry_points.txt").write_text(
            "".join(f"[{group}]\n{point} = {module}:Instrumentor\n" for group in groups)
        )
        (info / "RECORD").write_text(f"{module}.py,,\n")
        (site / f"{module}.py").write_text(textwrap.dedent(code))

    return put


@pytest.fixture
def two_for_one(install: Install) -> None:
    """A library called openai, and two packages that would both record it."""
    install("openai", module="openai", code="def answer(question): return question.upper()\n")
    code = INSTRUMENTOR.format(library="openai", package="first")
    both = ("openinference_instrumentor", "opentelemetry_instrumentor")
    install(
        "openinference-instrumentation-openai",
        module="oi_openai",
        code=code,
        requires="openai>=1",
        groups=both,
        point="openai",
    )
    install(
        "opentelemetry-instrumentation-openai-v2",
        module="otel_openai",
        code=code.replace("first", "second"),
        requires="openai (>=1.26)",
        groups=both[1:],
        point="openai",
    )


Trace = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def trace(tmp_path: Path, site: Path) -> Trace:
    """Run `midspan trace`; the spool is `spool` in the working folder."""

    def call(*words: str, **variables: str) -> subprocess.CompletedProcess[str]:
        code = "import sys; from midspan.instrumentation.dispatch import main; sys.exit(main())"
        environment = {**os.environ, "PYTHONPATH": str(site), **variables}
        return subprocess.run(
            [sys.executable, "-c", code, "trace", *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )

    return call


def result(tmp_path: Path) -> dict[str, Any]:
    [path] = (tmp_path / "spool").glob("*.result.json")
    record: dict[str, Any] = json.loads(path.read_text())
    assert path.name == f"{record['run_id']}-{record['launch']}.result.json"
    return record
