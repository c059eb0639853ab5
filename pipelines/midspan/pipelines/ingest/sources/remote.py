"""Files of spans in buckets, repositories and on other machines, by fsspec's addresses."""

import errno
import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from midspan.scorers.errors import InvalidInput, SurroundingsError

PACKAGES: Final = {
    "hf": "huggingface_hub",
    "s3": "s3fs",
    "s3a": "s3fs",
    "gs": "gcsfs",
    "gcs": "gcsfs",
    "az": "adlfs",
    "abfs": "adlfs",
    "abfss": "adlfs",
    "http": "aiohttp",
    "https": "aiohttp",
    "sftp": "paramiko",
    "ssh": "paramiko",
}
"""What reads each kind of address; fsspec alone reads `file` and `memory`."""

VERSIONS: Final = (
    "ETag",
    "etag",
    "blob_id",
    "xet_hash",
    "md5Hash",
    "content_md5",
    "checksum",
    "LastModified",
    "last_modified",
    "mtime",
    "uploaded_at",
    "created",
)
"""What stores say of a file that changes when its content does."""

BUFFER: Final = 2**20


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """One file of a store, used as a path is; read as a stream, so that memory stays bounded."""

    url: str
    size: int
    version: str

    @property
    def name(self) -> str:
        """Return the last part of the address."""
        return self.url.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Return the address up to the last slash."""
        return self.url.rpartition("/")[0]

    @property
    def digest(self) -> str:
        """Return the hash of what the store says of the content, which is not read for it."""
        known = f"{self.url}\0{self.size}\0{self.version}".encode()
        return hashlib.blake2b(known, digest_size=16).hexdigest()

    def open(self, mode: str = "rb") -> BinaryIO:
        """Return the content as a stream of bytes."""
        try:
            return io.BufferedReader(_Stream(self.url, _opened(self.url)), BUFFER)
        except Exception as error:
            raise _explained(self.url, error) from error

    def read_bytes(self) -> bytes:
        """Return the content."""
        with self.open() as content:
            return content.read()

    def beside(self, name: str) -> "RemoteFile | None":
        """Return the file of another name in the same folder, if it is there."""
        try:
            _, found = find_remote(f"{self.folder}/{name}")
        except InvalidInput:
            return None
        return found[0]

    def __str__(self) -> str:
        return self.url


def is_remote(path: str) -> bool:
    """Return whether a text is an address and no path on this machine."""
    scheme, separator, _ = path.partition("://")
    return bool(separator) and scheme.replace("+", "").isalnum()


def find_remote(url: str) -> tuple[str, list[RemoteFile]]:
    """Return an address as the files' begin with it, and every file below it or the one there."""
    try:
        root, found = _listed(url)
    except (InvalidInput, SurroundingsError):
        raise
    except Exception as error:
        raise _explained(url, error) from error
    if not found:
        raise InvalidInput(f"{url}: no such file or directory")
    return root, found


def _listed(url: str) -> tuple[str, list[RemoteFile]]:
    from fsspec.core import url_to_fs

    require_reader(url)
    files, root = url_to_fs(url)
    # A list kept from an earlier reading would hide what has been written since.
    files.invalidate_cache()
    listed: dict[str, Mapping[str, Any]] = files.find(root, detail=True)
    found = [
        RemoteFile(
            url=files.unstrip_protocol(path),
            size=int(info.get("size") or 0),
            version=_version(url, info),
        )
        for path, info in sorted(listed.items())
        if info.get("type", "file") == "file"
    ]
    return files.unstrip_protocol(root), found


def _version(url: str, info: Mapping[str, Any]) -> str:
    known = [f"{name}={info[name]}" for name in VERSIONS if info.get(name)]
    large = info.get("lfs")
    if large:
        known.append(f"lfs={large}")
    if not known:
        raise InvalidInput(
            f"{url}: the store does not say when its files change, so what was read could not be "
            "told from what is new",
            fix="Copy the files to this machine and ingest them from there.",
        )
    return ",".join(known)


def require_reader(url: str) -> None:
    """Raise, with the command that mends it, when no package here reads such addresses."""
    from fsspec import get_filesystem_class
    from fsspec.registry import known_implementations

    scheme = url.partition("://")[0]
    try:
        get_filesystem_class(scheme)
    except ImportError as error:
        package = PACKAGES.get(scheme)
        fix = f"pip install {package}" if package else str(error)
        raise InvalidInput(
            f"{url}: {scheme}:// needs a package that is not here", fix=fix
        ) from None
    except ValueError:
        usual = ", ".join(f"{name}://" for name in ("hf", "s3", "gs", "az", "file"))
        known = scheme in known_implementations
        raise InvalidInput(
            f"{url}: nothing reads {scheme}:// addresses{' here' if known else ''}",
            fix=f"There are {usual}, phoenix+http:// and mlflow+http://.",
        ) from None


def _opened(url: str) -> Any:
    from fsspec.core import url_to_fs

    files, path = url_to_fs(url)
    return files.open(path, "rb")


class _Stream(io.RawIOBase):
    """The stream of a store, whose own errors become ones that name the address."""

    def __init__(self, url: str, content: Any) -> None:
        self._url, self._content = url, content

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            data = self._content.read(len(buffer))
        except Exception as error:
            raise OSError(errno.EIO, f"cannot be read: {_reason(error)}", self._url) from error
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return int(self._content.seek(offset, whence))

    def tell(self) -> int:
        return int(self._content.tell())

    def close(self) -> None:
        if not self.closed:
            self._content.close()
        super().close()


def _explained(url: str, error: Exception) -> InvalidInput | SurroundingsError:
    """Return what a store's own error means here."""
    if isinstance(error, FileNotFoundError):
        return InvalidInput(f"{url}: no such file or directory")
    if isinstance(error, ImportError):
        package = PACKAGES.get(url.partition("://")[0])
        fix = f"pip install {package}" if package else None
        return InvalidInput(f"{url}: {error}", fix=fix)
    if isinstance(error, PermissionError):
        return SurroundingsError(f"{url}: not permitted: {_reason(error)}")
    return SurroundingsError(f"{url}: cannot be read: {_reason(error)}")


def _reason(error: Exception) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:300]}".rstrip(": ")
