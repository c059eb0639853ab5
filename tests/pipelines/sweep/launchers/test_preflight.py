"""What is found out before anything is paid for."""

from pathlib import Path

import pytest
from huggingface_hub import HfApi

from midspan.pipelines.sweep.launchers.hf_jobs import check_hub
from midspan.scorers.errors import MidspanError
from tests.support.fake_hub import Account, FakeHub
from tests.support.fake_hub.hub import TOKEN
from tests.support.hub_sweeps import SUITE, HubSweep, hub_sweep, quick

SERVED = SUITE.replace(
    '{name: org/careful, endpoint: "https://models.example/v1"}',
    '{name: org/careful, revision: "abc", serve: {engine: vllm, tool_call_parser: hermes}}',
)


def refusal(sweep: HubSweep, **environ: str) -> str:
    with pytest.raises(MidspanError) as raised:
        sweep.check(**environ)
    assert sweep.hub.jobs.submitted == []
    return str(raised.value)


def test_a_hub_that_is_ready(hub: FakeHub, sweep: HubSweep) -> None:
    checked = sweep.check()
    assert (checked.namespace, checked.bucket, checked.folder) == ("me", "me/runs", "shop")
    assert checked.usd_per_minute == 0.025
    assert checked.notes == ()
    assert hub.buckets.paths("me/runs") == ["shop/job/.writable"]


def test_no_token(
    hub: FakeHub, sweep: HubSweep, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "none"))
    with pytest.raises(MidspanError, match="there is no token for the Hub") as raised:
        check_hub(sweep.plan, api=HfApi(endpoint=hub.url, token=None), environ={})
    assert str(raised.value).endswith("then: hf auth login")


def test_a_token_that_the_hub_does_not_know(hub: FakeHub, sweep: HubSweep) -> None:
    hub.accounts.clear()
    assert refusal(sweep) == (
        "asking the Hub who the token belongs to: the Hub answers 401: "
        "Invalid user token.\nSign in again: hf auth login (or set HF_TOKEN)."
    )


def test_a_token_that_may_only_read(hub: FakeHub, sweep: HubSweep) -> None:
    hub.accounts[TOKEN] = Account(name="me", role="read")
    assert refusal(sweep) == (
        "the token of me may only read: it can start no job\n"
        "Use one that may write and run jobs: https://huggingface.co/settings/tokens"
    )


def test_a_fine_grained_token(hub: FakeHub, sweep: HubSweep) -> None:
    allowed = ("repo.write", "job.write")
    hub.accounts[TOKEN] = Account(name="me", role="fineGrained", permissions=allowed)
    assert sweep.check().notes == ()
    hub.accounts[TOKEN] = Account(name="me", role="fineGrained", permissions=allowed[:1])
    assert sweep.check().notes == (
        "the token names no job.write for me: the Hub may refuse the jobs",
    )


def test_a_bucket_that_cannot_be_written(hub: FakeHub, sweep: HubSweep) -> None:
    hub.buckets.create("me/runs")
    hub.accounts[TOKEN] = Account(name="me", closed_buckets=("me/runs",))
    assert refusal(sweep).splitlines()[0] == "the bucket me/runs cannot be written to"


def test_a_bucket_that_everybody_reads_is_used_only_where_that_is_wanted(
    hub: FakeHub, sweep: HubSweep, tmp_path: Path
) -> None:
    hub.buckets.create("me/runs", private=False)
    assert refusal(sweep).startswith("hf_jobs.bucket: everybody can read the bucket me/runs: ")
    assert hub.buckets.paths("me/runs") == []
    suite = SUITE.replace("bucket: me/runs", "bucket: me/runs, public: true")
    assert hub_sweep(hub, tmp_path / "open", suite).check().bucket == "me/runs"


def test_labels_that_midspan_sets_itself(hub: FakeHub, tmp_path: Path) -> None:
    suite = SUITE.replace("{team: shop}", "{name: x, batch: y, team: shop}")
    assert refusal(hub_sweep(hub, tmp_path / "shop", suite)) == (
        "hf_jobs.labels: midspan sets batch, name itself\nGive these labels other names."
    )


