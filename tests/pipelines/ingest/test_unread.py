"""Files that cannot be read: each is listed with the reason, and the others are read."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from midspan.pipelines.ingest import files, spill
from midspan.pipelines.ingest import ingest as module
from midspan.pipelines.ingest.decode import read
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.ingest.manifest import read_manifest
from midspan.pipelines.ingest.spill import spill_file
from midspan.pipelines.ingest.unread import unreadable
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput, SurroundingsError
from tests.pipelines.ingest.stories import OTHER, counts, story
from tests.support.otlp import RUN, write, write_text
from tests.support.workspaces import contents, ingested, rows


def link_to_nothing(path: Path) -> None:
    path.symlink_to("gone")


def link_without_end(path: Path) -> None:
    path.symlink_to("/dev/zero")


def pipe(path: Path) -> None:
    os.mkfifo(path)


def folder(path: Path) -> None:
    path.mkdir()
    (path / "inside.txt").touch()


KINDS = {
    link_to_nothing: "it is a link to gone, which is not there",
    link_without_end: "it is a device",
    pipe: "it is a pipe: name it by itself to read what comes through it",
}


@pytest.mark.parametrize("name", ["a.jsonl", "plan.jsonl", f"{OTHER}-0.result.json", "a.json.gz"])
@pytest.mark.parametrize(("make", "reason"), KINDS.items(), ids=lambda each: str(each)[10:20])
def test_what_is_no_file_is_listed_and_never_waited_for(
    tmp_path: Path, name: str, make: Callable[[Path], None], reason: str
) -> None:
    write(tmp_path / "in" / "spans.jsonl", story())
    make(tmp_path / "in" / name)
    for expected in ((4, 4, 0, 0), (0, 0, 0, 0)):
        summary = ingest([tmp_path / "in"], tmp_path / "ws")
        assert counts(summary) == expected
        assert summary.rejected == [f"{tmp_path}/in/{name}:0: could not be read: {reason}"]
    assert rows(Workspace(tmp_path / "ws"), "quarantine", "file", "position", "raw") == [
        (f"{tmp_path}/in/{name}", 0, "")
    ], "listed once, however many times it was tried"


def test_a_folder_is_no_file_whatever_it_is_called(tmp_path: Path) -> None:
    write(tmp_path / "in" / "spans.jsonl", story())
    folder(tmp_path / "in" / "folder.jsonl")
    assert ingest([tmp_path / "in"], tmp_path / "ws").rejected == []


def test_a_file_that_can_be_read_in_the_end_is_not_quarantined_any_more(tmp_path: Path) -> None:
    write(tmp_path / "in" / "spans.jsonl", story())
    (tmp_path / "in" / "late.jsonl").symlink_to("gone")
    ingest([tmp_path / "in"], tmp_path / "ws")
    write(tmp_path / "in" / "gone", story(trace=2, run_id=OTHER))
    summary = ingest([tmp_path / "in"], tmp_path / "ws")
    assert (counts(summary), summary.rejected) == ((4, 4, 0, 0), [])
    assert rows(Workspace(tmp_path / "ws"), "quarantine") == []


def test_where_nothing_can_be_read_it_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    pipe(tmp_path / "in" / "a.jsonl")
    with pytest.raises(SurroundingsError) as caught:
        ingest([tmp_path / "in"], tmp_path / "ws")
    assert str(caught.value).splitlines()[0] == (
        f"{tmp_path}/in/a.jsonl: it is a pipe: name it by itself to read what comes through it"
    )
    link_to_nothing(tmp_path / "b.jsonl")
    with pytest.raises(InvalidInput, match="it is a link to gone, which is not there"):
        ingest([tmp_path / "b.jsonl"], tmp_path / "ws")
    assert not (tmp_path / "ws").exists()


class TestWritersAtWork:
    def test_a_file_that_is_finished_while_files_are_listed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        part = write(tmp_path / "in" / f"{RUN}-0.otlp.jsonl.part", story())
        finished = part.with_name(f"{RUN}-0.otlp.jsonl")

        def renamed_first(path: Path) -> str | None:
            if part.exists():
                part.rename(finished)
            return unreadable(path)

        monkeypatch.setattr(files, "unreadable", renamed_first)
        summary = ingest([tmp_path / "in"], tmp_path / "ws")
        assert (counts(summary), summary.rejected) == ((4, 4, 0, 0), [])
        assert [line.file for line in read_manifest(tmp_path / "ws")] == [str(finished)]

    def test_a_file_that_is_finished_before_it_is_read(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        part = write(tmp_path / "in" / f"{RUN}-0.otlp.jsonl.part", story())

        def spill_after_the_rename(*arguments: object) -> object:
            part.rename(part.with_name(f"{RUN}-0.otlp.jsonl"))
            return spill_file(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(module, "spill_file", spill_after_the_rename)
        summary = ingest([tmp_path / "in"], tmp_path / "ws")
        assert (counts(summary), summary.rejected) == ((4, 4, 0, 0), [])
        again = ingest([tmp_path / "in"], tmp_path / "ws")
        assert (again.files, again.files_known) == (0, 1)

    def test_a_part_that_a_person_names_is_followed(self, tmp_path: Path) -> None:
        write(tmp_path / f"{RUN}-0.otlp.jsonl", story())
        summary = ingest([tmp_path / f"{RUN}-0.otlp.jsonl.part"], tmp_path / "ws")
        assert counts(summary) == (4, 4, 0, 0)

    def test_a_file_that_is_taken_away_is_listed(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        gone = write(tmp_path / "in" / "a.jsonl", story(trace=2, run_id=OTHER))
        write(tmp_path / "in" / "b.jsonl", story())

        def spill_after_the_removal(*arguments: object) -> object:
            gone.unlink(missing_ok=True)
            return spill_file(*arguments)  # type: ignore[arg-type]

        monkeypatch.setattr(module, "spill_file", spill_after_the_removal)
        summary = ingest([tmp_path / "in"], tmp_path / "ws")
        assert counts(summary) == (4, 4, 0, 0)
        reason = "could not be read: it was there a moment ago, and is gone"
        assert summary.rejected == [f"{gone}:0: {reason}"]


def test_a_file_that_fails_half_way_is_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = write(tmp_path / "in" / "bad.jsonl", story())
    write(tmp_path / "in" / "good.jsonl", story(trace=2, run_id=OTHER))

    def fails(path: Path) -> Iterator[object]:
        for number, item in enumerate(read(path)):
            if path == bad and number == 2:
                raise OSError(5, "Input/output error")
            yield item

    with monkeypatch.context() as patch:
        patch.setattr(spill, "read", fails)
        summary = ingest([tmp_path / "in"], tmp_path / "ws")
    assert counts(summary) == (6, 6, 0, 0)
    assert summary.rejected == [f"{bad}:0: could not be read: Input/output error"]
    again = ingest([tmp_path / "in"], tmp_path / "ws")
    assert (counts(again), again.rejected, again.files_known) == ((4, 2, 2, 0), [], 1)
    whole = [*story(), *story(trace=2, run_id=OTHER)]
    workspace = Workspace(tmp_path / "ws")
    assert contents(workspace) == contents(ingested(tmp_path / "whole", whole))
    assert rows(workspace, "quarantine") == []


@pytest.mark.parametrize("content", [b"", b" \n\t\n", b"\xef\xbb\xbf\n"])
def test_files_with_nothing_in_them(tmp_path: Path, content: bytes) -> None:
    empty = tmp_path / "in" / "empty.jsonl"
    spans = write(tmp_path / "in" / "spans.jsonl", story())
    empty.write_bytes(content)
    with pytest.raises(InvalidInput, match=r"empty\.jsonl: the file is empty: no spans to read"):
        ingest([empty], tmp_path / "ws")
    among_others = ingest([spans, empty], tmp_path / "ws")
    assert counts(among_others) == (4, 4, 0, 0)
    assert among_others.rejected == [f"{empty}:0: could not be read: there is nothing in it"]
    # A spool file that was only just opened is no reason to worry.
    assert ingest([tmp_path / "in"], tmp_path / "other").rejected == []


def test_an_empty_path_is_not_this_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "spans.jsonl", story())
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match=r"'': an empty path\nName a file or a folder; \. is"):
        ingest([""], tmp_path / "ws")
    assert counts(ingest(["."], tmp_path / "ws")) == (4, 4, 0, 0)


def test_a_mark_at_the_beginning_of_lines_costs_none(tmp_path: Path) -> None:
    plan = f'\ufeff{{"run_id": "{RUN}", "experiment": "shop", "task": "refund"}}'
    write_text(tmp_path / "in" / "plan.jsonl", plan)
    record = f'\ufeff{{"run_id": "{RUN}", "ended_by": "exit", "exit_code": 3}}'
    write_text(tmp_path / "in" / f"{RUN}-0.result.json", record)
    one = write(tmp_path / "one.jsonl", story()[:2]).read_text()
    two = write(tmp_path / "two.jsonl", story()[2:]).read_text()
    write_text(tmp_path / "in" / f"{RUN}-0.otlp.jsonl", f"\n\ufeff{one}\ufeff{two}")
    summary = ingest([tmp_path / "in"], tmp_path / "ws")
    assert (counts(summary), summary.rejected) == ((4, 4, 0, 0), [])
    assert rows(Workspace(tmp_path / "ws"), "runs", "task", "exit_code") == [("refund", 3)]


FEW_FILES = """
import resource, sys
from pathlib import Path
from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace

resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40))
workspace = Workspace.create(sys.argv[1], buckets=256)
print(ingest([Path(sys.argv[2])], workspace.path).kept)
print(workspace.table("runs").collect().height)
"""


def test_more_buckets_than_files_that_may_be_open(tmp_path: Path) -> None:
    spans = [
        span
        for number in range(90)
        for span in story(trace=number + 1, run_id=f"{number:032x}")[:1]
    ]
    file = write(tmp_path / "spans.jsonl", spans)
    arguments = [sys.executable, "-c", FEW_FILES, str(tmp_path / "ws"), str(file)]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.returncode) == (["90", "90"], 0), done.stderr
