"""The pi coding agent, as npm installs it."""

import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from midspan.pipelines.records import HarnessRecord
from midspan.pipelines.sweep.harnesses.driver import Program, Said, Seat
from midspan.pipelines.sweep.harnesses.installed import agreed, found, version_of
from midspan.pipelines.sweep.harnesses.surroundings import variables_for
from midspan.pipelines.sweep.harnesses.untrusted import end_of, tail_of
from midspan.scorers.errors import SurroundingsError
from midspan.scorers.suite import PiHarness

PACKAGE: Final = "@earendil-works/pi-coding-agent"
FORMER_PACKAGE: Final = "@mariozechner/pi-coding-agent"
"""Its name before 0.74."""
PROVIDER: Final = "midspan"
QUIET: Final = {"PI_OFFLINE": "1", "PI_TELEMETRY": "0"}
"""Nothing is looked up or told elsewhere at its start."""
LONGEST_ARGUMENT: Final = 100_000
"""Bytes; the system takes 128 KiB at most."""


@dataclass(frozen=True, kw_only=True)
class PiDriver:
    """Starts pi in its print mode; its session file tells the answer."""

    name: str
    harness: PiHarness

    def identity(self) -> HarnessRecord:
        """Return the pi that is on PATH, which must be the version that the suite names."""
        there = version_of(self._path())
        if there is None:
            raise SurroundingsError(
                f"harness {self.name}: {self._path()} is there and does not start",
                fix="See what it says: pi --version (from 0.75 on it needs Node 22 or newer)",
            )
        version = agreed("pi", wanted=self.harness.version, there=there, fix=self._install())
        return HarnessRecord(name=self.name, version=version)

    def program(self, seat: Seat) -> Program:
        """Return pi with the prompt; it knows one model, which the room's home tells it of."""
        _write_settings(seat, self.harness.model_settings)
        words = [self._path(), "--mode", "json", "--provider", PROVIDER, "--model", seat.model]
        words += ["--session-dir", str(seat.sessions), *seat.room.arguments, "-p"]
        # It would take the one for an option, the other for the name of a file.
        by_argument = not seat.prompt.startswith(("-", "@"))
        by_argument &= len(seat.prompt.encode()) <= LONGEST_ARGUMENT
        return Program(
            argv=(*words, seat.prompt) if by_argument else tuple(words),
            environment={**variables_for(seat, self.harness), **QUIET},
            stdin=b"" if by_argument else seat.prompt.encode(),
        )

    def said(self, seat: Seat, stdout: Path, stderr: Path) -> Said:
        """Return the last answer: of the session file, else of the events that it printed."""
        answers = [*_answers(_session(seat.sessions))] or [*_answers(end_of(stdout) or "")]
        if not answers:
            told = tail_of(stderr)
            return Said(answer=None, failed=f"pi got no answer: {told}" if told else None)
        last = answers[-1]
        if last.get("stopReason") in {"error", "aborted"}:
            reason = str(last.get("errorMessage") or last["stopReason"])
            return Said(answer=None, failed=f"pi: {reason[:1000]}")
        # With a call the text is a remark on the way: the run was ended before its answer.
        ended = last.get("stopReason") in {"stop", "length"}
        return Said(answer=_text(last) or None if ended else None)

    def _path(self) -> str:
        path = found("pi")
        if path is None:
            raise SurroundingsError(f"harness {self.name}: pi is not on PATH", fix=self._install())
        return path

    def _install(self) -> str:
        version = self.harness.version
        wanted = package_of(version) + (f"@{version}" if version else "")
        return f"Install it: npm install --global {shlex.quote(wanted)}"


def package_of(version: str | None) -> str:
    """Return the npm package that has a version of pi."""
    numbers = (version or "").split(".")[:2]
    if len(numbers) == 2 and all(number.isdigit() for number in numbers):
        major, minor = map(int, numbers)
        return FORMER_PACKAGE if (major, minor) < (0, 74) else PACKAGE
    return PACKAGE


def _write_settings(seat: Seat, of_the_model: Mapping[str, Any]) -> None:
    provider = {
        "baseUrl": seat.base_url,
        "api": "openai-completions",
        # As it is: releases differ in how they would have a variable named.
        "apiKey": seat.api_key,
        # What servers of open models do not understand.
        "compat": {"supportsDeveloperRole": False, "supportsReasoningEffort": False},
        "models": [{**of_the_model, "id": seat.model}],
    }
    folder = seat.room.home / ".pi" / "agent"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "models.json").write_text(json.dumps({"providers": {PROVIDER: provider}}))


def _session(folder: Path) -> str:
    """Return the one session that was begun last; its name begins with the time."""
    files = sorted(folder.rglob("*.jsonl"), key=lambda file: file.name)
    return (end_of(files[-1]) or "") if files else ""


def _answers(lines: str) -> Iterator[dict[str, Any]]:
    """Yield the answers of the model, of either form: entries of a session, events as printed."""
    for entry in _decoded(lines.split("\n")):
        message = entry.get("message")
        if entry.get("type") not in {"message", "message_end"} or not isinstance(message, dict):
            continue
        if message.get("role") == "assistant":
            yield message


def _decoded(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue  # cut off where the output was too long
        if isinstance(entry, dict):
            yield entry


def _text(message: dict[str, Any]) -> str:
    content = message.get("content")
    if isinstance(content, str):
        return content.strip()
    parts = [part for part in content or () if isinstance(part, dict)]
    texts = [str(part.get("text") or "") for part in parts if part.get("type") == "text"]
    return "\n".join(texts).strip()
