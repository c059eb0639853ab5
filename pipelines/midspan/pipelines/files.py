"""Loads the files that people write: suites, profiles and expectations, from disk."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from midspan.scorers.errors import InvalidInput, SurroundingsError
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.profile import Base, Extension, Profile, shipped_pack
from midspan.scorers.suite import ExpectedCalls, Suite

if TYPE_CHECKING:
    from midspan.scorers.setting import Setting

_LISTED: Final = 20

_NO_SUCH_FILE: Final = "`midspan init DIR` writes a suite and a profile to start from."


def load_suite(path: Path | str) -> Suite:
    """Return the suite in a file."""
    return Suite.parse(_read(Path(path)), source=str(path))


def load_profile(path: Path | str, *, doubted: bool = True) -> Profile:
    """Return the profile in a file, laid over the packs and files that it extends.

    What is no mistake of the file, and most often one all the same, is warned of: a scorer that is
    not installed, a predicate about tools of which the profile knows none. `doubted` is false
    where all that has been said before.
    """
    profile = Profile.parse(_read(Path(path)), source=str(path), resolve=_resolve)
    if not doubted:
        return profile
    # A second of imports, which workers and jobs can do without.
    from midspan.pipelines.scoring.profile_doubts import require_possible_gate, warn_of_profile

    require_possible_gate(profile, path)
    warn_of_profile(profile, path)
    return profile


def profile_files(path: Path | str) -> tuple[Path, ...]:
    """Return the file of a profile and those of the profiles that it extends."""
    read = [Path(path)]

    def resolve(extension: Extension, source: str) -> Base:
        base = _resolve(extension, source)
        if extension.is_file:
            read.append(Path(base.source))
        return base

    Profile.parse(_read(Path(path)), source=str(path), resolve=resolve)
    return tuple(dict.fromkeys(read))


def load_suite_profile(path: Path | str, suite: Suite, *, doubted: bool = True) -> Profile:
    """Return the profile that a suite names, relative to the suite's file; else the default."""
    if suite.profile is None:
        return Profile.default()
    return load_profile(Path(path).parent / suite.profile, doubted=doubted)


def load_expectations(path: Path | str) -> Mapping[str, ExpectedCalls]:
    """Return the expected calls in a file of JSON lines, by task."""
    from midspan.scorers.suite.expectations import read_expectations

    text = _read(Path(path), fix='A line a task: {"task": "...", "calls": [{"name": "..."}]}')
    return read_expectations(text, source=str(path))


def load_setting(
    *,
    suite: Path | None = None,
    profile: Path | None = None,
    expectations: Path | None = None,
    tasks: Collection[str] = (),
    scores: Collection[str] | None = None,
    examples: bool = True,
) -> "Setting":
    """Return what runs are judged by: a suite with its profile, unless another one is named.

    Expectations overlay those of the suite. `tasks` are those that were run: expectations of a
    task that is neither among them nor in the suite are a mistake. `scores` are those that have
    rows: a part of a composite that is none of them, and that no scorer gives, is warned of.
    Markers must keep to their examples, unless `examples` is false.
    """
    from midspan.pipelines.scoring.profile_doubts import (
        require_consistent,
        require_parameters,
        require_shares,
        warn_of_composites,
        warn_of_task_rules,
    )
    from midspan.scorers.setting import Setting

    parsed = load_suite(suite) if suite is not None else None
    if profile is None and suite is not None and parsed is not None and parsed.profile is not None:
        profile = suite.parent / parsed.profile
    judged_by = load_profile(profile) if profile is not None else None
    if profile is not None and judged_by is not None:
        require_parameters(judged_by, profile)
    expected = load_expectations(expectations) if expectations is not None else {}
    known = {*tasks, *(task.id for task in (parsed.tasks if parsed else ()))}
    _refuse_unknown(expected, known, expectations)
    setting = Setting.of(suite=parsed, profile=judged_by, expectations=expected)
    if suite is not None:
        warn_of_task_rules(setting, suite)
    if profile is not None:
        require_shares(setting, profile)
        if examples and setting.profile.scorers.get("markers") is not False:
            require_consistent(setting.profile, profile)
        if scores is not None:
            warn_of_composites(setting, profile, scores)
    return setting


def _refuse_unknown(expected: Collection[str], known: Collection[str], source: Path | None) -> None:
    unknown = [task for task in expected if task not in known]
    if unknown:
        listed = sorted(known)
        tasks = ", ".join(listed[:_LISTED]) + (", ..." if len(listed) > _LISTED else "")
        raise InvalidInput(
            "\n".join(
                f"{source}: no run, and no suite, has the task {task!r}.{suggestion(task, known)}"
                for task in unknown
            ),
            fix=f"There are {tasks}." if tasks else "No run says which task it is of.",
        )


def _resolve(extension: Extension, source: str) -> Base:
    if not extension.is_file:
        return shipped_pack(extension, source)
    path = Path(source).parent / extension.pack
    return Base(_read(path), str(path))


def _read(path: Path, *, fix: str = _NO_SUCH_FILE) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise InvalidInput(f"{path}: there is no such file", fix=fix) from None
    except IsADirectoryError:
        raise InvalidInput(f"{path}: is a folder; name the file in it") from None
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{path}: is not UTF-8 text (byte {error.start})") from None
    except OSError as error:
        raise SurroundingsError(f"{path}: cannot be read: {error.strerror or error}") from None
