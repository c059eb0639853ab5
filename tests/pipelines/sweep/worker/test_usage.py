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
