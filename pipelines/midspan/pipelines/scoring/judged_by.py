"""Which suite and profile a workspace was scored with: what comes after judges by the same ones."""

import hashlib
import os
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import msgspec

from midspan.pipelines.storage.disk import explained
from midspan.scorers.errors import InvalidInput

JUDGED_BY: Final = "judged-by.json"

Option = Literal["--suite", "--profile"]


class JudgingFile(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A file as it was when runs were judged by it."""

    path: str
    """Relative to the workspace where it stands beside it or in it, else absolute."""

    digest: str
    name: str | None = None
    """What the suite or the profile calls itself; None where an earlier midspan wrote this."""


class JudgedBy(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The files that runs were judged by; none of them where nothing was named."""

    suite: JudgingFile | None = None
    profile: JudgingFile | None = None
    suite_profile: JudgingFile | None = None
    """The profile that the suite names, where it was the one that held."""

    mixed: bool = False
    """Whether other files, or none, judged some of the scores: a watch went on with these, say."""

    def files(self) -> tuple[JudgingFile, ...]:
        """Return the files that there are, the suite first."""
        every = (self.suite, self.profile, self.suite_profile)
        return tuple(file for file in every if file is not None)

    def same_as(self, other: "JudgedBy") -> bool:
        """Return whether the files of another record say the same."""
        return [file.digest for file in self.files()] == [file.digest for file in other.files()]

    def beside(self, other: "JudgedBy", *, scored: bool) -> "JudgedBy":
        """Return the record of scores by these files that come beside those of another record.

        `scored` says whether there are any of the other one.
        """
        mixed = scored and (other.mixed or not self.same_as(other))
        return msgspec.structs.replace(self, mixed=mixed)


@dataclass(frozen=True, kw_only=True)
class Recalled:
    """The files to judge by now, and what is to be said of them."""

    suite: Path | None = None
    profile: Path | None = None
    notes: tuple[str, ...] = ()


def files_judged_by(
    workspace: Path, *, suite: Path | None = None, profile: Path | None = None
) -> JudgedBy:
    """Return the record of a suite and a profile that can be read."""
    of_suite = _profile_of(suite) if suite is not None and profile is None else None
    return JudgedBy(
        suite=_described(suite, workspace, "--suite"),
        profile=_described(profile, workspace, "--profile"),
        suite_profile=_described(of_suite, workspace, "--profile"),
    )


def read_judged_by(workspace: Path) -> JudgedBy:
    """Return what the workspace's runs were judged by."""
    path = workspace / JUDGED_BY
    try:
        with explained(path):
            return msgspec.json.decode(path.read_bytes(), type=JudgedBy)
    except FileNotFoundError:
        return JudgedBy()
    except msgspec.DecodeError as error:
        raise InvalidInput(
            f"{path}: does not say what the runs were judged by: {error}",
            fix="Remove it, and score the workspace again.",
        ) from error


def written(record: JudgedBy, scratch: Path) -> Path:
    """Return a file that says it, in a directory from which it is moved into place."""
    path = scratch / JUDGED_BY
    path.write_bytes(msgspec.json.format(msgspec.json.encode(record), indent=1) + b"\n")
    return path


def recall(workspace: Path, *, suite: Path | None = None, profile: Path | None = None) -> Recalled:
    """Return the files that the workspace was scored with; those that are named hold instead.

    One that is gone is an error, and so is another suite or profile in its place. One that was
    changed since is used as it is now, and said.
    """
    record = read_judged_by(workspace)
    used: dict[Path, bool] = {}
    for option, file in _needed(record, suite=suite, profile=profile):
        path = _found(file.path, workspace)
        digest = _digest(path)
        if digest is None:
            raise InvalidInput(
                f"{path}: is gone; {workspace} was scored with it",
                fix=f"Say where it is now: {option} FILE. Or score the workspace again.",
            )
        used[path] = digest == file.digest
        if not used[path]:
            _require_same(option, file, path, workspace)
    same = " and ".join(path.name for path, unchanged in used.items() if unchanged)
    return Recalled(
        suite=suite or (_found(record.suite.path, workspace) if record.suite else None),
        profile=profile or (_found(record.profile.path, workspace) if record.profile else None),
        notes=(
            *_of_unchanged(same, record, workspace),
            *(
                f"{path}: was changed since {workspace} was scored; it is used as it is now"
                for path, unchanged in used.items()
                if not unchanged
            ),
        ),
    )


def scoring_command(workspace: Path, *, suite: Path | None, profile: Path | None) -> str:
    """Return the command that judges all runs of a workspace by these files."""
    words = ["midspan", "score", str(workspace)]
    for option, file in (("--suite", suite), ("--profile", profile)):
        words += [option, str(file)] if file is not None else []
    return shlex.join(words)


def command_before(workspace: Path, now: JudgedBy) -> str | None:
    """Return the command by which a workspace was scored, if it was with other files than these."""
    before = read_judged_by(workspace)
    return command_of(before, workspace) if before.files() and not before.same_as(now) else None


def command_of(record: JudgedBy, workspace: Path) -> str:
    """Return the command that judges all runs of a workspace by the files of a record."""
    suite, profile = (
        _found(file.path, workspace) if file is not None else None
        for file in (record.suite, record.profile)
    )
    return scoring_command(workspace, suite=suite, profile=profile)


def names_of(record: JudgedBy, workspace: Path, *, whole: bool = False) -> str:
    """Return the files of a record as a person would name them; `whole`: with their folders."""
    paths = [_found(file.path, workspace) for file in record.files()]
    return " and ".join(str(path) if whole else path.name for path in paths) or (
        "no suite or profile"
    )


def _of_unchanged(same: str, record: JudgedBy, workspace: Path) -> Iterator[str]:
    """Yield what is to be said of files that are as they were when runs were judged by them."""
    if same and not record.mixed:
        yield f"with {same}, as it was scored"
    elif same:
        yield (
            f"with {same}, by which not all of {workspace} was scored; to judge all runs alike: "
            f"{command_of(record, workspace)}"
        )


def _require_same(option: Option, file: JudgingFile, path: Path, workspace: Path) -> None:
    """Raise where a file is another suite or profile: the workspace may have been moved to it."""
    name = _name_of(path, option)
    if file.name is not None and file.name != name:
        what = option.removeprefix("--")
        raise InvalidInput(
            f"{path}: is the {what} {name!r}; {workspace} was scored with the {what} {file.name!r}",
            fix=f"Say where that one is: {option} FILE. Or score the workspace again.",
        )


def _needed(
    record: JudgedBy, *, suite: Path | None, profile: Path | None
) -> Iterator[tuple[Option, JudgingFile]]:
    """Yield the files of a record that nothing named takes the place of."""
    if suite is None and record.suite is not None:
        yield "--suite", record.suite
    if profile is None and record.profile is not None:
        yield "--profile", record.profile
    if suite is None and profile is None and record.suite_profile is not None:
        yield "--profile", record.suite_profile


def _profile_of(suite: Path) -> Path | None:
    # It asks scoring for what is doubtful in a profile, so it cannot be known before this is.
    from midspan.pipelines.files import load_suite

    named = load_suite(suite).profile
    return suite.parent / named if named is not None else None


def _name_of(file: Path, option: Option) -> str:
    from midspan.pipelines.files import load_profile, load_suite

    if option == "--suite":
        return load_suite(file).suite
    return load_profile(file, doubted=False).profile


def _described(file: Path | None, workspace: Path, option: Option) -> JudgingFile | None:
    digest = _digest(file) if file is not None else None
    if file is None or digest is None:
        return None
    # A folder that holds both may be moved as a whole.
    where, home = Path(os.path.abspath(file)), Path(os.path.abspath(workspace))
    beside = where.is_relative_to(home.parent)
    path = os.path.relpath(where, home) if beside else str(where)
    return JudgingFile(path=path, digest=digest, name=_name_of(file, option))


def _found(path: str, workspace: Path) -> Path:
    """Return where a file is now, as a person would name it."""
    return Path(os.path.normpath(workspace / path))


def _digest(file: Path) -> str | None:
    """Return a digest of what is in a file, None if there is no such file."""
    try:
        with explained(file):
            content = file.read_bytes()
    except FileNotFoundError:
        return None
    return hashlib.blake2b(content, digest_size=16).hexdigest()
