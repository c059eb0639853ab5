"""The four tools of our own agents: bash, read, write, edit."""

from __future__ import annotations  # for older interpreters

import io
import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

try:
    from midspan.pipelines.agents.shell import run_shell
except ImportError:  # in an interpreter without midspan, beside this file
    from shell import run_shell  # type: ignore[import-not-found, no-redef]

SHELL_SECONDS: Final = 120
LONGEST_SHELL_SECONDS: Final = 1800
LONGEST_FILE: Final = 50_000
"""Characters that one reading gives."""
LARGEST_FILE: Final = 16 * 2**20
"""Bytes of a file that is read or edited at all."""


class ToolError(Exception):
    """A tool that could not do what it was asked; the text is what the model gets to read."""


def _definition(
    name: str, description: str, required: list[str], **properties: dict[str, str]
) -> dict[str, Any]:
    parameters = {
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }
    function = {"name": name, "description": description, "parameters": parameters}
    return {"type": "function", "function": function}


def _text(description: str) -> dict[str, str]:
    return {"type": "string", "description": description}


def _number(description: str) -> dict[str, str]:
    return {"type": "integer", "description": description}


DEFINITIONS: Final = [
    _definition(
        "bash",
        "Run a shell command in the working directory; returns stdout and stderr together."
        " Whatever it leaves in the background is ended.",
        ["command"],
        command=_text("The command."),
        timeout=_number(f"Seconds after which it is ended; {SHELL_SECONDS} when not given."),
    ),
    _definition(
        "read",
        "Return the text of a file, or a part of its lines.",
        ["path"],
        path=_text("Path of the file, relative to the working directory or absolute."),
        offset=_number("The line to begin with, from 1."),
        limit=_number("How many lines to return."),
    ),
    _definition(
        "write",
        "Write a file, over what was there; missing folders are made.",
        ["path", "content"],
        path=_text("Path of the file."),
        content=_text("The whole text."),
    ),
    _definition(
        "edit",
        "Replace one passage of a file. The old text must occur exactly once.",
        ["path", "old_text", "new_text"],
        path=_text("Path of the file."),
        old_text=_text("The passage as it stands there."),
        new_text=_text("What to put in its place."),
    ),
]
"""As OpenAI's API takes them."""

_TYPES: Final[Mapping[str, type]] = {"string": str, "integer": int}


class Workbench:
    """The tools, at work in one directory."""

    def __init__(self, directory: Path) -> None:
        """Keep where relative paths begin."""
        self._directory = directory

    def call(self, name: str, arguments: object) -> str:
        """Return what a tool answers; whatever it cannot do is a `ToolError`."""
        given = checked(name, arguments)
        tool: Callable[..., str] = getattr(self, f"_{name}")
        return tool(**given)

    def _bash(self, command: str, timeout: int = SHELL_SECONDS) -> str:
        if not 0 < timeout <= LONGEST_SHELL_SECONDS:
            raise ToolError(f"timeout must be 1 to {LONGEST_SHELL_SECONDS} seconds, not {timeout}")
        try:
            ended = run_shell(command, directory=str(self._directory), seconds=timeout)
        except (OSError, ValueError) as error:
            raise ToolError(f"the command cannot be started: {error}") from None
        if ended.exit_code == 0:
            return ended.output or "(no output)"
        how = f"Command exited with code {ended.exit_code}"
        if ended.exit_code is None:
            how = f"Command timed out after {timeout} seconds and was ended"
        elif ended.exit_code < 0:
            how = f"Command was ended by signal {-ended.exit_code}"
        raise ToolError("\n\n".join(filter(None, [ended.output.rstrip(), how])))

    def _read(self, path: str, offset: int = 1, limit: int | None = None) -> str:
        if offset < 1 or (limit is not None and limit < 1):
            raise ToolError("offset and limit count from 1")
        lines = list(io.StringIO(_readable(self._content(path))))
        if offset > max(1, len(lines)):
            raise ToolError(f"{path} has {len(lines)} lines; offset {offset} is behind its end")
        end = len(lines) if limit is None else offset - 1 + limit
        text = "".join(lines[offset - 1 : end])
        if len(text) <= LONGEST_FILE:
            return text or "(the file is empty)"
        shown = text[: text.rfind("\n", 0, LONGEST_FILE) + 1]
        if not shown:
            return f"{text[:LONGEST_FILE]}\n[cut: line {offset} is longer than this; use bash]"
        return f"{shown}[cut; go on with offset {offset + shown.count(chr(10))}]"

    def _write(self, path: str, content: str) -> str:
        return f"Wrote {self._store(path, content)} bytes to {path}"

    def _edit(self, path: str, old_text: str, new_text: str) -> str:
        if not old_text:
            raise ToolError("old_text is empty: nothing says where new_text belongs")
        content = self._content(path)
        count = content.count(old_text)
        if count == 0:
            raise ToolError(f"old_text does not occur in {path}; it must match exactly")
        if count > 1:
            raise ToolError(f"old_text occurs {count} times in {path}; add lines around it")
        self._store(path, content.replace(old_text, new_text))
        return f"Replaced one passage of {path}"

    def _content(self, path: str) -> str:
        try:
            # Not blocking: nobody may ever write into a named pipe.
            descriptor = os.open(self._directory / path, os.O_RDONLY | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode):
                    raise ToolError(f"{path} is no file")
                if status.st_size > LARGEST_FILE:
                    raise ToolError(f"{path} has {status.st_size} bytes: too many; use bash")
                data = file.read(LARGEST_FILE)
        except (OSError, ValueError) as error:
            raise _cannot("read", path, error) from None
        if b"\0" in data[:8192]:
            raise ToolError(f"{path} is no text")
        # Bytes that are no UTF-8 have to stay what they are when another passage is replaced.
        return data.decode(errors="surrogateescape")

    def _store(self, path: str, content: str) -> int:
        file = self._directory / path
        try:
            data = content.encode(errors="surrogateescape")
            if file.exists() and not file.is_file():
                raise ToolError(f"{path} is no file")
            file.parent.mkdir(parents=True, exist_ok=True)
            return file.write_bytes(data)
        except (OSError, ValueError) as error:
            raise _cannot("write", path, error) from None


def checked(name: str, arguments: object) -> dict[str, Any]:
    """Return the arguments of a call that fit the tool's definition."""
    parameters = next(
        (
            each["function"]["parameters"]
            for each in DEFINITIONS
            if each["function"]["name"] == name
        ),
        None,
    )
    if parameters is None:
        names = ", ".join(each["function"]["name"] for each in DEFINITIONS)
        raise ToolError(f"there is no tool {name!r}; the tools are {names}")
    if not isinstance(arguments, dict):
        raise ToolError(f"the arguments of {name} must be a JSON object")
    # What is optional may as well be null.
    given = {key: value for key, value in arguments.items() if value is not None}
    problems = [f"{key!r} is missing" for key in parameters["required"] if key not in given]
    for key, value in given.items():
        wanted = parameters["properties"].get(key)
        if wanted is None:
            problems.append(f"there is no {key!r}")
        elif type(value) is not _TYPES[wanted["type"]]:
            problems.append(f"{key!r} must be of type {wanted['type']}")
    if problems:
        names = ", ".join(parameters["properties"])
        raise ToolError(f"{name}: {'; '.join(problems)} (its arguments are {names})")
    return given


def _readable(text: str) -> str:
    return text.encode(errors="surrogateescape").decode(errors="replace")


def _cannot(what: str, path: str, error: Exception) -> ToolError:
    return ToolError(f"cannot {what} {path}: {getattr(error, 'strerror', None) or error}")
