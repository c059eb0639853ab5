"""Which files a person means by the paths of `midspan ingest`."""

import errno
import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import xxhash

from midspan.pipelines.ingest.decode.lines import MARK
from midspan.pipelines.ingest.file_kinds import is_input, is_packed, record_kind, spool_name
from midspan.pipelines.ingest.folders import files_below
from midspan.pipelines.ingest.sources.pages import Pages
from midspan.pipelines.ingest.sources.remote import RemoteFile, find_remote, is_remote
from midspan.pipelines.ingest.streams import KeptStream
from midspan.pipelines.ingest.unread import Unread, nothing_read, renamed, unreadable, why
from midspan.pipelines.records import PLAN_FILE, RESULT_SUFFIX
from midspan.pipelines.storage.disk import explained
from midspan.pipelines.workspace import SETTINGS
from midspan.scorers.errors import InvalidInput

UNPACKED: Final = 8
"""How many times its size a compressed file of spans comes to, roughly."""

BLANK_UP_TO: Final = 2**16
"""Up to this size, a file is looked through for something other than white space."""

Location = Path | RemoteFile
"""Where a file is: both kinds have a name, and are opened in the same way."""

Origin = Location | Pages | KeptStream
"""Where spans come from: a file, or what was kept of a server or a pipe."""


@dataclass(frozen=True, kw_only=True)
class SpanFile:
    """One file of spans: what its name says, and the hash by which it is known again.

    The hash is taken before a span is read: what is written meanwhile is read the next time.
    `named` if a person named the file itself, and not a directory that it lies in.
    """

    path: Origin
    size: int
    digest: str
    launch: int = 0
    named: bool = False
    line: int = 0
    """Number of its line in the manifest, by which its spans name it."""

    @property
    def unpacked_size(self) -> int:
        """Return about how much there is to read."""
        return self.size * UNPACKED if is_packed(self.path.name) else self.size


@dataclass(kw_only=True)
class Inputs:
    """The files to read, by kind, each once; and those that cannot be, with why."""

    spans: list[SpanFile] = field(default_factory=list)
    results: list[Location] = field(default_factory=list)
    plans: list[Location] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def find_inputs(paths: Iterable[Path | str | KeptStream | RemoteFile]) -> Inputs:
    """Return the files below the paths, with the result record and plan beside a file of spans.

    A path may be an address, such as `s3://bucket/spool`. A file of a store that somebody has
    listed already is taken alone: the store is not asked about it again.
    """
    named: set[Location] = set()
    found: dict[Location, None] = {}
    inputs = Inputs()
    for given in paths:
        if isinstance(given, KeptStream):
            inputs.spans.append(_stream_file(given))
            continue
        if isinstance(given, RemoteFile):
            found[given] = None
            continue
        if is_remote(str(given)) and not isinstance(given, Path):
            files, is_file = _of_address(given)
            found.update(dict.fromkeys(files))
            named.update(files if is_file else ())
            continue
        path = _existing(given)
        named.add(path)
        if path.is_dir():
            found.update(dict.fromkeys(files_below(path, inputs.unread)))
        else:
            found.update(dict.fromkeys([path, *_beside(path)]))
    for file in found:
        _sort_in(file, file in named, inputs)
    _require_something(inputs)
    return inputs


def _existing(given: Path | str) -> Path:
    """Return the path that a person names; of a spool file, where it is now."""
    if not str(given):
        raise InvalidInput("'': an empty path", fix="Name a file or a folder; . is this one.")
    path = renamed(Path(given)) or Path(given)
    with explained(path):
        try:
            path.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            reason = why(path, error) if path.is_symlink() else "no such file or directory"
            raise InvalidInput(f"{path}: {reason}") from None
        except OSError as error:
            if error.errno != errno.ELOOP:
                raise
            raise InvalidInput(f"{path}: {why(path, error)}") from None
    return path


