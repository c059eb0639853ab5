"""Made-up values in real agent traces. None is known to hold one, so each finding was false.

The rules for what names something were adjusted on these very traces (a limit of 999999, an id
without its letters, a file that a dispatcher writes): that they are quiet here keeps them so, and
measures nothing. `MIDSPAN_TRACES` names the folder; where there is none, the tests are left out.
"""

import os
from pathlib import Path
from typing import Final

import polars as pl
import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.grounding import Citations, Grounding

ROOT: Final = Path(__file__).resolve().parents[3]
TRACES: Final = Path(os.environ.get("MIDSPAN_TRACES", ROOT.parent / "shared" / "traces"))

pytestmark = pytest.mark.skipif(not TRACES.is_dir(), reason=f"no traces in {TRACES}")


@pytest.mark.parametrize(
    ("name", "judged"),
    [("taubench_airline_gpt4o", 15), ("livemcpbench", 6), ("agentrx", 10)],
)
def test_nothing_is_made_up(name: str, judged: int, tmp_path: Path) -> None:
    ingest([TRACES / f"{name}.jsonl"], tmp_path / "ws")
    tables = Workspace(tmp_path / "ws").tables()
    scored = [scorer.score(tables).collect() for scorer in (Grounding(), Citations())]
    rows = pl.concat(scored, how="diagonal")
    assert rows.filter(pl.col("span_id").is_not_null()).is_empty()
    counts = rows.filter(name="ungrounded_arguments")["value"]
    assert counts.to_list() == [0.0] * judged
