"""What a run has used, from the lines of its spool files."""

import json
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.worker.budgets import exceeded
from midspan.pipelines.sweep.worker.prices import Prices
from midspan.pipelines.sweep.worker.usage import Meter, Usage
from midspan.scorers.profile.prices import PerMillion, Price
from midspan.scorers.suite import Budget

PROXY = "midspan-proxy"
LLM: dict[str, Any] = {
    "openinference.span.kind": "LLM",
    "gen_ai.request.model": "m-1",
    "gen_ai.usage.input_tokens": 100,
    "gen_ai.usage.output_tokens": 20,
}
TOOL = {"openinference.span.kind": "TOOL"}
PRICES = Prices(
    prices=(
        Price(model="m-*", per_million=PerMillion(new=2.0, cached=1.0, output=10.0)),
        Price(model="*", per_million=PerMillion(new=1000.0, output=1000.0)),
    )
)


def value(of: object) -> dict[str, Any]:
    return {"intValue": str(of)} if isinstance(of, int) else {"stringValue": str(of)}


def line(attributes: dict[str, Any], service: str = PROXY, code: int = 1) -> bytes:
    span = {
        "name": "x",
        "attributes": [{"key": key, "value": value(of)} for key, of in attributes.items()],
        "status": {"code": code},
    }
    resource = {"attributes": [{"key": "service.name", "value": value(service)}]}
    scopes = [{"scope": {"name": "s"}, "spans": [span]}]
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": scopes}]}).encode()


def meter(spool: Path) -> Meter:
    return Meter(spool=spool, stem="a-0", prices=PRICES)


def used(spool: Path, *lines: bytes) -> Usage:
    (spool / "a-0.otlp.jsonl").write_bytes(b"".join(each + b"\n" for each in lines))
    return meter(spool).look()


def test_requests_and_tools_are_counted(tmp_path: Path) -> None:
    assert used(tmp_path, line(LLM), line(TOOL), line(LLM)) == Usage(
        turns=2, tool_calls=1, tokens=240, cost_usd=0.0008, spans=3
    )


@pytest.mark.parametrize(
    ("attributes", "code"), [({**LLM, "http.request.resend_count": 1}, 1), (LLM, 2)]
)
def test_a_retry_of_the_client_is_no_turn_and_costs_all_the_same(
    tmp_path: Path, attributes: dict[str, Any], code: int
) -> None:
    found = used(tmp_path, line(attributes, code=code))
    assert (found.turns, found.tokens) == (0, 120)


def test_what_both_have_recorded_counts_once(tmp_path: Path) -> None:
    lines = [line(LLM), line(LLM), line(LLM, "agent"), line(TOOL, "agent"), line(TOOL, "agent")]
    found = used(tmp_path, *lines)
    assert (found.turns, found.tool_calls, found.tokens, found.spans) == (2, 2, 240, 5)


def test_cached_tokens_have_their_own_price(tmp_path: Path) -> None:
    cached = {**LLM, "gen_ai.usage.cache_read.input_tokens": 60}
    assert used(tmp_path, line(cached)).cost_usd == pytest.approx(
        (40 * 2.0 + 60 * 1.0 + 20 * 10.0) / 1e6
    )


def test_a_file_is_read_as_it_grows_and_on_in_its_next_segment(tmp_path: Path) -> None:
    part, one = tmp_path / "a-0.otlp.jsonl.part", meter(tmp_path)
    assert one.look() == Usage()
    whole = line(LLM)
    part.write_bytes(whole + b"\n" + whole[:50])
    assert one.look().turns == 1
    part.write_bytes(whole + b"\n" + whole + b"\n")
    assert one.look().turns == 2
    part.rename(tmp_path / "a-0.otlp.jsonl")
    assert one.look().turns == 2
    (tmp_path / "a-0.001.otlp.jsonl.part").write_bytes(whole + b"\n")
    assert one.look().turns == 3
    assert meter(tmp_path).look() == one.look()


def test_lines_that_are_no_spans_are_left_to_ingest(tmp_path: Path) -> None:
    assert used(tmp_path, b"{", b"", b'{"resourceSpans": 1}', line(LLM)).turns == 1


def odd(key: str, said: object, **more: Any) -> bytes:
    """A line of an LLM call with one attribute that is as it is written here."""
    whole = json.loads(line({**LLM, **more}, "agent"))
    (span,) = whole["resourceSpans"][0]["scopeSpans"][0]["spans"]
    span["attributes"] = [one for one in span["attributes"] if one["key"] != key]
    span["attributes"].append({"key": key, "value": said})
    return json.dumps(whole).encode()


