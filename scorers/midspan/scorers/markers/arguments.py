"""Where the arguments of widespread tools hold a command, a path, a text or code."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

COMMAND: Final = ("command", "cmd", "commands", "script", "code", "input", "bash_command")
PATH: Final = (
    "path",
    "file_path",
    "filePath",
    "filepath",
    "file",
    "filename",
    "file_name",
    "absolute_path",
    "relative_path",
    "relative_workspace_path",
    "target_file",
    "TargetFile",
    "notebook_path",
    "uri",
    "paths",
    "files",
    "file_paths",
)
CODE: Final = ("code", "source", "script", "python_code", "cell", "input", "command", "content")
WHOLE: Final = ("content", "contents", "file_text", "text", "file_content", "data", "body")
PART: Final = (
    "new_string",
    "newString",
    "new_str",
    "newText",
    "new_text",
    "new_source",
    "replace",
    "replacement",
    "insert_text",
    "code_edit",
    "insert_line_text",
)
EDITS: Final = ("edits", "changes", "replacements", "operations")
PATCH: Final = ("patch", "input", "diff", "patch_text", "patchText")


def texts(arguments: Mapping[str, Any], keys: tuple[str, ...]) -> Iterator[str]:
    """Yield the texts under the first of some keys that is there."""
    for key in keys:
        if key in arguments:
            yield from _texts_in(arguments[key])
            return


def commands(arguments: Any) -> Iterator[str]:
    """Yield the shell texts in the arguments of a shell tool; a list is one command's words."""
    if isinstance(arguments, str):
        yield arguments
    if not isinstance(arguments, dict):
        return
    for key in COMMAND:
        value = arguments.get(key)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list) and value and all(isinstance(one, str) for one in value):
            yield as_line(value) if key != "commands" else "\n".join(value)
        else:
            continue
        return


def as_line(words: list[str]) -> str:
    """Return the words of a command as a shell text."""
    return " ".join("'" + word.replace("'", "'\\''") + "'" for word in words)


def _texts_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts_in(one)
    elif isinstance(value, dict):
        yield from texts(value, PATH)
