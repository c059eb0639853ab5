"""JSON text in the layouts that people and programs give it, and what is wrong with it."""

import json
from pathlib import Path

import pytest

from midspan.pipelines.ingest.decode import json_text, lines, read
from midspan.pipelines.ingest.raw import Rejected
from midspan.pipelines.ingest.span import Span
from tests.pipelines.ingest.decode.encodings import flat
from tests.pipelines.ingest.stories import story
from tests.support.otlp import Json, request


def outcome(directory: Path, text: str | bytes) -> list[tuple[int, str]]:
    """Return where each span stands with its id, or why there is none."""
    file = directory / "file"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [
        (item.position, item.reason if isinstance(item, Rejected) else item.span_id)
        for item in read(file)
        if not isinstance(item, Span)
    ]


def span(number: int) -> Json:
    return story()[0] | {"spanId": f"{number:016x}"}


ONE, TWO = json.dumps(request([span(1)])), json.dumps(request([span(2)]))
ID_1, ID_2 = f"{1:016x}", f"{2:016x}"


def test_positions_are_lines(tmp_path: Path) -> None:
    assert outcome(tmp_path, f"\n{ONE}\n\n  \n{TWO}") == [(2, ID_1), (5, ID_2)]


def test_documents_over_many_lines_stand_at_their_first(tmp_path: Path) -> None:
    pretty = [json.dumps(json.loads(each), indent=1) for each in (ONE, TWO)]
    height = pretty[0].count("\n")
    assert outcome(tmp_path, "\n\n".join(pretty)) == [(1, ID_1), (height + 3, ID_2)]


def test_a_first_line_that_was_cut_off_costs_itself_alone(tmp_path: Path) -> None:
    cut = ONE[: ONE.index("{", 5) + 1]
    assert cut.endswith("{"), "it looks like the beginning of a document over many lines"
    found = outcome(tmp_path, f"{cut}\n{TWO}\n{ONE}\n")
    assert [(position, text[:20]) for position, text in found] == [
        (1, "not readable as JSON"),
        (2, ID_2),
        (3, ID_1),
    ]


def test_a_document_that_was_cut_off_is_one_row(tmp_path: Path) -> None:
    pretty = json.dumps(json.loads(ONE), indent=2)
    ((position, reason),) = outcome(tmp_path, pretty[: len(pretty) // 2])
    assert (position, reason[:21]) == (1, "not readable as JSON:")


def test_a_document_after_a_good_one_that_cannot_be_read(tmp_path: Path) -> None:
    pretty = json.dumps(json.loads(ONE), indent=2)
    (first, (position, reason)) = outcome(tmp_path, f"{pretty}\n{pretty[:40]}")
    assert (first, position) == ((1, ID_1), pretty.count("\n") + 2)
    assert reason.startswith("not readable as JSON: ")


def test_a_line_that_is_too_long_is_told_and_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "LONGEST", len(ONE) + 10)
    padded = ONE + " " * 20
    assert outcome(tmp_path, f"{padded}\n{TWO}\n{padded}") == [
        (1, "a line longer than 256 MiB: write smaller batches"),
        (2, ID_2),
        (3, "a line longer than 256 MiB: write smaller batches"),
    ]


def test_a_document_that_is_too_long_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_text, "LONGEST", 100)
    assert outcome(tmp_path, json.dumps(json.loads(ONE), indent=2)) == [
        (1, "a document longer than 256 MiB: write smaller batches")
    ]


def test_metrics_are_told_once(tmp_path: Path) -> None:
    metrics = json.dumps({"resourceMetrics": [{"scopeMetrics": []}]})
    assert outcome(tmp_path, f"{metrics}\n{ONE}\n{metrics}\n") == [
        (1, "metrics are not read: this row stands for all of them in the file"),
        (2, ID_1),
    ]


@pytest.mark.parametrize(
    "content",
    [
        b"hello\nworld\n",
        b'{"name": "package", "version": "1.0"}',
        b"[1, 2, 3]",
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"PK\x03\x04" + bytes(40),
        b"\xff\xfe{\x00}\x00",
        b"\x0a",
        b"SQLite format 3\x00",
    ],
)
def test_what_is_no_format_of_ours_is_one_row(tmp_path: Path, content: bytes) -> None:
    found = outcome(tmp_path, content)
    if not content.strip():
        assert found == []
        return
    ((position, reason),) = found
    assert (position, reason.split(":")[0]) == (1, "no format that can be read")
    assert "Claude Code" in reason, "says what was expected"


def test_a_sender_without_records_is_no_fault(tmp_path: Path) -> None:
    empty: list[Json] = [
        {"resourceSpans": []},
        {"resourceSpans": [{"resource": {"attributes": []}, "schemaUrl": ""}]},
        {"resourceSpans": [{"scopeSpans": [{"scope": {}}]}]},
        {"resourceLogs": [{"scopeLogs": []}]},
    ]
    assert outcome(tmp_path, "\n".join(map(json.dumps, empty))) == []


def test_a_sender_with_something_else_in_it_is_told(tmp_path: Path) -> None:
    document = {"resourceSpans": [{"resource": {}, "scope-spans": [{"spans": [span(1)]}]}]}
    assert outcome(tmp_path, json.dumps(document)) == [(1, "resourceSpans does not fit OTLP")]


def test_of_spans_by_themselves_the_bad_one_is_told(tmp_path: Path) -> None:
    good, bad = flat([span(1), span(2)])
    bad["startTimeUnixNano"] = []
    found = outcome(tmp_path, json.dumps([good, bad]))
    assert found == [
        (1, ID_1),
        (
            1,
            "span does not fit OTLP: Expected `int`, got `array` - at `$.startTimeUnixNano`",
        ),
    ]
