"""The parts that need no Hub: patience, the ledger, listings, prices, labels."""

from pathlib import Path

import httpx2
import pytest
from huggingface_hub import JobHardwareInfo
from huggingface_hub.errors import HfHubHTTPError

from midspan.pipelines.sweep.launchers.hf_jobs.artefacts import artefacts
from midspan.pipelines.sweep.launchers.hf_jobs.labels import label
from midspan.pipelines.sweep.launchers.hf_jobs.ledger import Asked, Ended, Ledger, Submitted
from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience, is_passing
from midspan.pipelines.sweep.launchers.hf_jobs.prices import prices_of
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import refusal
from midspan.pipelines.sweep.launchers.hf_jobs.watching import Rhythm

RUN = "ab" * 16


def answered(status: int, **headers: str) -> HfHubHTTPError:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = httpx2.Request("GET", "https://hub.example/api")
    return HfHubHTTPError("no", response=httpx2.Response(status, headers=named, request=request))


def pauses(*errors: Exception, **patience: float) -> list[float]:
    slept: list[float] = []
    left = list(errors)

    def ask() -> str:
        if left:
            raise left.pop(0)
        return "done"

    assert Patience(sleep=slept.append, **patience).with_(ask) == "done"  # type: ignore[arg-type]
    return slept


def test_pauses_grow_to_a_bound() -> None:
    assert pauses(*[answered(500)] * 6, longest=10) == [1, 2, 4, 8, 10, 10]


def test_the_hub_may_ask_for_a_longer_pause() -> None:
    assert pauses(answered(429, retry_after="20")) == [20]
    assert pauses(answered(429, ratelimit='"api";r=0;t=55')) == [55]
    assert pauses(answered(429, retry_after="86400")) == [300]


def test_what_passes_and_what_does_not() -> None:
    assert [is_passing(answered(status)) for status in (429, 500, 503)] == [True] * 3
    assert [is_passing(answered(status)) for status in (400, 401, 402, 403, 404)] == [False] * 5
    assert is_passing(httpx2.ConnectError("refused"))
    assert not is_passing(ValueError("a mistake of ours"))
    of_transfer = ConnectionError("Request error: HTTP status client error (403 Forbidden)")
    assert not is_passing(of_transfer)


def test_a_mistake_of_ours_is_no_refusal() -> None:
    assert refusal(KeyError("x"), "trying") is None
    said = refusal(httpx2.ConnectError("refused"), "trying")
    assert said is not None
    assert said.passing
    assert said.args[0] == "trying: the Hub cannot be reached (ConnectError: refused)"


def asked(submission: str) -> Asked:
    return Asked(
        at_ns=1,
        submission=submission,
        batch="all",
        runs=[RUN],
        namespace="me",
        bucket="me/runs",
        folder="shop",
        flavor="cpu-basic",
        image="x",
        timeout="1h",
    )


def test_the_ledger_tells_of_each_job_what_all_its_lines_say(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "jobs.jsonl")
    assert ledger.jobs() == []
    ledger.append(asked("one"))
    assert [job.is_uncertain for job in ledger.jobs()] == [True]
    ledger.append(Submitted(at_ns=2, submission="one", job="j1", url="u"))
    ledger.append(asked("two"))
    assert [(job.is_open, job.is_uncertain) for job in ledger.jobs()] == [
        (True, False),
        (False, True),
    ]
    ledger.append(Ended(at_ns=3, job="j1", stage="COMPLETED", results=1))
    assert [job.is_open for job in ledger.jobs()] == [False, False]
    assert len(ledger.path.read_bytes().splitlines()) == 4


def test_a_line_that_was_cut_off_is_left_and_the_next_stands_on_its_own(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "jobs.jsonl")
    ledger.append(asked("one"))
    with ledger.path.open("ab") as file:
        file.write(b'{"event": "submitted", "at_')
    ledger.append(asked("two"))
    assert [job.asked.submission for job in ledger.jobs()] == ["one", "two"]


def test_damaged_lines_of_a_ledger_are_told_and_all_others_count(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "jobs.jsonl")
    ledger.append(asked("one"))
    with ledger.path.open("ab") as file:
        file.write(b'{"event": "sold"}\n{"event": "refused", "reason": "\xff\xfe"}\n')
    ledger.append(asked("two"))
    assert [job.asked.submission for job in ledger.jobs()] == ["one", "two"]
    first, second = ledger.damaged()
    assert first.startswith(f"{ledger.path}:2: left out, no line of a ledger: Invalid value 'sold'")
    assert second.startswith(f"{ledger.path}:3: left out, no line of a ledger: ")


def test_a_listing_is_put_together_by_launch() -> None:
    found = artefacts(
        [
            f"spool/{RUN}-0.result.json",
            f"spool/{RUN}-0.otlp.jsonl",
            f"spool/{RUN}-0.001.otlp.jsonl",
            f"spool/{RUN}-1.otlp.jsonl",
            f"logs/{RUN}-0.log",
            f"sessions/{RUN}-0/a/b.jsonl",
            "spool/plan.jsonl",
            f"spool/{'c' * 32}-0.result.json",
            f"sessions/{RUN}-0/../x",
        ],
        {RUN},
    )
    assert found.results() == {f"{RUN}-0"}
    assert found.launches[f"{RUN}-0"].in_order() == [
        f"logs/{RUN}-0.log",
        f"sessions/{RUN}-0/a/b.jsonl",
        f"spool/{RUN}-0.001.otlp.jsonl",
        f"spool/{RUN}-0.otlp.jsonl",
        f"spool/{RUN}-0.result.json",
    ]
    assert found.launches[f"{RUN}-1"].result is None
    assert found.strangers == (
        f"sessions/{RUN}-0/../x",
        f"spool/{'c' * 32}-0.result.json",
    )


@pytest.mark.parametrize(("unit", "per_minute"), [("minute", 0.6), ("hour", 0.01)])
def test_prices_are_of_a_minute(unit: str, per_minute: float) -> None:
    machine = JobHardwareInfo(
        name="a",
        prettyName="A",
        cpu="1",
        ram="1",
        accelerator=None,
        unitCostMicroUSD=1,
        unitCostUSD=0.6,
        unitLabel=unit,
    )
    assert prices_of([machine]) == {"a": pytest.approx(per_minute)}


def test_long_labels_are_cut_and_still_differ() -> None:
    one, other = label("m" * 200 + "1"), label("m" * 200 + "2")
    assert (len(one), len(other)) == (100, 100)
    assert one != other


def test_looks_become_rarer() -> None:
    looks = Rhythm(first=4, longest=10).pauses()
    assert [next(looks) for _ in range(4)] == [4, 6, 9, 10]
