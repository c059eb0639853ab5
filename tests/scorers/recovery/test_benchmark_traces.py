"""Recovery in real agent traces whose authors say which calls failed.

They are not part of the project. `MIDSPAN_TRACES` names their folder; without it they are looked
for beside the checkout, and where they are not, these tests are left out.
"""

import os
from pathlib import Path
from typing import Final

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.recovery import episodes, responses

ROOT: Final = Path(__file__).resolve().parents[3]
TRACES: Final = Path(os.environ.get("MIDSPAN_TRACES", ROOT.parent / "shared" / "traces"))

pytestmark = pytest.mark.skipif(not TRACES.is_dir(), reason=f"no traces in {TRACES}")


def told(name: str, directory: Path) -> list[tuple[str, str, str | None]]:
    """Failed tool, response and how its episode ended, of each failure read by hand."""
    ingest([TRACES / f"{name}.jsonl"], directory / "ws")
    tables = Workspace(directory / "ws").tables()
    calls = tables.calls.select("run_id", "call", "name")
    rows = (
        responses(tables)
        .join(calls, on=["run_id", "call"])
        .join(episodes(tables), on=["run_id", "call"], how="left")
        .select("name", "response", "label")
        .collect()
    )
    return sorted(rows.rows())


def test_bookings_that_were_refused_were_made_with_other_payments(tmp_path: Path) -> None:
    assert (
        told("taubench_airline_gpt4o", tmp_path)
        == [("book_reservation", "modified_retry", "recovered:same_tool")] * 3
    )


def test_a_user_not_found_by_mail_was_found_by_name(tmp_path: Path) -> None:
    assert told("agentrx", tmp_path) == [
        ("find_user_id_by_email", "tool_switch", "recovered:other_tool"),
        ("get_order_details", "modified_retry", "recovered:same_tool"),
        ("modify_pending_order_items", "modified_retry", "recovered:same_tool"),
    ]
