"""Sessions that pi itself wrote in a sweep: they say more than can be told from spans."""

from pathlib import Path

from midspan.pipelines.exporting.pi.messages import Entry
from midspan.pipelines.exporting.pi.session import about, harness_of
from midspan.pipelines.ingest.sessions.decode import decode
from midspan.pipelines.ingest.sessions.detect import SessionFormat, detect
from midspan.pipelines.ingest.sessions.pi_custom import RUN
from midspan.scorers.run_view import Run

_HEAD = 4096


def native_entries(run: Run, outcome: str, folder: Path) -> list[Entry] | None:
    """Return the session of a run as its agent wrote it; None where there is not one of pi's.

    Several sessions of one run are not put together: which of them was the run is not known.
    """
    of_run = folder / f"{run.id}-{run.row['launch']}"
    files = sorted(path for path in of_run.rglob("*.jsonl") if path.is_file())
    if len(files) != 1:
        return None
    content = files[0].read_bytes()
    if detect(content[:_HEAD], files[0].name) is not SessionFormat.PI:
        return None
    try:
        entries = [decode(line) for line in content.splitlines() if line.strip()]
    except ValueError:
        return None
    if not all(isinstance(entry, dict) for entry in entries):
        return None
    first, *rest = entries
    return [{**first, "harness": harness_of(run)}, *rest, _said_of(run, outcome, entries)]


def _said_of(run: Run, outcome: str, entries: list[Entry]) -> Entry:
    """Return what is known of the run, as the last entry of the branch that is the session."""
    last = next((entry for entry in reversed(entries) if "parentId" in entry), {})
    place = {"id": "midspan0", "parentId": last.get("id")}
    if "timestamp" in entries[-1]:
        place["timestamp"] = entries[-1]["timestamp"]
    return {"type": "custom", **place, "customType": RUN, "data": about(run, outcome)}
