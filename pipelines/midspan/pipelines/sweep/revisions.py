"""Commits of a target's revisions, asked of its repository before anything is spent."""

import re
from collections.abc import Collection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from midspan.pipelines.sweep.git import git, require
from midspan.pipelines.sweep.plan import Resolve, ResolvedRevision
from midspan.scorers.errors import InvalidInput, SurroundingsError
from midspan.scorers.file_format.problems import did_you_mean
from midspan.scorers.suite import Revision, Target

_ABBREVIATED: Final = r"[0-9a-f]{4,40}"
_PEELED: Final = "^{}"
_TAGS: Final = "refs/tags/"
_BRANCHES: Final = "refs/heads/"
_TOLD: Final = 8


def resolver() -> Resolve:
    """Return what finds the commits of revisions; it asks each repository once."""
    known: dict[str, _Repository] = {}

    def resolve(target: Target, revision: Revision) -> ResolvedRevision:
        address = target.repository
        if address not in known:
            known[address] = _Repository(address)
        sha = known[address].commit(revision.ref)
        return ResolvedRevision(label=revision.label, ref=revision.ref, sha=sha)

    return resolve


class _Repository:
    """The refs of a repository."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.refs = _listed(address)
        self._commits: dict[str, str] = {}

    def commit(self, ref: str) -> str:
        """Return the commit that a tag, a branch, a ref or (the start of) an id names."""
        # In the order in which git itself looks.
        for name in (ref, f"refs/{ref}", _TAGS + ref, _BRANCHES + ref):
            if sha := self.refs.get(name + _PEELED) or self.refs.get(name):
                return sha
        found = None
        if Path(self.address).is_dir():
            found = _commit_in(Path(self.address), ref)
        elif re.fullmatch(_ABBREVIATED, ref.lower()):
            found = self._fetched(ref.lower())
        elif re.match(r"refs/", ref):
            found = _listed(self.address, ref).get(ref)
        if found is None:
            raise self._unknown(ref)
        return found

    def _fetched(self, sha: str) -> str | None:
        """Return the commit of an id that no ref need be at, after looking in the repository."""
        if sha not in self._commits:
            with TemporaryDirectory(prefix="midspan-refs-") as folder:
                place = Path(folder)
                require(git("init", "--quiet", "--bare", str(place)), self.address)
                # Commits only, where the server can leave out the rest.
                wanted = [sha] if len(sha) == 40 else ["+refs/*:refs/*"]
                depth = ["--depth=1"] if len(sha) == 40 else []
                fetched = git(
                    *("-C", folder, "fetch", "--quiet", "--no-tags", "--filter=tree:0", *depth),
                    *("--", self.address, *wanted),
                )
                if fetched.returncode and len(sha) < 40:
                    require(fetched, self.address)
                found = _commit_in(place, sha) if not fetched.returncode else None
            if found is None:
                return None
            self._commits[sha] = found
        return self._commits[sha]

    def _unknown(self, ref: str) -> InvalidInput:
        names = _names(self.refs)
        meant = _meant(ref, names)
        hint = f" Did you mean {meant}?" if meant else ""
        some = ", ".join(names[:_TOLD]) + (", ..." if len(names) > _TOLD else "")
        return InvalidInput(
            f"{self.address} has no commit, tag or branch {ref!r}.{hint}",
            fix=f"It has {some or 'no tag and no branch'}: git ls-remote {self.address}",
        )


def _listed(address: str, *refs: str) -> dict[str, str]:
    if ":" not in address and not Path(address).exists():
        raise InvalidInput(
            f"target.repository: there is no folder {address}, and it is no address either",
            fix="A path is relative to the suite's folder; an address is as `git clone` takes it.",
        )
    wanted = refs or ("HEAD", f"{_BRANCHES}*", f"{_TAGS}*")
    listed = git("ls-remote", "--quiet", "--", address, *wanted)
    require(listed, address)
    lines = (line.split("\t", 1) for line in listed.stdout.splitlines() if "\t" in line)
    return {name: sha for sha, name in lines}


def _commit_in(repository: Path, name: str) -> str | None:
    """Return what git makes of a name in a repository that is here."""
    place = ("-C", str(repository))
    found = git(*place, "rev-parse", "--verify", "--end-of-options", f"{name}^{{commit}}")
    if not found.returncode:
        return found.stdout.strip()
    if "ambiguous" in found.stderr:
        raise InvalidInput(
            f"{name!r} is the start of several commits of {repository}",
            fix="Give more digits of the one that is meant.",
        )
    if "dubious ownership" in found.stderr:
        raise SurroundingsError(
            f"{repository}: belongs to another user, so git does not read it",
            fix=f"git config --global --add safe.directory {repository}",
        )
    return None


def _names(refs: Collection[str]) -> list[str]:
    """Return tags, the newest versions first, then branches."""
    tags = [name.removeprefix(_TAGS) for name in refs if name.startswith(_TAGS) and "^" not in name]
    branches = [name.removeprefix(_BRANCHES) for name in refs if name.startswith(_BRANCHES)]
    return list(dict.fromkeys([*sorted(tags, key=_version, reverse=True), *branches]))


def _version(name: str) -> list[tuple[int, int | str]]:
    # Whole versions above their candidates: a text counts less than the end of the name.
    parts = re.findall(r"\d+|[a-zA-Z]+", name)
    return [*((1, int(part)) if part.isdigit() else (-1, part) for part in parts), (0, 0)]


def _meant(ref: str, names: Collection[str]) -> str | None:
    """Return the name that was meant: one that begins so before one that only looks alike."""
    for start in (ref, f"v{ref}"):
        longer = [name for name in names if name.startswith(start)]
        if longer and len(start) > 1:
            return longer[0]
    return did_you_mean(ref, names)
