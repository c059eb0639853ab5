"""Loads the files that people write: suites, profiles and expectations, from disk."""

import difflib
import warnings
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from midspan.scorers.errors import InvalidInput, SurroundingsError
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.plugins import available, load_scorer
from midspan.scorers.profile import Base, Extension, Profile, shipped_pack
from midspan.scorers.setting import Setting
from midspan.scorers.suite import ExpectedCalls, Suite

_LISTED: Final = 20

_NO_SUCH_FILE: Final = "`midspan init DIR` writes a suite and a profile to start from."


def load_suite(path: Path | str) -> Suite:
    """Return the suite in a file."""
    return Suite.parse(_read(Path(path)), source=str(path))


def load_profile(path: Path | str) -> Profile:
    """Return the profile in a file, laid over the packs and files that it extends.

    A scorer that is not installed is no mistake of the file, and most often one all the same: a
    warning says so.
    """
    profile = Profile.parse(_read(Path(path)), source=str(path), resolve=_resolve)
    for name in profile.scorers:
        if name not in available():
            close = difflib.get_close_matches(name, available(), n=1)
            hint = f"Did you mean {close[0]}?" if close else f"There are {', '.join(available())}."
            text = f"{path}: scorers.{name}: no such scorer is installed. {hint}"
            warnings.warn(text, stacklevel=2)
    return profile


def load_suite_profile(path: Path | str, suite: Suite) -> Profile:
    """Return the profile that a suite names, relative to the suite's file; else the default."""
    if suite.profile is None:
        return Profile.default()
    return load_profile(Path(path).parent / suite.profile)


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
) -> Setting:
    """Return what runs are judged by: a suite with its profile, unless another one is named.

    Expectations overlay those of the suite. `tasks` are those that were run: expectations of a
    task that is neither among them nor in the suite are a mistake.
    """
    parsed = load_suite(suite) if suite is not None else None
    if profile is None and suite is not None and parsed is not None and parsed.profile is not None:
        profile = suite.parent / parsed.profile
    judged_by = load_profile(profile) if profile is not None else None
    if profile is not None and judged_by is not None:
        _check_parameters(judged_by, profile)
    expected = load_expectations(expectations) if expectations is not None else {}
    known = {*tasks, *(task.id for task in (parsed.tasks if parsed else ()))}
    _refuse_unknown(expected, known, expectations)
    return Setting.of(suite=parsed, profile=judged_by, expectations=expected)


def _check_parameters(profile: Profile, source: Path) -> None:
    """Raise for parameters that a scorer does not have or refuses, with the file they stand in."""
    for name, wanted in profile.scorers.items():
        if isinstance(wanted, Mapping) and name in available():
            try:
                load_scorer(name, wanted)
            except InvalidInput as error:
                message = error.args[0].removeprefix(f"scorer {name}: ")
                raise InvalidInput(f"{source}: scorers.{name}: {message}", fix=error.fix) from error


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