def test_a_machine_that_is_not_there(hub: FakeHub, tmp_path: Path) -> None:
    sweep = hub_sweep(hub, tmp_path / "shop", SUITE.replace("a10g-large", "a10g-lrge"))
    assert refusal(sweep) == (
        "hf_jobs.flavor: the Hub has no machine a10g-lrge. Did you mean 'a10g-large'?\n"
        "There are cpu-basic, a10g-large."
    )


def test_a_namespace_that_the_token_cannot_act_for(hub: FakeHub, tmp_path: Path) -> None:
    suite = SUITE.replace("bucket: me/runs", "bucket: me/runs, namespace: team")
    sweep = hub_sweep(hub, tmp_path / "shop", suite)
    assert "the token cannot act for team\nIt can for me." in refusal(sweep)
    hub.accounts[TOKEN] = Account(name="me", organisations=("team",))
    assert sweep.check().namespace == "team"


def test_secrets_that_are_not_set_are_told_together(hub: FakeHub, tmp_path: Path) -> None:
    suite = SUITE.replace("bucket: me/runs", "bucket: me/runs, secrets: [SHOP_KEY]").replace(
        '"https://models.example/v1"}', '"https://models.example/v1", key_env: MODEL_KEY}'
    )
    sweep = hub_sweep(hub, tmp_path / "shop", suite)
    told = refusal(sweep)
    assert told.startswith("2 problems; nothing was started\n")
    assert "the variable MODEL_KEY is not set" in told
    assert "- hf_jobs.secrets: the variable SHOP_KEY is not set\n  export SHOP_KEY=..." in told
    checked = sweep.check(MODEL_KEY="k-one", SHOP_KEY="k-two", OTHER="3")
    assert checked.secrets == {"MODEL_KEY": "k-one", "SHOP_KEY": "k-two"}
    assert "k-one" not in repr(checked)


def test_weights_are_found_at_a_commit(hub: FakeHub, tmp_path: Path) -> None:
    sweep = hub_sweep(hub, tmp_path / "shop", SERVED)
    assert refusal(sweep).startswith("there is no model org/careful on the Hub")
    hub.add_model("org/careful", sha="def" + "0" * 37)
    assert refusal(sweep).startswith("the model org/careful has no revision abc")
    hub.add_model("org/careful", sha="abc" + "0" * 37)
    assert sweep.check().weights == {"org/careful": "abc" + "0" * 37}


def test_files_of_llama_cpp_that_cannot_be_told_are_found_before_a_job_is_paid_for(
    hub: FakeHub, tmp_path: Path
) -> None:
    def served(weights: str, file: str = "") -> HubSweep:
        serve = f"serve: {{engine: llama-cpp, weights: '{weights}'{file}}}"
        suite = SUITE.replace('endpoint: "https://models.example/v1"', serve, 1)
        return hub_sweep(hub, tmp_path / "shop", suite)

    hub.add_model("org/gguf", sha="abc" + "0" * 37)
    files = hub.repositories["models/org/gguf"].files
    files.update(dict.fromkeys(("README.md", "m-Q4_K_M.gguf", "m-Q8_0.gguf"), b""))
    there = "; there: m-Q4_K_M.gguf, m-Q8_0.gguf\nName it: serve: {file: NAME.gguf}"
    of = "org/careful: which .gguf file of the repository org/gguf is"
    assert refusal(served("org/gguf")) == f"{of} meant is not said{there}"
    assert refusal(served("org/gguf:Q5_K_M")) == f"{of} Q5_K_M cannot be told{there}"
    assert "has no m.gguf; there: m-Q4" in refusal(served("org/gguf", ", file: m.gguf"))
    for sweep in (served("org/gguf:Q8_0"), served("org/gguf", ", file: m-Q8_0.gguf")):
        assert sweep.check().weights == {"org/careful": "abc" + "0" * 37}


def test_a_hub_that_stumbles_is_asked_again(hub: FakeHub, sweep: HubSweep) -> None:
    from tests.support.fake_hub import Fault

    hub.faults.add(Fault(on="GET /api/whoami-v2", status=500, times=2))
    hub.faults.add(Fault(on="GET /api/jobs/hardware", status=429, times=2))
    assert sweep.check().namespace == "me"
    assert quick().tries == 7
