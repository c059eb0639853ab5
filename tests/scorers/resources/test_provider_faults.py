import polars as pl
import pytest

from midspan.scorers.profile import Profile
from midspan.scorers.resources import ProviderFaults
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, spans, tables
from tests.scorers.builders import text as text_rows

LLM = {"kind": "llm"}
FAILED = {"kind": "llm", "status": "error"}
PROFILE = 'profile: shop\ncontract: 1\nerrors: {transient: ["quota resets in"]}\n'


def scored(*rows: Row, said: list[Row] | None = None) -> pl.DataFrame:
    scorer = ProviderFaults()
    setting = Setting.of(profile=Profile.parse(PROFILE))
    read = tables(setting, spans=spans(*rows), text=text_rows(*(said or [])))
    rows_ = score_rows(scorer.score(read).collect(), name="provider_faults", scorer=scorer)
    return rows_.sort("run_id", "name", "span_id")


def test_the_rows_in_full() -> None:
    rows = scored(
        FAILED | {"error_type": "RateLimitError", "http_status": 429},
        LLM | {"retry_of": "s0"},
        FAILED,
        said=[{"span_id": "s0", "error_message": "slow down"}],
    )
    columns = ["span_id", "name", "value", "label", "explanation", "evidence"]
    assert rows.select(columns).rows() == [
        (
            *("s0", "provider_fault", 1.0, "fail"),
            "the request failed, and may pass when sent again: HTTP 429: RateLimitError: slow down",
            ["s0"],
        ),
        ("s2", "provider_fault", 1.0, "fail", "the request failed: no reason given", ["s2"]),
        (
            *(None, "provider_faults", 2.0, None),
            *("2 requests failed, 1 of them transient", ["s0", "s2"]),
        ),
        (
            *(None, "provider_retries", 1.0, None),
            *("1 request sent again by the provider's client", ["s1"]),
        ),
    ]


@pytest.mark.parametrize(
    ("row", "message", "transient"),
    [
        ({"http_status": 503}, None, 1),
        ({"http_status": 400}, "Bad request", 0),
        ({"error_type": "APITimeoutError"}, None, 1),
        ({"error_type": "litellm.RateLimitError"}, None, 1),
        ({"error_type": "AuthenticationError"}, None, 0),
        ({}, "Request timed out.", 1),
        ({"error_type": "ServerError"}, "the quota resets in 3 s", 1),
        ({}, "x" * 300 + " timed out", 0),
        ({}, "there are 429 tokens", 0),
    ],
)
def test_what_is_transient(row: Row, message: str | None, transient: int) -> None:
    said = [{"span_id": "s0", "error_message": message}]
    rows = scored(FAILED | row, said=said).filter(name="provider_faults")
    assert rows["explanation"].item() == f"1 request failed, {transient} of them transient"


def test_only_requests_that_count() -> None:
    rows = scored(FAILED | {"duplicate_of": "s1"}, LLM, {"kind": "tool", "status": "error"})
    assert rows.select("name", "value", "explanation").rows() == [
        ("provider_faults", 0.0, "no request failed"),
        ("provider_retries", 0.0, "0 requests sent again by the provider's client"),
    ]
    assert scored({"kind": "tool"}).height == 0
