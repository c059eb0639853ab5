"""`midspan report`: everything that a workspace says, in one file to send around."""

import sys
import time
import webbrowser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from midspan.pipelines.cli import console, judging_options
from midspan.pipelines.cli.compare import AXES
from midspan.pipelines.cli.file_type import FILE
from midspan.pipelines.cli.rows import json_text
from midspan.scorers.errors import Exit, InvalidInput

if TYPE_CHECKING:
    from midspan.dashboards.report.page import Bundle
    from midspan.pipelines.reporting.gathering import Gathered, Tell
    from midspan.pipelines.reporting.report import Report
    from midspan.pipelines.reporting.writing import Written

PAGE: Final = Path("report.html")
PIVOTS: Final = click.Choice(["variant", *AXES.choices])
LONG: Final = 2.0
"""Seconds after which it is said what is being done."""


@dataclass(frozen=True, kw_only=True)
class _Target:
    """Where a report goes: into a file, a folder or a Space."""

    page: Path
    folder: Path | None
    space: str | None
    public: bool

    @property
    def is_file(self) -> bool:
        return self.folder is None and self.space is None


@click.command()
@click.argument("workspace", type=FILE)
@click.option(
    "-o", "--output", type=FILE, metavar="FILE", help="Where to write it; else report.html here."
)
@click.option("--open", "open_", is_flag=True, help="Show it in the browser.")
@click.option("--title", metavar="TEXT", help="What it is called; else the experiments.")
@judging_options.suite("Another than it was scored with.")
@judging_options.profile("Another than it was scored with.")
@click.option("--one-file", is_flag=True, help="Nothing beside it: of long texts the beginning.")
@click.option("--terminal", is_flag=True, help="The overview, on the terminal.")
@click.option("--markdown", is_flag=True, help="The overview, as Markdown.")
@click.option("--json", "as_json", is_flag=True, help="What the page is drawn from, as JSON.")
@click.option("--by", type=PIVOTS, help="Lines of the overview; else variants.")
@click.option("--folder", type=FILE, metavar="DIR", help="As a site, for GitHub Pages.")
@click.option("--push-space", "space", metavar="ORG/NAME", help="As a static Space, a private one.")
@click.option("--public", is_flag=True, help="The Space is for everybody.")
def command(
    workspace: Path,
    output: Path | None,
    open_: bool,
    title: str | None,
    suite: Path | None,
    profile: Path | None,
    one_file: bool,
    by: str | None,
    folder: Path | None,
    space: str | None,
    public: bool,
    **forms: bool,
) -> int:
    """Write a report of a workspace: one HTML file that needs no network.

    Suite and profile are those that it was scored with. Keys and tokens are taken out of it once
    more. Long texts lie in a folder beside the file, and are read when they are looked at.

    \b
    Example:
      midspan report shop --open
      midspan report shop -o shop.html --one-file
      midspan report shop --markdown --by revision
      midspan report shop --push-space my-org/shop-report
    """
    from midspan.pipelines.reporting.bundle import bundle
    from midspan.pipelines.reporting.gathering import Judged, gathered
    from midspan.pipelines.reporting.writing import require_free
    from midspan.pipelines.workspace import Workspace

    form = _form(by, **forms)
    _refuse_what_does_not_fit(form, output, folder, space, open_=open_, public=public)
    if form is None and folder is None and space is None:
        require_free(output or PAGE)
    program = bundle() if form is None else None
    opened = Workspace(workspace)
    judged = Judged.of(workspace, suite=suite, profile=profile)
    for line in judged.notes:
        console.note(line)
    with _told_when_long() as tell:
        found = gathered(opened, judged, title=title, tell=tell)
        if program is not None:
            to = _Target(page=output or PAGE, folder=folder, space=space, public=public)
            _write(found, program, to, one_file=one_file, tell=tell)
    if form is not None:
        _show(found, form, by or "variant")
    if open_:
        from midspan.pipelines.reporting.publishing import INDEX

        page = folder / INDEX if folder is not None else output or PAGE
        webbrowser.open(page.resolve().as_uri())
    return Exit.DONE


