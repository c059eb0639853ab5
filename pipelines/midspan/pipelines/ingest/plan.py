"""The work of the second pass: which traces make which runs, and which shard puts them together."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from midspan.pipelines.ingest.assembly.runs_of_traces import TraceFacts
from midspan.pipelines.ingest.combine import Shard
from midspan.pipelines.ingest.known import Known
from midspan.pipelines.ingest.spill import FileReport, shard_of


def joined_facts(reports: Iterable[FileReport]) -> dict[str, TraceFacts]:
    """Return what all files together say of each trace."""
    facts: dict[str, TraceFacts] = defaultdict(TraceFacts)
    for report in reports:
        for trace, found in report.traces.items():
            facts[trace].join(found)
    return dict(facts)


def plan_shards(
    known: Known,
    facts: Mapping[str, TraceFacts],
    run_of_trace: Mapping[str, str],
    files: Sequence[str],
    shards: int,
) -> list[Shard]:
    """Return the shards that have something to do; `files` are the names of the sources."""
    traces_of: dict[int, dict[str, str]] = defaultdict(dict)
    runs_of: dict[int, set[str]] = defaultdict(set)
    for run_id in known.changed:
        runs_of[shard_of(run_id, shards)].add(run_id)
    for trace, run_id in run_of_trace.items():
        traces_of[shard_of(run_id, shards)][trace] = run_id
        runs_of[shard_of(run_id, shards)].add(run_id)
    return [
        Shard(
            number=number,
            spills=frozenset(
                chain.from_iterable(facts[trace].shards for trace in traces_of[number])
            ),
            run_of_trace=traces_of[number],
            records=known.records.of_runs(run_ids),
            files=files,
        )
        for number, run_ids in sorted(runs_of.items())
    ]
