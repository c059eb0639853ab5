"""Tables hold runs by id and spans by time, however they arrived."""

from pathlib import Path

from tests.pipelines.ingest.stories import story
from tests.support.otlp import RUN
from tests.support.workspaces import ingested

LATER_RUN = "f" * 32
SORTED_BY = {
    "spans": ["run_id", "start_ns", "end_ns", "span_id"],
    "calls": ["run_id", "call"],
    "runs": ["run_id"],
}


def test_rows_are_in_order_of_run_and_time(tmp_path: Path) -> None:
    late, early = story(trace=1, run_id=LATER_RUN), story(trace=2, run_id=RUN, second=50)
    endless = {**story(trace=3, run_id=RUN, second=50)[0], "endTimeUnixNano": "0"}
    spans = [*reversed(late), endless, *reversed(early)]
    workspace = ingested(tmp_path, spans)
    for table, columns in SORTED_BY.items():
        frame = workspace.table(table).collect()
        assert frame["run_id"].n_unique() == 2
        assert frame.equals(frame.sort(columns, nulls_last=True, maintain_order=True)), table
    keys = ["run_id", "trace_id", "span_id"]
    order = workspace.table("spans").select(keys).collect()
    assert workspace.table("text").select(keys).collect().equals(order)
