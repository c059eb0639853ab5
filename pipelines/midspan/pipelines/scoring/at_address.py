"""A workspace at an address, scored where its buckets are: fetched, judged, and put back."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from midspan.pipelines.engines import Executor, Failed, attempted
from midspan.pipelines.ingest.sources.remote import require_reader
from midspan.pipelines.scoring.judged_by import JUDGED_BY, JudgedBy
from midspan.pipelines.scoring.score import Progress, score_workspace
from midspan.pipelines.scoring.tally import ScoringSummary, Tally
from midspan.pipelines.storage.contract import require_contract
from midspan.pipelines.storage.journal import JOURNAL
from midspan.pipelines.storage.lease import leased
from midspan.pipelines.storage.parts import (
    PARTS,
    TOOLS,
    Part,
    PartList,
    described,
    generations,
    table_of,
    written_list,
)
from midspan.pipelines.storage.rewriting import rewritten
from midspan.pipelines.storage.settings import SETTINGS
from midspan.pipelines.storage.store import Store
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, MidspanError, SurroundingsError
from midspan.scorers.setting import Setting, default_setting
from midspan.scorers.tables import ALL

_READ: Final = ("runs", "calls", "spans", "text", "scores", "tools")


@dataclass(frozen=True, kw_only=True)
class _Bucket:
    """What a worker has to know: one bucket of a workspace, and where its scores go."""

    store: Store
    settings: bytes
    parts: dict[str, Part]
    target: str
    setting: Setting
    only: Sequence[str]
    compat: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class _Done:
    """What came of a bucket; `part` is its file of scores, if it has any."""

    summary: ScoringSummary
    part: Part | None


def is_workspace(url: str) -> bool:
    """Return whether there is a workspace at an address."""
    require_reader(url)
    return Store(url=url).read(SETTINGS) is not None


def score_address(
    url: str,
    *,
    executor: Executor,
    setting: Setting | None = None,
    only: Sequence[str] = (),
    compat: Sequence[str] = (),
    files: JudgedBy | None = None,
    progress: Progress = lambda stage, done, total: None,
) -> ScoringSummary:
    """Return the summary once the rows of all installed scorers stand in a workspace elsewhere.

    Each bucket is a task. Its files are fetched and held to the list, judged as they are here, and
    the new scores put beside the old ones. That they count is one write: that of the list.
    """
    store = Store(url=url)
    setting = setting or default_setting()
    _ = setting.digest
    with leased(store) as require_ours:
        settings, listed = _opened(store)
        for name in listed.superseded:
            store.remove(name)
        generation = generations([*listed.parts, *listed.superseded]) + 1
        buckets = sorted({_bucket_of(name) for name in listed.parts if _is_bucketed(name)})
        tasks = [
            _Bucket(
                store=store,
                settings=settings,
                parts={
                    name: part
                    for name, part in listed.parts.items()
                    if name == TOOLS or (_is_bucketed(name) and _bucket_of(name) == bucket)
                },
                target=f"scores/bucket={bucket}/part-{generation:06d}-000.parquet",
                setting=setting,
                only=only,
                compat=compat,
            )
            for bucket in buckets
        ]
        # Known beforehand: whoever finds them there after a crash knows that they are left-overs.
        targets = [task.target for task in tasks]
        begun = msgspec.structs.replace(listed, superseded=targets)
        store.write(PARTS, written_list(begun))
        parts = dict(listed.parts)
        tally, runs, unjudged = Tally(), 0, {}
        results = attempted(executor, _score_bucket, [(task,) for task in tasks])
        for done, (number, result) in enumerate(results, start=1):
            task = tasks[number]
            if isinstance(result, Failed):
                unjudged[store.address(f"*/bucket={buckets[number]}")] = result.reason
            else:
                tally.add(result.summary.counts)
                runs += result.summary.runs
                for name in task.parts:
                    if table_of(name) == "scores":
                        del parts[name]
                if result.part is not None:
                    parts[task.target] = result.part
            progress("scoring", done, len(tasks))
        if tasks and len(unjudged) == len(tasks):
            told = "\n".join(f"{name}: {reason}" for name, reason in unjudged.items())
            raise SurroundingsError(f"nothing could be scored, and nothing was changed\n{told}")
        gone = [name for name in listed.parts if name not in parts]
        unused = [task.target for task in tasks if task.target not in parts]
        require_ours()
        store.write(PARTS, written_list(PartList(parts=parts, superseded=[*gone, *unused])))
        if files is not None and not (only and files == JudgedBy()):
            store.write(JUDGED_BY, msgspec.json.format(msgspec.json.encode(files), indent=1))
    return tally.summary(runs, unjudged)


def _opened(store: Store) -> tuple[bytes, PartList]:
    settings, content = store.read(SETTINGS), store.read(PARTS)
    if settings is None:
        raise InvalidInput(f"{store.url}: not a workspace (no {SETTINGS})")
    if content is None:
        raise InvalidInput(
            f"{store.address(PARTS)}: there is no such file, by which its files are known",
            fix="Fetch the workspace, run `midspan compact` on it, and put it back.",
        )
    if store.read(JOURNAL) is not None:
        raise InvalidInput(
            f"{store.address(JOURNAL)}: a change was begun on another machine and is not done",
            fix="Fetch the workspace, run any midspan command on it, and put it back.",
        )
    try:
        return settings, msgspec.json.decode(content, type=PartList)
    except msgspec.DecodeError as error:
        raise InvalidInput(f"{store.address(PARTS)}: not a list of files: {error}") from error


def _score_bucket(task: _Bucket) -> _Done:
    with tempfile.TemporaryDirectory(prefix="midspan-") as directory:
        here = Path(directory, "workspace")
        here.mkdir()
        try:
            return _scored(task, here)
        except MidspanError as error:
            told = str(error).replace(str(here), task.store.url)
            raise type(error)(told) from error


def _scored(task: _Bucket, here: Path) -> _Done:
    (here / SETTINGS).write_bytes(task.settings)
    (here / PARTS).write_bytes(written_list(PartList(parts=task.parts)))
    for name in task.parts:
        task.store.fetch(name, here / name)
    workspace = Workspace(here)
    workspace.verify(*ALL)
    require_contract(workspace)
    summary = score_workspace(workspace, setting=task.setting, only=task.only, compat=task.compat)
    part = None
    if scores := workspace.parts("scores"):
        scratch = here.with_name("scratch")
        scratch.mkdir()
        (made,) = rewritten("scores", scores, buckets=workspace.buckets, scratch=scratch)
        part = described(made.path)
        task.store.put(made.path, task.target)
    return _Done(summary=summary, part=part)


def _is_bucketed(name: str) -> bool:
    return table_of(name) in _READ and name != TOOLS


def _bucket_of(name: str) -> str:
    return name.split("/")[1].removeprefix("bucket=")
