"""The commands of servers as a person meets them, short of real servers."""

from collections.abc import Callable
from pathlib import Path

import pytest

from midspan.instrumentation import dispatch

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run one command on an empty home; return exit code, stdout and stderr."""
    monkeypatch.setenv("MIDSPAN_HOME", str(tmp_path / "home"))
    for name in ("MIDSPAN_SPOOL", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_SDK_DISABLED"):
        monkeypatch.delenv(name, raising=False)

    def run(*words: str) -> tuple[int, str, str]:
        code = dispatch.main(words)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run