def _sort_in(file: Location, named: bool, inputs: Inputs) -> None:
    """Put a file among its kind, or among those that cannot be read."""
    reason = unreadable(file) if isinstance(file, Path) else None
    finished = renamed(file) if reason else None
    if finished is not None:
        file, reason = finished, unreadable(finished)
    if reason is not None:
        inputs.unread.append((file, reason))
        return
    match record_kind(file):
        case "result":
            inputs.results.append(file)
        case "plan":
            inputs.plans.append(file)
        case None:
            try:
                inputs.spans.append(_span_file(file, named=named))
            except OSError as error:
                inputs.unread.append((file, why(file, error)))


def _require_something(inputs: Inputs) -> None:
    """Set files apart that a person names and that are empty; if nothing is left, it is an error.

    An empty one in a directory is a spool file that was only just opened.
    """
    empty = [each for each in inputs.spans if each.named and _is_blank(each)]
    inputs.spans = [each for each in inputs.spans if each not in empty]
    if inputs.spans or inputs.results or inputs.plans:
        inputs.unread += [(each.path, "there is nothing in it") for each in empty]
    elif empty:
        raise InvalidInput(f"{empty[0].path}: the file is empty: no spans to read")
    elif inputs.unread:
        raise nothing_read(inputs.unread)


def _is_blank(file: SpanFile) -> bool:
    """Return whether a file holds nothing but white space; a long one is taken at its word."""
    if isinstance(file.path, Pages | RemoteFile) or not 0 < file.size <= BLANK_UP_TO:
        return file.size == 0
    with file.path.open("rb") as content:
        return not content.read().removeprefix(MARK).strip()


def digest_of(path: Location) -> str:
    """Return the hash of a file's content, or of what a store says of it."""
    if isinstance(path, RemoteFile):
        return path.digest
    with path.open("rb") as content:
        # Every byte goes through it before anything is read: a cryptographic one takes 20 times
        # as long, and nothing here guards against files made to have equal hashes.
        return hashlib.file_digest(content, xxhash.xxh3_128).hexdigest()


def _of_address(url: str) -> tuple[list[Location], bool]:
    """Return the files at an address, and whether it names one of them and no folder."""
    root, found = find_remote(url)
    if found[0].url == root:
        beside = (found[0].beside(name) for name in _names_beside(found[0]))
        return [found[0], *(file for file in beside if file is not None)], True
    workspaces = tuple(f"{file.folder}/" for file in found if file.name == SETTINGS)
    files: list[Location] = [
        file
        for file in found
        if is_input(file)
        and "/." not in file.url.removeprefix(root)
        and not file.url.startswith(workspaces)
    ]
    if not files:
        raise InvalidInput(
            f"{url}: no files of spans at this address",
            fix="Name the address that the spool or the exporter wrote to.",
        )
    return files, False


def _span_file(path: Location, *, named: bool) -> SpanFile:
    if isinstance(path, Path) and (finished := renamed(path)) is not None:
        path = finished
    match = spool_name(path)
    launch = int(match["launch"]) if match else 0
    size = path.size if isinstance(path, RemoteFile) else path.stat().st_size
    return SpanFile(path=path, size=size, digest=digest_of(path), launch=launch, named=named)


def _stream_file(stream: KeptStream) -> SpanFile:
    size = stream.file.stat().st_size
    return SpanFile(path=stream, size=size, digest=digest_of(stream.file), named=True)


def pages_file(pages: Pages) -> SpanFile:
    """Return what was fetched from a server as the file that it is until it is read."""
    size = pages.file.stat().st_size
    return SpanFile(path=pages, size=size, digest=digest_of(pages.file))


def _beside(path: Path) -> Iterator[Path]:
    names = _names_beside(path)
    yield from (path.with_name(name) for name in names if path.with_name(name).is_file())


def _names_beside(file: Location) -> tuple[str, ...]:
    match = spool_name(file)
    return (f"{match['run']}-{match['launch']}{RESULT_SUFFIX}", PLAN_FILE) if match else ()
