"""Score a workspace: every scorer over the tables, its rows in place of its earlier ones."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Final

from midspan.pipelines.engines import Executor, Failed, attempted
from midspan.pipelines.scoring.chunks import STEPS, Chunks
from midspan.pipelines.scoring.judged_by import JUDGED_BY, JudgedBy, read_judged_by, written
from midspan.pipelines.scoring.judges import Judge
from midspan.pipelines.scoring.partition import Judging, Partition, Scored, score_partition
from midspan.pipelines.scoring.tally import ScoringSummary, Tally
from midspan.pipelines.storage.contract import require_contract
from midspan.pipelines.storage.parts import TOOLS, PartList, read_list
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import SurroundingsError
from midspan.scorers.setting import Setting, default_setting

__all__ = ["READ", "Progress", "ScoringSummary", "score_workspace"]

READ: Final = ("runs", "calls", "spans", "text", "tools")
"""The tables that scorers read."""

Progress = Callable[[str, int, int], None]
"""Called with the stage, and how much of how much is done."""

Result = Scored | Failed


def score_workspace(
    workspace: Workspace,
    *,
    setting: Setting | None = None,
    only: Sequence[str] = (),
    compat: Sequence[str] = (),
    files: JudgedBy | None = None,
    progress: Progress = lambda stage, done, total: None,
    steps: int = STEPS,
    executor: Executor | None = None,
) -> ScoringSummary:
    """Return the summary once the rows of all installed scorers stand in the workspace.

    `setting` is what tasks expect and how the profile judges; `only` names scorers, whose rows
    alone are replaced; `compat` names modes of other tools; `files` are those that the setting came
    from, for the workspace to remember. About as many `steps` are judged at a time, in whole runs:
    one chunk after the other in this process, or each as a task of the `executor`. There a chunk
    may fail without the others: its rows stay as they were, and the summary says so.
    """
    setting = setting or default_setting()
    _ = setting.digest  # here and not by each worker: sets have another order in each process
    # Held from the first row read, so that no ingest comes between the tables and their scores.
    with workspace.writing() as scratch:
        judging = Judging(
            setting=setting,
            only=only,
            compat=compat,
            buckets=workspace.buckets,
            scratch=scratch.absolute(),
        )
        made = judging.judges()  # also where others judge: what a scorer refuses is said at once
        chunks = Chunks(workspace, setting, steps=steps)
        partitions = list(_partitions(workspace, chunks))
        if executor is None or (len(partitions) <= 1 and not executor.elsewhere):
            results = _in_turn(judging, partitions, made, progress)
        else:
            require_contract(workspace)
            results = _spread(judging, partitions, executor, progress)
        moves, removed = _exchange(workspace, partitions, results, scratch)
        nothing, before = JudgedBy(), read_judged_by(workspace.path)
        record = files or nothing
        # With `only`, rows stay that the files on record had judged.
        if not (only and record == nothing):
            stay = bool(only) or bool(_unjudged(partitions, results))
            record = record.beside(before, scored=stay and bool(workspace.parts("scores")))
            if record != before:
                moves[written(record, scratch)] = workspace.path / JUDGED_BY
        # Rows are about to go for good: not for a file that was damaged.
        workspace.verify("scores", only=removed)
        workspace.apply(moves=moves, removed=removed)
    tally = Tally()
    for result in results:
        if isinstance(result, Scored):
            tally.add(result.tally)
    return tally.summary(chunks.runs, _unjudged(partitions, results))


def _partitions(workspace: Workspace, chunks: Chunks) -> Iterator[Partition]:
    """Yield the chunks, each with its files and what the workspace's list says of them."""
    listed = (read_list(workspace.path) or PartList()).parts
    for chunk in chunks.every:
        files = chunks.files.of_buckets(chunk.buckets)
        names = [TOOLS, *files.names()]
        yield Partition(
            workspace=workspace.path.absolute(),
            chunk=chunk,
            files=files,
            tools=[part.absolute() for part in workspace.parts("tools")],
            listed={name: listed[name] for name in names if name in listed},
        )


def _in_turn(
    judging: Judging, partitions: Sequence[Partition], made: Sequence[Judge], progress: Progress
) -> list[Result]:
    """Return what came of the partitions, one after the other; an error of one ends it."""
    total, done = _runs(partitions), 0
    results: list[Result] = []
    for partition in partitions:
        within = _within(progress, done, partition.chunk.runs, total)
        results.append(score_partition(judging, partition, made=made, progress=within))
        done += partition.chunk.runs
    return results


def _spread(
    judging: Judging, partitions: Sequence[Partition], executor: Executor, progress: Progress
) -> list[Result]:
    """Return what came of the partitions, as tasks elsewhere; one may fail without the others."""
    total, done = _runs(partitions), 0
    results: dict[int, Result] = {}
    tasks = [(judging, partition) for partition in partitions]
    for number, result in attempted(executor, score_partition, tasks):
        results[number] = result
        done += partitions[number].chunk.runs
        progress("scoring", done, total)
    return [results[number] for number in range(len(partitions))]


def _exchange(
    workspace: Workspace,
    partitions: Sequence[Partition],
    results: Sequence[Result],
    scratch: Path,
) -> tuple[dict[Path, Path], list[Path]]:
    """Return the files to move in, one or more a bucket in order of runs, and those that go.

    Rows of partitions that could not be judged stay.
    """
    _require_some(workspace, partitions, results)
    generation = workspace.next_generation()
    moves: dict[Path, Path] = {}
    written: Counter[str] = Counter()
    staying: set[str] = set()
    for number, (partition, result) in enumerate(zip(partitions, results, strict=True)):
        if isinstance(result, Scored):
            files = result.files
        elif partition.chunk.holds() is None:
            staying.update(partition.chunk.buckets)
            continue
        else:
            files = partition.rows_before(scratch / f"before-{number}.parquet")
        for bucket, source in files.items():
            name = f"part-{generation:06d}-{written[bucket]:03d}.parquet"
            written[bucket] += 1
            moves[scratch / source] = workspace.path / "scores" / f"bucket={bucket}" / name
    removed = [
        part
        for part in workspace.parts("scores")
        if part.parent.name.removeprefix("bucket=") not in staying
    ]
    return moves, removed


def _require_some(
    workspace: Workspace, partitions: Sequence[Partition], results: Sequence[Result]
) -> None:
    """Raise where nothing at all could be judged."""
    unjudged = _unjudged(partitions, results)
    if unjudged and len(unjudged) == len(partitions):
        workspace.verify(*READ)  # which says what is damaged, if that is the cause
        told = "\n".join(f"{name}: {reason}" for name, reason in unjudged.items())
        raise SurroundingsError(f"nothing could be scored, and nothing was changed\n{told}")


def _unjudged(partitions: Sequence[Partition], results: Sequence[Result]) -> dict[str, str]:
    return {
        partition.name: result.reason
        for partition, result in zip(partitions, results, strict=True)
        if isinstance(result, Failed)
    }


def _runs(partitions: Sequence[Partition]) -> int:
    return sum(partition.chunk.runs for partition in partitions)


def _within(progress: Progress, done: int, runs: int, total: int) -> Callable[[int, int], None]:
    """Return what counts the scorers of one chunk as runs, so that the bar moves meanwhile."""
    return lambda scorer, scorers: progress("scoring", done + runs * scorer // scorers, total)
