"""Buckets: files by path, over the content store."""

import re
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import unquote

from tests.support.fake_hub.accounts import Account
from tests.support.fake_hub.content import ContentStore
from tests.support.fake_hub.exchange import Answer, Refusal, Request, Route, answer, route

PAGE: Final = 1000
NAME: Final = r"([^/]+/[^/]+)"


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    digest: str
    size: int
    changed: float
    """Seconds since the epoch."""


@dataclass(kw_only=True)
class Bucket:
    private: bool = False
    files: dict[str, StoredFile] = field(default_factory=dict)


class Buckets:
    """All buckets, and the answers to what is asked of them."""

    def __init__(self, content: ContentStore) -> None:
        self._content = content
        self._buckets: dict[str, Bucket] = {}
        self._lock = threading.RLock()

    def create(self, name: str, *, private: bool = True) -> Bucket:
        with self._lock:
            return self._buckets.setdefault(name, Bucket(private=private))

    def is_private(self, name: str) -> bool:
        return self._buckets[name].private

    def paths(self, name: str) -> list[str]:
        with self._lock:
            return sorted(self._buckets[name].files) if name in self._buckets else []

    def put(self, name: str, files: Mapping[str, bytes]) -> None:
        digests = self._content.write(list(files.values()))
        for path, digest in zip(files, digests, strict=True):
            self._put(name, path, digest, time.time())

    def get(self, name: str, path: str) -> bytes:
        return self._content.read(self._bucket(name).files[path].digest)

    def remove(self, name: str, path: str) -> None:
        with self._lock:
            self._bucket(name).files.pop(path, None)

    def routes(self) -> list[Route]:
        return [
            route("GET", rf"/api/buckets/{NAME}/xet-(?:read|write)-token", self._token),
            route("POST", rf"/api/buckets/{NAME}/batch", self._batch),
            route("POST", rf"/api/buckets/{NAME}/paths-info", self._paths_info),
            route("GET", rf"/api/buckets/{NAME}/tree(?:/(.*))?", self._tree),
            route("HEAD", rf"/buckets/{NAME}/resolve/(.*)", self._resolve),
            route("GET", rf"/buckets/{NAME}/resolve/(.*)", self._resolve),
            route("POST", rf"/api/buckets/{NAME}", self._create),
            route("GET", rf"/api/buckets/{NAME}", self._info),
        ]

    def _token(self, request: Request, name: str) -> Answer:
        self._bucket(name)
        if request.path.endswith("write-token"):
            _require_write(request.account, name)
            url = self._content.to_write()
        else:
            url = self._content.to_read()
        token = {"casUrl": url, "accessToken": "t", "exp": int(time.time()) + 3600}
        # The client reads the one or the other, by how it was asked to fetch the file.
        headers = {"Cas-Url": url, "Access-Token": "t", "Token-Expiration": str(token["exp"])}
        return answer(token, 200, **{f"X-Xet-{name}": value for name, value in headers.items()})

    def _create(self, request: Request, name: str) -> Answer:
        name = re.sub("^me/", f"{request.account.name}/", name)
        _require_write(request.account, name)
        url = {"url": f"{request.base}/buckets/{name}", "name": name, "id": name}
        if name in self._buckets:
            return answer(url | {"error": "You already created this bucket"}, 409)
        self.create(name, private=request.json().get("visibility") == "private")
        return answer(url)

    def _info(self, request: Request, name: str) -> Answer:
        files = self._bucket(name).files
        return answer(
            {
                "id": name,
                "private": self._bucket(name).private,
                "createdAt": _written(0),
                "size": sum(file.size for file in files.values()),
                "totalFiles": len(files),
            }
        )

    def _batch(self, request: Request, name: str) -> Answer:
        _require_write(request.account, name)
        operations = request.lines()
        self._content.take(one["xetHash"] for one in operations if one["type"] == "addFile")
        for one in operations:
            if one["type"] == "addFile":
                self._put(name, one["path"], one["xetHash"], one["mtime"] / 1000)
            elif one["type"] == "deleteFile":
                self.remove(name, one["path"])
        count = len(operations)
        return answer({"success": True, "processed": count, "succeeded": count, "failed": []})

    def _put(self, name: str, path: str, digest: str, changed: float) -> None:
        size = len(self._content.read(digest))
        with self._lock:
            self._bucket(name).files[path] = StoredFile(digest=digest, size=size, changed=changed)

    def _paths_info(self, request: Request, name: str) -> Answer:
        files = self._bucket(name).files
        return answer([_told(p, files[p]) for p in request.json()["paths"] if p in files])

    def _tree(self, request: Request, name: str, prefix: str | None) -> Answer:
        entries = list(self._entries(name, unquote(prefix or ""), "recursive" in request.query))
        first = int(request.query.get("cursor", ["0"])[0])
        if first + PAGE < len(entries):
            further = f"recursive=true&cursor={first + PAGE}"
            link = f'<{request.base}{request.path}?{further}>; rel="next"'
            return answer(entries[first : first + PAGE], Link=link)
        return answer(entries[first:])

    def _entries(self, name: str, prefix: str, recursive: bool) -> Iterator[dict[str, Any]]:
        folders = set()
        with self._lock:
            files = sorted(self._bucket(name).files.items())
        for path, file in files:
            if prefix and path != prefix and not path.startswith(f"{prefix}/"):
                continue
            rest = path.removeprefix(f"{prefix}/" if prefix else "")
            if recursive or "/" not in rest:
                yield _told(path, file)
            elif (folder := path[: len(path) - len(rest) + rest.index("/")]) not in folders:
                folders.add(folder)
                yield {"type": "directory", "path": folder}

    def _resolve(self, request: Request, name: str, path: str) -> Answer:
        file = self._bucket(name).files.get(unquote(path))
        if file is None:
            raise Refusal(404, "no such file", "EntryNotFound")
        link = f'<{request.base}/api/buckets/{name}/xet-read-token>; rel="xet-auth"'
        headers = {"X-Xet-Hash": file.digest, "X-Linked-Size": str(file.size), "Link": link}
        return Answer(headers=headers, body=self._content.read(file.digest))

    def _bucket(self, name: str) -> Bucket:
        with self._lock:
            if name not in self._buckets:
                raise Refusal(404, "Repository not found", "RepoNotFound")
            return self._buckets[name]


def _require_write(account: Account, name: str) -> None:
    mine = name.split("/")[0] in (account.name, *account.organisations)
    if not account.may_write() or not mine or name in account.closed_buckets:
        raise Refusal(403, "You don't have the rights to write to this bucket")


def _told(path: str, file: StoredFile) -> dict[str, Any]:
    return {
        "type": "file",
        "path": path,
        "size": file.size,
        "xetHash": file.digest,
        "mtime": _written(file.changed),
        "uploadedAt": _written(file.changed),
    }


def _written(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
