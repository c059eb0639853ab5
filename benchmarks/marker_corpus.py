"""Runs of coding agents with shell commands, files and Python code, made once and kept."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import polars as pl
from measuring import kept

from midspan.scorers.canonical import canonical_json
from midspan.scorers.setting import Setting
from midspan.scorers.tables import CALLS, RUNS, SPANS, TEXT, TOOLS, Tables

Row = dict[str, Any]

CALLS_A_RUN: Final = 10
BLOCK: Final = 5_000
"""Runs that are written at a time."""

USERS: Final = 0.2
"""Share of the runs that use what the markers ask for; it stands in a few of their calls."""

WORDS: Final = tuple(
    f"{kind}{part}"
    for kind in ("order", "cache", "token", "queue", "index")
    for part in ("er", "loader", "runner", "server", "schema")
)

COMMANDS: Final = (
    "cd /repo && grep -rn '{a}_{b}' src/{a} | head -{n}",
    "ls -la src/{a} && cat src/{a}/{b}.py",
    "sed -n '{n},{m}p' src/{a}/{b}.py",
    "git log --oneline -{n} -- src/{a} && git diff HEAD~{n} --stat",
    "find . -name '{a}_*.py' -not -path './.git/*' | xargs wc -l | sort -n | tail -{n}",
    "cd /repo/{a} && python -m pytest tests/test_{b}.py -q -x 2>&1 | tail -{n}",
    "python - <<'EOF'\nimport json\nfrom {a} import {b}\nprint({b}({n}))\nEOF",
    "pip install -e '.[{a}]' && {a}-tool run --{b} {n} > /tmp/{a}{n}.log 2>&1",
)
ASKED: Final = (
    "timeout 60 transformers classify --text '{a} {b} {n}'",
    "cd /repo && HF_HOME=/tmp/{a}{n} transformers env",
    "python -c \"from transformers import pipeline; print(pipeline('{a}')({n}))\"",
    "sed -n 1,{m}p src/transformers/cli/agentic/{a}{n}.py",
)
CODE: Final = (
    "import json\nfrom {a} import {b}\n\n\ndef test_{b}_{n}() -> None:\n"
    "    found = {b}(json.loads('[{n}]'))\n    assert found.{a} == {m}\n"
)


def tables(runs: int, setting: Setting) -> Tables:
    """Return the tables of so many runs, on disk."""
    folder = kept(f"markers-{runs}", "marker_corpus.py")
    if not folder.exists():
        unfinished = folder.with_suffix(".part")
        unfinished.mkdir(parents=True, exist_ok=True)
        _write(unfinished, runs)
        unfinished.rename(folder)

    def read(name: str) -> pl.LazyFrame:
        return pl.scan_parquet(folder / f"{name}-*.parquet")

    return Tables(
        runs=read("runs"),
        calls=read("calls"),
        spans=read("spans"),
        text=read("text"),
        tools=TOOLS.empty().lazy(),
        setting=setting,
    )


def _write(folder: Path, runs: int) -> None:
    rng = random.Random(0)
    for begin in range(0, runs, BLOCK):
        rows: dict[str, list[Row]] = {"runs": [], "calls": [], "spans": [], "text": []}
        for number in range(begin, min(begin + BLOCK, runs)):
            _run(rng, f"{number:032x}", rows)
        for table in (RUNS, CALLS, SPANS, TEXT):
            frame = table.frame(rows[table.name])
            frame.write_parquet(
                folder / f"{table.name}-{begin:07d}.parquet",
                compression="zstd",
                compression_level=1,
            )


def _run(rng: random.Random, run_id: str, rows: dict[str, list[Row]]) -> None:
    uses = rng.random() < USERS
    place = {"run_id": run_id, "trace_id": run_id}
    rows["runs"].append(
        {
            **{"run_id": run_id, "trace_ids": [run_id], "experiment": "e", "planned": False},
            **{"launch": 0, "status": "ok", "calls": CALLS_A_RUN, "turns": CALLS_A_RUN},
            **{"answer": _prose(rng, 20), "notes": [], "start_ns": 0, "root_span_id": "root"},
        }
    )
    told = {"dialect": "made", "notes": list[str]()}
    for turn in range(CALLS_A_RUN):
        span = {**place, "turn": turn, **told}
        rows["spans"].append(
            {
                **{**span, "span_id": f"m{turn}", "kind": "llm", "name": "chat"},
                **{"start_ns": 20 * turn, "end_ns": 20 * turn + 9, "status": "ok"},
            }
        )
        rows["text"].append(
            {**place, "span_id": f"m{turn}", "text": _prose(rng, 40), "attributes": "{}"}
        )
        name, arguments = _call(rng, uses and turn % 5 == 2)
        text = canonical_json(arguments)
        failed = rng.random() < 0.08
        rows["calls"].append(
            {
                **{**span, "span_id": f"c{turn}", "call": turn, "position": 0, "name": name},
                **{"arguments": text, "raw_arguments": text, "emitted": True, "executed": True},
                **{"result": _prose(rng, 60), "failed": failed, "start_ns": 20 * turn + 10},
                "fault": "execution.error" if failed else "none",
            }
        )


def _call(rng: random.Random, asked: bool) -> tuple[str, Row]:
    kind = 0.0 if asked else rng.random()
    if kind < 0.5:
        return "bash", {"command": _filled(rng, rng.choice(ASKED if asked else COMMANDS))}
    path = _filled(rng, "/repo/src/{a}/{b}{n}.py")
    if kind < 0.75:
        return "read", {"path": path, "limit": rng.randrange(500)}
    content = "".join(_filled(rng, CODE) for _ in range(8))
    if kind < 0.85:
        return "write", {"path": path, "content": content}
    return "edit", {"path": path, "old_string": content[:200], "new_string": content[200:600]}


def _filled(rng: random.Random, text: str) -> str:
    values: Iterator[tuple[str, str]] = iter(
        (
            ("{a}", rng.choice(WORDS)),
            ("{b}", rng.choice(WORDS)),
            ("{n}", str(rng.randrange(10_000))),
            ("{m}", str(rng.randrange(10_000))),
        )
    )
    for name, value in values:
        text = text.replace(name, value)
    return text


def _prose(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(WORDS, k=words)) + f" {rng.randrange(10**6)}"
