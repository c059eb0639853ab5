"""Calls one Python function as an agent: `function_process.py MODULE:FUNCTION FOLDER`.

The interpreter may be any from Python 3.9 on, with nothing installed. The run comes on stdin as
JSON, its end goes into the file named there. With `--template` the module is imported once, and
each run is a forked copy; `--template=auto` has the copies record themselves as well.
"""

from __future__ import annotations  # for older interpreters

import importlib
import inspect
import json
import os
import sys
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from midspan.pipelines.agents.forking import RECORDING, serve
else:
    from forking import RECORDING, serve

TOLD: Final = ("answer", "budget", "failed")
"""What a mapping that is returned may say."""

Function = Callable[..., Any]


def main(words: list[str]) -> int:
    """Return the exit code of the run, or of the template."""
    target, folder, *mode = words
    # The folder of this file stands first; what lies beside it must hide nothing of the agent's.
    sys.path[0] = folder
    sys.modules.pop("forking")
    if not mode:
        return _run(lambda: _loaded(target))
    function, around = _loaded(target), None
    if mode[0].endswith("=auto"):
        for module in RECORDING:
            importlib.import_module(module)
        around = importlib.import_module("midspan.instrumentation.auto.found").look_around()
    return serve(lambda: _copy(function, around))


def _copy(function: Function, around: object) -> int:
    if os.environ.get("MIDSPAN_TRACE"):
        importlib.import_module("midspan.instrumentation.auto.start").start(around=around)
    return _run(lambda: function)


def _run(load: Callable[[], Function]) -> int:
    request = json.loads(sys.stdin.buffer.read())
    end = Path(request.pop("end"))
    ours = os.getpid()
    try:
        told = _told(_called(load(), request))
    except Exception as error:
        traceback.print_exc()
        told = {"failed": f"{type(error).__name__}: {error}"}
    if os.getpid() != ours:
        # A copy that the function has forked returns as well: only one can say how the run ended.
        sys.stdout.flush()
        os._exit(0)
    part = end.with_suffix(".part")
    part.write_text(json.dumps(told))
    part.replace(end)
    return 1 if told.get("failed") else 0


def _loaded(target: str) -> Function:
    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    if not callable(function):
        raise TypeError(f"{target} is no function")
    return function  # type: ignore[no-any-return]


def _called(function: Function, request: dict[str, Any]) -> object:
    prompt = request.pop("prompt")
    keywords = {**request, "directory": Path.cwd()}
    with suppress(ValueError):  # of something written in C
        parameters = inspect.signature(function).parameters.values()
        if not any(each.kind is each.VAR_KEYWORD for each in parameters):
            named = {each.name for each in parameters}
            keywords = {name: value for name, value in keywords.items() if name in named}
    result = function(prompt, **keywords)
    if not inspect.isawaitable(result):
        return result
    import asyncio  # half of the time that a plain start takes

    return asyncio.run(_awaited(result))


async def _awaited(result: Any) -> object:
    return await result


def _told(result: object) -> dict[str, Any]:
    if result is None or isinstance(result, str):
        return {"answer": result}
    if isinstance(result, Mapping) and set(result) <= set(TOLD):
        return dict(result)
    raise TypeError(
        f"an agent returns text, None or a mapping of {', '.join(TOLD)}; not {str(result)[:200]!r}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