def _form(by: str | None, *, terminal: bool, markdown: bool, as_json: bool) -> str | None:
    """Return which form was asked for on stdout; None for a page."""
    asked = {"terminal": terminal, "markdown": markdown, "json": as_json}
    forms = [name for name, is_asked in asked.items() if is_asked]
    if len(forms) > 1:
        raise InvalidInput(f"--{forms[0]} and --{forms[1]} are two reports", fix="Ask for one.")
    if by is not None and forms not in (["terminal"], ["markdown"]):
        raise InvalidInput(
            "--by names the lines of the overview, and this report holds all of them",
            fix=f"Add --terminal or --markdown, or leave out --by {by}.",
        )
    return forms[0] if forms else None


def _refuse_what_does_not_fit(
    form: str | None,
    output: Path | None,
    folder: Path | None,
    space: str | None,
    *,
    open_: bool,
    public: bool,
) -> None:
    from midspan.pipelines.reporting.publishing import require_name

    if public and space is None:
        raise InvalidInput("--public says who may read a Space", fix="Name it: --push-space")
    if space is not None:
        require_name(space)
    targets = [
        option
        for option, is_given in (
            (f"--{form}", form is not None),
            ("--output", output is not None),
            ("--folder", folder is not None),
            ("--push-space", space is not None),
        )
        if is_given
    ]
    if len(targets) > 1:
        raise InvalidInput(f"{targets[0]} and {targets[1]} are two reports", fix="Ask for one.")
    if open_ and (form is not None or space is not None):
        raise InvalidInput(f"--open shows a file, and {targets[0]} writes none")


def _show(found: "Gathered", form: str, by: str) -> None:
    from midspan.dashboards.report.overview import overview
    from midspan.dashboards.report.overview_pages import overview_markdown, overview_page
    from midspan.pipelines.reporting.report import plain_document

    if form == "json":
        sys.stdout.write(json_text(plain_document(found)))
    elif form == "markdown":
        sys.stdout.write(overview_markdown(overview(found.frames, by=by)))
    else:
        screen = console.output()
        screen.print(overview_page(overview(found.frames, by=by), screen.width))


def _write(
    found: "Gathered", program: "Bundle", to: _Target, *, one_file: bool, tell: "Tell"
) -> None:
    from midspan.pipelines.reporting.publishing import push_space, site_folder, write_folder
    from midspan.pipelines.reporting.report import report
    from midspan.pipelines.reporting.writing import folder_of, write

    beside = folder_of(to.page) if to.is_file else site_folder()
    made = report(found, program, folder=beside, one_file=one_file, tell=tell)
    tell("writing")
    if to.space is not None:
        about = f"A report of {made.runs:,} agent runs."
        title = found.frames.about.title
        pushed = push_space(made, to.space, title=title, about=about, public=to.public)
        click.echo(f"{pushed.url} ({'private' if pushed.private else 'public'})")
        written = pushed.written
    else:
        written = write_folder(made, to.folder) if to.folder is not None else write(made, to.page)
        click.echo(str(written.page))
    _say(written, found, made, one_file=one_file)


def _say(written: "Written", found: "Gathered", made: "Report", *, one_file: bool) -> None:
    """Say on stderr what was written, and what was left out of it."""
    from midspan.dashboards.terminal.cells import counted

    console.note(f"{counted(made.runs, 'run')} · {_megabytes(written.bytes)}")
    if written.beside is not None:
        files = counted(written.files, "file")
        size = _megabytes(written.beside_bytes)
        console.note(f"beside it: {written.beside.name}/, {files}, {size}: send both")
    if made.cut and one_file:
        console.note(f"{counted(made.cut, 'long text')} cut, as --one-file asks")
    if found.secrets_found:
        console.note(
            f"{counted(found.secrets_found, 'secret')} taken out: midspan redacts once more"
        )


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1000:.0f} kB"


@contextmanager
def _told_when_long() -> Iterator["Tell"]:
    """Give a function that names the stage; said on a terminal, once it has taken a while."""
    notes, begun = console.notes(), time.monotonic()
    with notes.status("") as status:
        if not notes.is_terminal:
            status.stop()

        def tell(stage: str) -> None:
            if time.monotonic() - begun > LONG:
                status.update(stage)

        yield tell
