"""The file in which a program of ours says how its run ended."""

import json
from pathlib import Path
from typing import Any, Final, cast, get_args

from midspan.pipelines.records import BudgetKind
from midspan.pipelines.sweep.harnesses.driver import Said, Seat
from midspan.pipelines.sweep.harnesses.untrusted import LONGEST, size_of, tail_of, text_of

END: Final = "midspan-end.json"


def end_path(seat: Seat) -> Path:
    """Return where it is to be written: in the run's home, outside of the agent's directory."""
    return seat.room.home.absolute() / END


def said_at_the_end(seat: Seat, stderr: Path) -> Said:
    """Return what it says; where there is none, the program was ended before."""
    end = _decoded(text_of(end_path(seat)))
    known: dict[str, Any] = {"max_turns": seat.max_turns, "retry_budget": seat.retries}
    if (size := size_of(end_path(seat))) > LONGEST:
        why = f"what it returned takes {size:,} bytes, of which at most {LONGEST:,} are read"
        return Said(answer=None, failed=why, **known)
    if end is None:
        told = tail_of(stderr)
        return Said(answer=None, failed=f"no word of its end: {told}" if told else None, **known)
    answer, failed, budget = (end.get(name) for name in ("answer", "failed", "budget"))
    if budget is not None and budget not in get_args(BudgetKind):
        failed = failed or f"there is no budget {budget!r}; it is one of {get_args(BudgetKind)}"
        budget = None
    return Said(
        answer=None if answer is None else str(answer),
        budget=cast("BudgetKind | None", budget),
        failed=None if failed is None else str(failed)[:1000],
        **known,
    )


def _decoded(text: str | None) -> dict[str, Any] | None:
    try:
        end = json.loads(text or "")
    except ValueError:
        return None
    return end if isinstance(end, dict) else None
