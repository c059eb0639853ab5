"""A report where others can open it: a folder for GitHub Pages, a static Space on the Hub."""

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from midspan.pipelines.hub import client, explained, require_openness
from midspan.pipelines.reporting.report import Report
from midspan.pipelines.reporting.writing import Written, folder_of, write
from midspan.scorers.errors import InvalidInput

if TYPE_CHECKING:
    from huggingface_hub import HfApi

INDEX: Final = "index.html"

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
    hub = api if api is not None else client()
    with tempfile.TemporaryDirectory(prefix="midspan-") as directory:
        folder = Path(directory)
        written = write_folder(report, folder)
        readme = _README.format(title=_quoted(title), about=about.replace("\n", " "))
        (folder / "README.md").write_text(readme, encoding="utf-8")
        with explained(space):
            private = _space(hub, space, public=public)
            hub.upload_folder(
                repo_id=space,
                repo_type="space",
                folder_path=folder,
                commit_message="Write the report anew",
                delete_patterns=[f"{site_folder()}/*"],
            )
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
    require_openness(space, is_private=bool(info.private), public=public)
    return bool(info.private)


def _quoted(title: str) -> str:
    """Return a title as YAML takes it, whatever stands in it."""
    return json.dumps(title, ensure_ascii=True)
