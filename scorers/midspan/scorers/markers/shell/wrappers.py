"""Programs that start another one: what they start, from their words."""

from typing import Final, NamedTuple

Words = tuple[str, ...]


class Wrapper(NamedTuple):
    """How the words of a wrapper are read up to the program that it starts."""

    valued: frozenset[str] = frozenset()
    """Options whose value is the next word."""
    before: int = 0
    """Words of its own before the program: `timeout 60`."""
    assigns: bool = False
    """`NAME=value` may stand before the program."""
    verbs: frozenset[str] = frozenset()
    """It starts something only by one of these: `uv run`."""
    asks: frozenset[str] = frozenset()
    """Options by which it starts nothing: `command -v`."""


def _wrapper(
    valued: str = "", *, before: int = 0, assigns: bool = False, verbs: str = "", asks: str = ""
) -> Wrapper:
    return Wrapper(
        frozenset(valued.split()),
        before,
        assigns,
        frozenset(verbs.split()),
        frozenset(asks.split()),
    )


_RUN: Final = _wrapper("-n -p --name --prefix --with --python --extra --group", verbs="run")

WRAPPERS: Final = {
    "bunx": _wrapper(),
    "builtin": _wrapper(),
    "bundle": _wrapper(verbs="exec"),
    "caffeinate": _wrapper("-t -w"),
    "chronic": _wrapper(),
    "command": _wrapper(asks="-v -V"),
    "conda": _RUN,
    "doas": _wrapper("-u -C"),
    "env": _wrapper("-u -C --unset --chdir", assigns=True),
    "exec": _wrapper("-a"),
    "flock": _wrapper("-w -E --timeout", before=1),
    "hatch": _RUN,
    "ionice": _wrapper("-c -n --class --classdata", asks="-p"),
    "mamba": _RUN,
    "micromamba": _RUN,
    "nice": _wrapper("-n --adjustment"),
    "nohup": _wrapper(),
    "npx": _wrapper("-p --package", asks="-c --call"),
    "pdm": _RUN,
    "pipenv": _RUN,
    "pipx": _wrapper("--spec --python --pip-args", verbs="run"),
    "pixi": _RUN,
    "pnpm": _wrapper(verbs="exec dlx"),
    "poetry": _RUN,
    "rye": _RUN,
    "setsid": _wrapper(),
    "stdbuf": _wrapper("-i -o -e --input --output --error"),
    "strace": _wrapper("-e -o -p -s -E -u"),
    "sudo": _wrapper(
        "-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir", assigns=True
    ),
    "time": _wrapper("-f -o --format --output"),
    "timeout": _wrapper("-s -k --signal --kill-after", before=1),
    "unbuffer": _wrapper(),
    "uv": _wrapper(
        "-p --python --with --with-requirements --with-editable --extra --group --env-file "
        "--directory --project --index --index-url --package --python-platform --cache-dir",
        verbs="run",
    ),
    "uvx": _wrapper("--from --with --python -p --index"),
    "xargs": _wrapper(
        "-I -n -P -L -d -E -s -a --max-args --max-procs --max-lines --delimiter --arg-file"
    ),
}
"""Only what hands its words on to another program; `ssh` and `docker` run it elsewhere."""


def unwrapped(program: str, words: Words) -> Words | None:
    """Return the words of the program that a wrapper starts; None where it starts none.

    >>> unwrapped("timeout", ("timeout", "-k", "5", "60", "pytest", "-q"))
    ('pytest', '-q')
    """
    wrapper = WRAPPERS.get(program)
    if wrapper is None:
        return None
    rest = list(words[1:])
    if wrapper.verbs:
        _take_options(rest, wrapper)
        if not rest or rest.pop(0) not in wrapper.verbs:
            return None
    if wrapper.asks.intersection(_take_options(rest, wrapper)):
        return None
    while wrapper.assigns and rest and "=" in rest[0] and not rest[0].startswith("="):
        rest.pop(0)
    return tuple(rest[wrapper.before :]) or None


def _take_options(rest: list[str], wrapper: Wrapper) -> list[str]:
    """Take the options at the front, each with its value; return their names."""
    taken = []
    while rest and rest[0].startswith("-") and rest[0] != "-":
        option = rest.pop(0)
        taken.append(option)
        if option == "--":
            break
        if option in wrapper.valued and rest:
            rest.pop(0)
    return taken
