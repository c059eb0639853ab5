"""Which spans are sent."""

from midspan.pipelines.publish.spans.kept import kept
from tests.scorers.builders import Row, spans


def sent(*rows: Row) -> list[str]:
    found: list[str] = kept(spans(*rows))["span_id"].to_list()
    return found


def test_a_span_that_repeats_another_is_left_out() -> None:
    assert sent(
        {"span_id": "root"},
        {"span_id": "call", "parent_id": "root"},
        {"span_id": "twin", "parent_id": "root", "duplicate_of": "call"},
    ) == ["root", "call"]


def test_a_repeat_stays_that_others_hang_under() -> None:
    assert sent(
        {"span_id": "root"},
        {"span_id": "outer", "parent_id": "root", "duplicate_of": "call"},
        {"span_id": "middle", "parent_id": "outer", "duplicate_of": "call"},
        {"span_id": "call", "parent_id": "middle"},
        {"span_id": "inner", "parent_id": "call", "duplicate_of": "call"},
        {"span_id": "innermost", "parent_id": "inner", "duplicate_of": "call"},
    ) == ["root", "outer", "middle", "call"]


def test_a_repeat_stays_that_stands_for_its_trace() -> None:
    assert sent(
        {"span_id": "call"},
        {"span_id": "twin", "trace_id": "0" * 31 + "2", "duplicate_of": "call"},
    ) == ["call", "twin"]


def test_a_repeat_stays_whose_original_is_not_there() -> None:
    assert sent(
        {"span_id": "root"},
        {"span_id": "twin", "parent_id": "root", "duplicate_of": "gone"},
    ) == ["root", "twin"]


def test_runs_do_not_keep_each_others_spans() -> None:
    assert sent(
        {"span_id": "root"},
        {"span_id": "call", "parent_id": "root"},
        {"span_id": "twin", "parent_id": "root", "duplicate_of": "call"},
        {"run_id": "other", "span_id": "root"},
        {"run_id": "other", "span_id": "call", "parent_id": "twin"},
    ) == ["root", "call", "root", "call"]
