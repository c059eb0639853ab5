"""Models, datasets and Spaces: created, written in commits, and read."""

import base64
import re
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from tests.support.fake_hub.exchange import Answer, Refusal, Request, Route, answer, route

REPOSITORY: Final = r"/api/(models|datasets|spaces)/([^/]+/[^/]+)"
COMMIT: Final = "c0" * 20


@dataclass(kw_only=True)
class Repository:
    """One repository, as its main branch stands."""

    private: bool = False
    sha: str = COMMIT
    sdk: str | None = None
    files: dict[str, bytes] = field(default_factory=dict)


class Repositories:
    """All repositories, by kind and name: `datasets/me/sessions`."""

    def __init__(self) -> None:
        self.stored: dict[str, Repository] = {}

    def __getitem__(self, name: str) -> Repository:
        return self.stored[name]

    def routes(self) -> list[Route]:
        return [
            route("POST", "/api/repos/create", self._create),
            route("POST", "/api/validate-yaml", self._validated),
            route("POST", rf"{REPOSITORY}/preupload/[^/]+", self._preupload),
            route("POST", rf"{REPOSITORY}/commit/[^/]+", self._commit),
            route("GET", rf"{REPOSITORY}/tree/[^/]+(?:/(.*))?", self._tree),
            route("GET", rf"{REPOSITORY}(?:/revision/(.+))?", self._info),
            route("HEAD", r"/(datasets|spaces)/([^/]+/[^/]+)/resolve/[^/]+/(.+)", self._resolve),
            route("GET", r"/(datasets|spaces)/([^/]+/[^/]+)/resolve/[^/]+/(.+)", self._resolve),
        ]

    def _create(self, request: Request) -> Answer:
        asked = request.json()
        kind = f"{asked.get('type', 'model')}s"
        name = f"{asked.get('organization') or request.account.name}/{asked['name']}"
        if not request.account.may_write():
            raise Refusal(403, "You don't have the rights to create a repository")
        shown = "" if kind == "models" else f"{kind}/"
        url = {"url": f"{request.base}/{shown}{name}", "name": name, "id": name}
        if f"{kind}/{name}" in self.stored:
            return answer(url | {"error": "You already created this repo"}, 409)
        private = asked.get("private", False) or asked.get("visibility") == "private"
        self.stored[f"{kind}/{name}"] = Repository(private=bool(private), sdk=asked.get("sdk"))
        return answer(url)

    def _validated(self, request: Request) -> Answer:
        return answer({"errors": [], "warnings": []})

    def _preupload(self, request: Request, kind: str, name: str) -> Answer:
        self._repository(kind, name)
        asked = request.json()["files"]
        mode = {"uploadMode": "regular", "shouldIgnore": False, "oid": None}
        return answer({"files": [{"path": one["path"], **mode} for one in asked]})

    def _commit(self, request: Request, kind: str, name: str) -> Answer:
        if not request.account.may_write():
            raise Refusal(403, "You don't have the rights to write to this repository")
        files = self._repository(kind, name).files
        for line in request.lines():
            value = line["value"]
            if line["key"] == "file":
                files[value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "deletedFile":
                files.pop(value["path"], None)
            elif line["key"] != "header":
                raise Refusal(400, f"this Hub takes no {line['key']}")
        url = f"{request.base}/{kind}/{name}/commit/{COMMIT}"
        return answer({"success": True, "commitOid": COMMIT, "commitUrl": url, "hookOutput": ""})

    def _tree(self, request: Request, kind: str, name: str, folder: str | None) -> Answer:
        inside = f"{unquote(folder)}/" if folder else ""
        files = self._repository(kind, name).files
        return answer(
            [
                {"type": "file", "path": path, "size": len(data), "oid": "0" * 40}
                for path, data in sorted(files.items())
                if path.startswith(inside)
            ]
        )

    def _info(self, request: Request, kind: str, name: str, revision: str | None) -> Answer:
        found = self._repository(kind, name)
        if revision not in (None, "main") and not found.sha.startswith(revision):
            raise Refusal(404, f"Invalid rev id: {revision}", "RevisionNotFound")
        return answer(_described(name, found))

    def _resolve(self, request: Request, kind: str, name: str, path: str) -> Answer:
        data = self._repository(kind, name).files.get(unquote(path))
        if data is None:
            raise Refusal(404, "no such file", "EntryNotFound")
        headers = {"ETag": f'"{len(data)}"', "X-Repo-Commit": COMMIT}
        return Answer(headers=headers, body=data)

    def _repository(self, kind: str, name: str) -> Repository:
        found = self.stored.get(f"{kind}/{name}")
        if found is None:
            raise Refusal(404, "Repository not found", "RepoNotFound")
        return found


def _described(name: str, found: Repository) -> dict[str, Any]:
    day = "2026-01-01T00:00:00.000Z"
    return {
        "_id": re.sub("[^a-z]", "", name),
        "id": name,
        "author": name.split("/")[0],
        "sha": found.sha,
        "private": found.private,
        "gated": False,
        "disabled": False,
        "downloads": 0,
        "likes": 0,
        "tags": [],
        "sdk": found.sdk,
        "createdAt": day,
        "lastModified": day,
        "siblings": [{"rfilename": path} for path in sorted(found.files)],
    }
