"""Files beside the run of a sweep: its tables, its comparisons, and what else is given."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import polars as pl

from midspan.dashboards.markdown import comparison_markdown
from midspan.pipelines.publish.mlflow.api import Api
from midspan.pipelines.publish.mlflow.variants import Variants
from midspan.pipelines.workspace import Workspace
from midspan.scorers.comparison import Comparison

ROWS_AS_JSON: Final = 20_000
"""Tables of more rows go as Parquet alone: as JSON no browser would show them."""

SERVED: Final = "mlflow-artifacts:"
NOT_SERVED: Final = (
    "its artifacts are kept at {}, which the server does not serve: start it with "
    "--artifacts-destination"
)


class Artifact(NamedTuple):
    """A file and its name beside the run."""

    name: str
    file: Path

    def digest(self) -> str:
        """Return a digest of the content."""
        with self.file.open("rb") as content:
            return hashlib.file_digest(content, "blake2b").hexdigest()[:32]


def written(
    folder: Path,
    workspace: Workspace,
    variants: Variants,
    comparisons: Mapping[str, Comparison],
    given: Sequence[Path],
) -> Iterator[Artifact]:
    """Yield the artifacts of a project, those that are made written into a folder first."""
    of_project = variants.runs.select("run_id").lazy()
    for table, order in (("runs", ["run_id"]), ("scores", ["run_id", "name", "span_id", "call"])):
        rows = workspace.table(table).join(of_project, on="run_id", how="semi").sort(order)
        parquet = folder / f"{table}.parquet"
        rows.sink_parquet(parquet)
        yield Artifact(f"tables/{parquet.name}", parquet)
        if pl.scan_parquet(parquet).select(pl.len()).collect().item() <= ROWS_AS_JSON:
            as_json = folder / f"{table}.json"
            pl.read_parquet(parquet).write_json(as_json)
            yield Artifact(f"tables/{as_json.name}", as_json)
    for axis, comparison in comparisons.items():
        told = {
            "md": comparison_markdown(comparison),
            "json": json.dumps(comparison.as_dict(), ensure_ascii=False, indent=1, default=str),
        }
        for suffix, text in told.items():
            file = folder / f"comparison-by-{axis}.{suffix}"
            file.write_text(text)
            yield Artifact(f"comparison/{file.name}", file)
    for path in given:
        yield from _given(path)


def _given(path: Path) -> Iterator[Artifact]:
    if path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield Artifact(f"{path.resolve().name}/{file.relative_to(path)}", file)
    else:
        yield Artifact(path.name, path)


def store(api: Api, root: str, artifact: Artifact) -> None:
    """Store a file beside a run, of which `root` is where it keeps artifacts."""
    folder = root.removeprefix(SERVED).lstrip("/")
    api.put(f"/api/2.0/mlflow-artifacts/artifacts/{folder}/{artifact.name}", artifact.file)


def has(api: Api, run: str, artifact: Artifact) -> bool:
    """Return whether the server has a file of that name and size."""
    folder = artifact.name.rpartition("/")[0]
    query = {"run_id": run, **({"path": folder} if folder else {})}
    found = api.get("/api/2.0/mlflow/artifacts/list", query).get("files", ())
    size = artifact.file.stat().st_size
    return any(
        one["path"] == artifact.name and int(one.get("file_size", 0)) == size for one in found
    )
