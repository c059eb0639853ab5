from pathlib import Path

import pytest

from midspan.dashboards.report.page import GENERATOR
from midspan.pipelines.reporting.report import Report
from midspan.pipelines.reporting.writing import Written, write
from midspan.scorers.errors import InvalidInput

PAGE = f'<meta name="generator" content="{GENERATOR}">'


def made(page: str = PAGE, **beside: str) -> Report:
    files = {f"report-files/{name}-0000.js": content for name, content in beside.items()}
    return Report(page=page, beside=files, runs=1)


def test_a_report_is_replaced_with_all_that_lay_beside_it(tmp_path: Path) -> None:
    page = tmp_path / "new" / "report.html"
    first = write(made(steps="a", text="bc"), page)
    assert first == Written(
        page=page,
        bytes=len(PAGE),
        beside=tmp_path / "new" / "report-files",
        files=2,
        beside_bytes=3,
    )
    again = write(made(PAGE + "ä", steps="d"), page)
    assert again.bytes == len(PAGE) + 2
    assert [path.name for path in (tmp_path / "new" / "report-files").iterdir()] == [
        "steps-0000.js"
    ]
    write(made(), page)
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["report.html"]


def test_what_is_no_report_is_left_as_it_is(tmp_path: Path) -> None:
    other = tmp_path / "report.html"
    other.write_text("my own page")
    with pytest.raises(InvalidInput, match="no report of midspan: it is left as it is"):
        write(made(), other)
    assert other.read_text() == "my own page"
    with pytest.raises(InvalidInput, match="is a folder"):
        write(made(), tmp_path)


def test_a_folder_beside_it_that_holds_something_else_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "report-files").mkdir()
    (tmp_path / "report-files" / "thesis.txt").write_text("mine")
    with pytest.raises(InvalidInput, match=r"holds thesis\.txt"):
        write(made(steps="a"), tmp_path / "report.html")
    assert [path.name for path in tmp_path.iterdir()] == ["report-files"]


def test_an_empty_file_may_be_written_over(tmp_path: Path) -> None:
    (tmp_path / "report.html").touch()
    assert write(made(), tmp_path / "report.html").bytes == len(PAGE)
