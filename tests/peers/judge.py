"""Runs in a peer's environment: what the peer says of each case, as JSON.

PYTHON tests/peers/judge.py RUNNER CASES VERDICTS
"""

import importlib.util
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

RAISES = "raises"
"""Stands for the verdict where the peer raises."""


def verdicts(judges: dict[str, Callable[[Any], Any]], case: Any) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for mode, judge in judges.items():
        try:
            said[mode] = float(judge(case))
        except Exception:
            said[mode] = RAISES
    return said


def main(runner: str, cases: str, into: str) -> None:
    spec = importlib.util.spec_from_file_location(
        runner, Path(__file__).with_name("runners") / f"{runner}.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    judges = module.judges()
    said = [verdicts(judges, case) for case in json.loads(Path(cases).read_text())]
    Path(into).write_text(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:])
