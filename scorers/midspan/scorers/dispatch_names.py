"""The tool that a call is really about: dispatchers count under the tool that they call.

`execute_tool {"server": "files", "tool": "read", "params": {}}` is `files/read`, and a shell that
runs `cd app && git status` is `bash:git`. Every other call is its own tool.
"""

from typing import Any, Final

import polars as pl

from midspan.scorers.globs import globs_pattern
from midspan.scorers.tables import Tables

SERVER_KEYS: Final = ("server_name", "server", "mcp_server", "serverName")
TOOL_KEYS: Final = ("tool_name", "tool", "toolName", "name", "action")
PARAMETER_KEYS: Final = ("params", "arguments", "args", "parameters", "input", "tool_input")
COMMAND_KEYS: Final = ("command", "cmd", "script", "command_line", "bash", "shell")

DISPATCHER: Final = (
    r"(?i)(^|[_\W])(call|use|execute|exec|run|invoke|dispatch)[_-]?(mcp[_-]?)?"
    r"(tool|action|function)s?$"
)
"""Names of tools that call another one."""

PROGRAM: Final = (
    r"^(?:\s*(?:"
    r"(?:cd|pushd|export|source|set|\.)\s[^;&|\n]*(?:&&|;|\n)"
    r"|[A-Za-z_]\w*=(?:\"[^\"]*\"|'[^']*'|[^\s;&|]*)\s"
    r"|(?:sudo|env|nohup|time|exec|command|nice|stdbuf|xargs)\s(?:-\S+\s+)*"
    r"|timeout\s+(?:-\S+\s+)*[\d.]+[smhd]?\s"
    r"))*\s*(?:[^\s;&|<>()'\"]*/)?([^\s;&|<>()'\"/]+)"
)
"""The first program of a shell command, past changes of directory, variables and wrappers."""

SHELL_IN_LIST: Final = r'^\["(?:[^"]*/)?(?:ba|z|da|k)?sh","-[a-z]*c","'

QUOTED: Final = r"""'[^']*'|"[^"`$]*\""""
"""What is only text to a shell."""

HARMLESS: Final = (
    r"\d?>&\d|[12&]?>\s*/dev/null"
    r"|\|\s*(?:cat|column|cut|grep|head|jq|less|nl|rg|sort|tail|tr|uniq|wc)\b[^|&;<>`$\n]*"
)
"""What may stand beside a program that only reads: output thrown away, or through a filter."""

BESIDE: Final = r"[|&;<>`\n]|\$\(|\s-(?:delete|exec|execdir|fls|fprint\w*|ok|okdir)\b"
"""Signs of a command that does more than run its first program, or of one that writes."""


def dispatches(tables: Tables) -> pl.Expr:
    """Return whether the name of a call is that of a shell or a dispatcher."""
    return _is_shell(tables) | pl.col("name").str.contains(DISPATCHER)


def _is_shell(tables: Tables) -> pl.Expr:
    return pl.col("name").str.contains(globs_pattern(tables.setting.profile.tools.roles.shell))


def with_tool(calls: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
    """Return the calls with `tool`: the inner tool of a dispatcher, else the name.

    The calls need `name` and `arguments`.
    """
    dispatcher = pl.col("name").str.contains(DISPATCHER)
    kinds = (
        calls.select("name").unique().select("name", shell=_is_shell(tables), dispatcher=dispatcher)
    )
    inner = (
        calls.select("name", "arguments")
        .join(kinds.filter(pl.col("shell") | pl.col("dispatcher")), on="name")
        .filter(pl.col("arguments").str.starts_with("{"))
        .unique(["name", "arguments"])
        .select(
            "name",
            "arguments",
            inner=pl.when("dispatcher").then(_dispatched()).otherwise(_program()),
        )
    )
    return (
        calls.join(inner, on=["name", "arguments"], how="left", maintain_order="left")
        .with_columns(tool=pl.coalesce("inner", "name"))
        .drop("inner")
    )


def with_alone(calls: pl.LazyFrame) -> pl.LazyFrame:
    """Return the calls with `alone`: a shell runs its program and nothing that could write.

    Output may go through filters: `grep -rn x | head`. True of whatever is no shell. The calls need
    `tool` and `arguments`.
    """
    shells = calls.filter(pl.col("tool").str.starts_with("bash:"))
    rest = (
        _script()
        .str.replace(PROGRAM, "")
        .str.replace_all(QUOTED, "")
        .str.replace_all(HARMLESS, "")
        .str.strip_chars("; \n")
    )
    judged = (
        shells.select("arguments").unique().select("arguments", _more=rest.str.contains(BESIDE))
    )
    return (
        calls.join(judged, on="arguments", how="left", maintain_order="left")
        .with_columns(alone=~pl.col("_more").fill_null(False))
        .drop("_more")
    )


def inner_arguments(name: str, tool: str, arguments: Any) -> Any:
    """Return the arguments that a dispatcher hands on, else the arguments as they are."""
    if tool == name or tool.startswith("bash:") or not isinstance(arguments, dict):
        return arguments
    given = (arguments[key] for key in PARAMETER_KEYS if key in arguments)
    handed = next(given, None)
    if handed is not None:
        return handed
    rest = {*SERVER_KEYS, *TOOL_KEYS}
    return {key: value for key, value in arguments.items() if key not in rest}


def _first(keys: tuple[str, ...]) -> pl.Expr:
    return pl.coalesce(pl.col("arguments").str.json_path_match(f"$.{key}") for key in keys)


def _dispatched() -> pl.Expr:
    tool = _first(TOOL_KEYS)
    server = _first(SERVER_KEYS)
    named = pl.when(tool.str.contains(r"^[\w./:-]{1,128}$")).then(tool)
    return pl.when(server.is_null()).then(named).otherwise(pl.format("{}/{}", server, named))


def _program() -> pl.Expr:
    return pl.concat_str(pl.lit("bash:"), _script().str.extract(PROGRAM, 1))


def _script() -> pl.Expr:
    command = _first(COMMAND_KEYS)
    in_list = command.str.starts_with('["')
    script = command.str.replace(SHELL_IN_LIST, "").str.replace(r'^\["', "")
    return pl.when(in_list).then(script).otherwise(command)
