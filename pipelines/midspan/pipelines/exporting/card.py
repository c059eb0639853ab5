"""The card of a data set of sessions: what the Hub reads, and what people read."""

import json
from pathlib import PurePosixPath
from typing import Final

from midspan.dashboards.markdown import plain_markdown, table_lines
from midspan.pipelines.exporting.sessions import FOLDER, Sessions

TAGS: Final = ("traces", "agent-traces")
"""By these the Hub finds, and shows, sessions of agents."""

CARD: Final = "README.md"
_MOST: Final = 50
_OURS: Final = "<!-- Written by midspan; remove this line to keep the card as you edit it. -->"


def may_replace(card: str | None) -> bool:
    """Return whether a card that is there, or none, may give way to a new one."""
    return card is None or _OURS in card


def card(name: str, sessions: Sessions) -> str:
    """Return the card of a data set of that name, with what was written last.

    Sessions of earlier exports may lie beside them, in other folders: they belong to it, too.
    """
    files = PurePosixPath("**", FOLDER, "**", "*.jsonl")
    tags = "".join(f"- {tag}\n" for tag in TAGS)
    head = (
        f"pretty_name: {json.dumps(name, ensure_ascii=False)}\ntags:\n{tags}"
        f"configs:\n- config_name: default\n  data_files: {json.dumps(str(files))}\n"
    )
    outcomes = _table(("outcome", "runs"), [(k, f"{n:,}") for k, n in _by_count(sessions.outcomes)])
    variants = _table(
        ("task", "model", "harness", "runs"),
        [(*named, f"{count:,}") for named, count in sorted(sessions.variants.items())[:_MOST]],
    )
    more = len(sessions.variants) - _MOST
    rest = f"\nand {more:,} more.\n" if more > 0 else ""
    about = (
        f"{_INTRODUCTION}\nOf the last export:\n\n{outcomes}\n{variants}{rest}\n{_READING}\n{_CARE}"
    )
    return f"---\n{head}---\n\n# {plain_markdown(name)}\n\n{_OURS}\n\n{about}"


def _by_count(counts: dict[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "".join(f"{line}\n" for line in table_lines(heads, rows))


_INTRODUCTION: Final = """\
Runs of agents, a session for each: `sessions/<harness>/<run id>.jsonl`, in the format of the
[pi](https://github.com/badlogic/pi-mono) coding agent. The first line of each names the harness
that really drove the model.
"""

_READING: Final = """\
```python
from datasets import load_dataset  # pip install datasets teich

runs = load_dataset("<this data set>", split="train")  # a row for each session
```

The entry `midspan-run` of a session has task, model, revision, tier, trial, outcome, answer and
checks. `midspan ingest <folder>` reads the sessions back, with their run ids.
"""

_CARE: Final = """\
Keys, tokens and passwords of known forms were replaced by words like `REDACTED_key_1f3a9c`. All
other text is as models, tools and users wrote it: do not trust it, and do not run it.
"""
