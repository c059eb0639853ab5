"""A report where others can open it: a folder for GitHub Pages, a static Space on the Hub."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from midspan.pipelines.reporting.report import Report
from midspan.pipelines.reporting.writing import Written, folder_of, write
from midspan.scorers.errors import InvalidInput, SurroundingsError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

INDEX: Final = "index.html"
INSTALL: Final = "pip install 'midspan[hub]'"

_README: Final = """\
---
title: {title}
emoji: 📐
colorFrom: gray
colorTo: blue
sdk: static
app_file: index.html
pinned: false
tags: [midspan]
---

{about}

The page asks no server for anything. It was made by `midspan report`.
"""


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """A Space that holds a report."""

    url: str
    private: bool
    written: Written


def write_folder(report: Report, folder: Path) -> Written:
    """Write a report as a site: `index.html`, what lies beside it, and no need to build it."""
    if folder.exists() and not folder.is_dir():
        raise InvalidInput(f"{folder}: is a file", fix="Name a folder.")
    written = write(report, folder / INDEX)
    # Else GitHub Pages takes it for the source of a site, and looks at every file.
    (folder / ".nojekyll").touch()
    return written


def site_folder() -> str:
    """Return the name of the folder beside the page of a site."""
    return folder_of(Path(INDEX))


def push_space(
    report: Report,
    space: str,
    *,
    title: str,
    about: str,
    public: bool,
    api: "HfApi | None" = None,
) -> Pushed:
    """Write a report into a static Space, and return where it is; a private one unless asked."""
    require_name(space)
    hub = api if api is not None else _api()
    with tempfile.TemporaryDirectory(prefix="midspan-") as directory:
        folder = Path(directory)
        written = write_folder(report, folder)
        readme = _README.format(title=_quoted(title), about=about.replace("\n", " "))
        (folder / "README.md").write_text(readme, encoding="utf-8")
        try:
            private = _space(hub, space, public=public)
            hub.upload_folder(
                repo_id=space,
                repo_type="space",
                folder_path=folder,
                commit_message="Write the report anew",
                delete_patterns=[f"{site_folder()}/*"],
            )
        except Exception as error:
            raise _explained(error, space) from error
    return Pushed(url=f"{hub.endpoint}/spaces/{space}", private=private, written=written)


def require_name(space: str) -> None:
    """Raise where this is no name of a Space."""
    owner, slash, name = space.partition("/")
    if not (owner and slash and name) or "/" in name or space.strip() != space:
        raise InvalidInput(f"{space!r} names no Space", fix="Name it as ORG/NAME.")


def _space(hub: "HfApi", space: str, *, public: bool) -> bool:
    """Return whether the Space is private, once it is there as it was asked for."""
    if not hub.repo_exists(space, repo_type="space"):
        hub.create_repo(space, repo_type="space", space_sdk="static", private=not public)
        return not public
    info: Any = hub.space_info(space)
    if info.sdk not in (None, "static"):
        raise InvalidInput(
            f"{space}: is a Space of {info.sdk}, and no report: it is left as it is",
            fix="Name another one.",
        )
    if bool(info.private) == public:
        now, asked = ("private", "public") if public else ("public", "private")
        raise InvalidInput(
            f"{space}: is there and {now}; it was asked for {asked}",
            fix="Add --public, if everybody may read it, or name another Space."
            if not public
            else "Leave --public out, or make it public in its settings.",
        )
    return bool(info.private)


def _api() -> "HfApi":
    try:
        from huggingface_hub import HfApi
    except ImportError:
        raise SurroundingsError("a Space needs the client of the Hub", fix=INSTALL) from None
    return HfApi()


def _explained(error: Exception, space: str) -> Exception:
    from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError

    if isinstance(error, LocalTokenNotFoundError):
        return SurroundingsError(f"{space}: nobody is logged in to the Hub", fix="hf auth login")
    if isinstance(error, HfHubHTTPError):
        status = error.response.status_code if error.response is not None else None
        fix = None
        if status in (401, 403):
            fix = "Log in as one who may write there: hf auth login"
        first = str(error).strip().splitlines()[0]
        return SurroundingsError(f"{space}: the Hub refuses it: {first}", fix=fix)
    return error


def _quoted(title: str) -> str:
    """Return a title as YAML takes it, whatever stands in it."""
    import json

    return json.dumps(title, ensure_ascii=True)