@pytest.mark.parametrize(
    "said",
    [
        {"intValue": None},
        {"intValue": "1.5"},
        {"intValue": "many"},
        {"intValue": "9" * 400},
        {"intValue": "9" * 5000},
        {"intValue": [1]},
        {"intValue": "-7"},
        {"doubleValue": "NaN"},
        {"stringValue": "many"},
        {"boolValue": "yes"},
        {"arrayValue": {"values": []}},
        None,
        "7",
    ],
)
@pytest.mark.parametrize(
    "key", ["midspan.spans_lost", "gen_ai.usage.output_tokens", "llm.cost.total"]
)
def test_an_odd_attribute_is_passed_over_and_the_rest_of_its_line_counts(
    tmp_path: Path, key: str, said: object
) -> None:
    found = used(tmp_path, odd(key, said))
    tokens = 100 if key == "gen_ai.usage.output_tokens" else 120
    assert (found.turns, found.tokens, found.spans, found.lost) == (1, tokens, 1, 0)
    assert 0 <= found.cost_usd <= 0.0004


@pytest.mark.parametrize(
    "whole",
    [
        b"[" * 100_000,
        b'{"resourceSpans": [{"resource": {"attributes": 5}}]}',
        b'{"resourceSpans": [{"resource": {"attributes": [1]}}]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": [null]}]}]}]}',
        b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"status": 2}]}]}]}',
    ],
)
def test_a_line_of_another_form_counts_for_nothing(tmp_path: Path, whole: bytes) -> None:
    assert used(tmp_path, whole, line(LLM)).turns == 1


def test_a_number_without_an_end_is_none(tmp_path: Path) -> None:
    whole = odd("gen_ai.usage.output_tokens", {"doubleValue": 7.5})
    for without_end in (b"1e999", b"Infinity"):
        assert used(tmp_path, whole.replace(b"7.5", without_end), line(LLM)).turns >= 1


def test_spans_lost_are_as_many_as_a_record_can_hold_at_most(tmp_path: Path) -> None:
    assert used(tmp_path, odd("midspan.spans_lost", {"intValue": "7"})).lost == 7
    assert used(tmp_path, odd("midspan.spans_lost", {"intValue": str(2**40)})).lost == 2**31 - 1


def test_agents_of_openinference_are_held_to_a_budget_in_dollars(tmp_path: Path) -> None:
    call = {
        "openinference.span.kind": "LLM",
        "llm.model_name": "m-1",
        "llm.token_count.prompt": 100,
        "llm.token_count.completion": 20,
        "llm.token_count.prompt_details.cache_read": 60,
    }
    found = used(tmp_path, line(call, "agent"))
    assert found.tokens == 120
    assert found.cost_usd == pytest.approx((40 * 2.0 + 60 * 1.0 + 20 * 10.0) / 1e6)
    assert exceeded(Budget(cost_usd=0.0003), found) == "cost_usd"


def test_cached_tokens_that_the_input_leaves_out_are_added_to_it(tmp_path: Path) -> None:
    call = {
        "openinference.span.kind": "LLM",
        "llm.model_name": "m-1",
        "llm.token_count.prompt": 100,
        "llm.token_count.completion": 20,
        "llm.token_count.prompt_details.cache_read": 160,
    }
    found = used(tmp_path, line(call, "agent"))
    assert found.tokens == 280
    assert found.cost_usd == pytest.approx((100 * 2.0 + 160 * 1.0 + 20 * 10.0) / 1e6)


@pytest.mark.parametrize(
    ("usage", "kind"),
    [
        (Usage(turns=2, tool_calls=3, tokens=10, cost_usd=0.5), None),
        (Usage(turns=3), "turns"),
        (Usage(tool_calls=4, tokens=11), "tool_calls"),
        (Usage(tokens=11), "tokens"),
        (Usage(cost_usd=0.51), "cost_usd"),
    ],
)
def test_a_limit_is_passed_by_more_than_it(usage: Usage, kind: str | None) -> None:
    budget = Budget(turns=2, tool_calls=3, tokens=10, cost_usd=0.5)
    assert exceeded(budget, usage) == kind
    unlimited = Budget(turns=None, tool_calls=None, tokens=None, cost_usd=None)
    assert exceeded(unlimited, usage) is None
