"""The sweep's folder in a bucket: what is there, what is put there, what is fetched."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, TypeVar

from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import TOKENS, HubError, explained
from midspan.scorers.errors import SurroundingsError

if TYPE_CHECKING:
    from huggingface_hub import BucketFile, HfApi

Result = TypeVar("Result")
Item = TypeVar("Item")

PROBE: Final = "job/.writable"
"""Written to see whether the bucket takes files."""
AT_A_TIME: Final = 200
"""Files of one request."""


class Bucket:
    """Files below the sweep's folder, by their path within it."""

    def __init__(
        self, api: "HfApi", bucket: str, folder: str, patience: Patience | None = None
    ) -> None:
        self._api, self._patience = api, patience or Patience()
        self.name, self.folder = bucket, folder

    @property
    def address(self) -> str:
        """Return where people and other programs find it."""
        return f"hf://buckets/{self.name}/{self.folder}"

    def require_writable(self) -> None:
        """Make the bucket where it is not there, private, and write a file to it."""
        try:
            self._ask("making the bucket", self._make)
            self.put({PROBE: b"midspan\n"})
        except HubError as error:
            if error.passing:
                raise
            raise SurroundingsError(
                f"the bucket {self.name} cannot be written to\n{error.args[0]}",
                fix="Name one of yours, `hf_jobs: {bucket: namespace/name}`, or use a token that "
                f"may write: {TOKENS}",
            ) from error

    def is_private(self) -> bool | None:
        """Return whether only its owners see it; None for one that is not there, or not shown."""
        try:
            info = self._ask("looking at the bucket", lambda: self._api.bucket_info(self.name))
        except HubError as error:
            if error.passing:
                raise
            return None
        return bool(info.private)

    def files(self, below: str) -> "dict[str, BucketFile]":
        """Return what lies below a folder, by path."""
        from huggingface_hub import BucketFile

        prefix = f"{self.folder}/"

        def listed() -> "dict[str, BucketFile]":
            found = self._api.list_bucket_tree(self.name, prefix + below, recursive=True)
            files = (one for one in found if isinstance(one, BucketFile))
            return {one.path.removeprefix(prefix): one for one in files}

        return self._ask("listing files", listed)

    def put(self, files: Mapping[str, Path | bytes]) -> None:
        """Write files, over what stands there."""
        named = [(source, f"{self.folder}/{path}") for path, source in files.items()]
        for some in _portions(named):
            self._ask("writing files", partial(self._write, some))

    def remove(self, paths: Iterable[str]) -> None:
        """Take files away."""
        for some in _portions([f"{self.folder}/{path}" for path in paths]):
            self._ask("removing files", partial(self._remove, some))

    def fetch(
        self,
        files: "Sequence[tuple[BucketFile, Path]]",
        *,
        tell: Callable[[int], None] = lambda _done: None,
    ) -> None:
        """Bring files to this machine; `tell` is called with how many are here."""
        done = 0
        for some in _portions(files):
            self._ask("fetching files", partial(self._download, some))
            done += len(some)
            tell(done)

    def read(self, path: str, near: Path) -> bytes | None:
        """Return what a file holds, by way of a folder `near`; None where there is no such file."""
        file = self.files(path.rpartition("/")[0]).get(path)
        if file is None:
            return None
        with TemporaryDirectory(prefix=".read-", dir=near) as folder:
            self.fetch([(file, Path(folder, "file"))])
            return Path(folder, "file").read_bytes()

    def _make(self) -> None:
        self._api.create_bucket(self.name, private=True, exist_ok=True)

    def _write(self, files: Sequence[tuple[Path | bytes, str]]) -> None:
        self._api.batch_bucket_files(self.name, add=list(files))

    def _remove(self, paths: Sequence[str]) -> None:
        self._api.batch_bucket_files(self.name, delete=list(paths))

    def _download(self, files: "Sequence[tuple[BucketFile, Path]]") -> None:
        self._api.download_bucket_files(self.name, list(files))

    def _ask(self, doing: str, ask: Callable[[], Result]) -> Result:
        with explained(f"{self.address}: {doing}"):
            return self._patience.with_(ask)


def _portions(items: Sequence[Item]) -> Iterable[Sequence[Item]]:
    return (items[first : first + AT_A_TIME] for first in range(0, len(items), AT_A_TIME))
