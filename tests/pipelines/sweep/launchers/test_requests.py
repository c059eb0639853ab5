"""What jobs are asked for where suites ask for more."""

import json
import re
from pathlib import Path

import pytest

from midspan.pipelines.sweep.batches import batches
from midspan.pipelines.sweep.launchers.hf_jobs.request import Asked, job_request, suite_files
from midspan.pipelines.sweep.launchers.hf_jobs.script import command, job_script, requirement
from midspan.scorers.errors import InvalidInput
from tests.support.fake_hub import FakeHub
from tests.support.hub_sweeps import SUITE, HubSweep, hub_sweep

SHA = "abc" + "0" * 37
SERVED = SUITE.replace(
    'endpoint: "https://models.example/v1"}',
    "serve: {engine: ENGINE, tool_call_parser: hermes}}",
    1,
)


def asked(sweep: HubSweep, **environ: str) -> Asked:
    launch = sweep.plan.suite.launch
    return job_request(sweep.check(**environ), batches(sweep.plan.runs, launch.per)[0], "5" * 16)


def test_a_served_model_has_its_weights_mounted_at_a_commit(hub: FakeHub, tmp_path: Path) -> None:
    hub.add_model("org/careful", sha=SHA)
    request = asked(hub_sweep(hub, tmp_path / "shop", SERVED.replace("ENGINE", "vllm"))).request
    assert [volume.to_dict() for volume in request.volumes][1] == {
        "type": "model",
        "source": "org/careful",
        "mountPath": "/weights/org/careful",
        "revision": SHA,
        "readOnly": True,
    }
    assert request.image.startswith("vllm/vllm-openai:v")
    assert request.environment == {
        "MIDSPAN_FLAVOR": "a10g-large",
        "MIDSPAN_IMAGE": request.image,
        "MIDSPAN_WEIGHTS": "/weights",
        "MIDSPAN_WEIGHTS_REVISION": SHA,
        "PYTHONUNBUFFERED": "1",
    }


def test_what_an_image_lacks_is_installed_beside_midspan(hub: FakeHub, tmp_path: Path) -> None:
    hub.add_model("org/careful", sha=SHA)
    suite = SERVED.replace("ENGINE, tool_call_parser: hermes", "transformers")
    found = asked(hub_sweep(hub, tmp_path / "shop", suite))
    script = found.files[f"job/{'5' * 16}.py"].decode()
    listed = re.search(r"^# dependencies = (\[.*\])$", script, flags=re.MULTILINE)
    assert listed is not None
    names = [re.split(r"[\[=>]", one)[0] for one in json.loads(listed[1])]
    assert names[:2] == ["midspan", "transformers"]
    assert "exec python3" not in found.request.command[2]


def test_a_job_gets_the_keys_of_its_own_model_alone(hub: FakeHub, tmp_path: Path) -> None:
    endpoint = 'endpoint: "https://models.example/v1"}'
    suite = SUITE.replace(endpoint, f"{endpoint[:-1]}, key_env: ONE}}", 1)
    sweep = hub_sweep(hub, tmp_path / "shop", suite)
    checked = sweep.check(ONE="k-one", HF_TOKEN="hf_mine")
    first, second = batches(sweep.plan.runs, "model-revision")
    assert job_request(checked, first, "5" * 16).request.secrets == {"ONE": "k-one"}
    assert job_request(checked, second, "5" * 16).request.secrets == {}
    assert "k-one" not in repr(job_request(checked, first, "5" * 16).request)


def test_the_token_is_handed_on_only_where_the_suite_says_so(hub: FakeHub, tmp_path: Path) -> None:
    suite = SUITE.replace("bucket: me/runs", "bucket: me/runs, secrets: [HF_TOKEN]")
    request = asked(hub_sweep(hub, tmp_path / "shop", suite), HF_TOKEN="hf_mine").request
    assert request.secrets == {"HF_TOKEN": "hf_mine"}


def test_image_setup_and_concurrency_of_the_suite(hub: FakeHub, tmp_path: Path) -> None:
    more = 'bucket: me/runs, image: "node:22", setup: [npm ci], concurrency: 9'
    found = asked(hub_sweep(hub, tmp_path / "shop", SUITE.replace("bucket: me/runs", more)))
    told = json.loads(found.files[f"job/{'5' * 16}.json"])
    assert found.request.image == "node:22"
    assert (told["setup"], told["concurrency"], len(told["runs"])) == (["npm ci"], 9, 4)


def test_a_wheel_beside_the_suite_travels_with_it(hub: FakeHub, tmp_path: Path) -> None:
    wheel = "dist/midspan-9.9-py3-none-any.whl"
    suite = SUITE.replace("bucket: me/runs", f"bucket: me/runs, install: {wheel}")
    (tmp_path / "shop" / "dist").mkdir(parents=True)
    (tmp_path / "shop" / wheel).write_bytes(b"wheel")
    sweep = hub_sweep(hub, tmp_path / "shop", suite)
    assert sorted(suite_files(sweep.folder.suite, sweep.folder.plan)) == [
        "spool/plan.jsonl",
        "suite/dist/midspan-9.9-py3-none-any.whl",
        "suite/experiment.json",
        "suite/suite.yaml",
    ]
    script = asked(sweep).files[f"job/{'5' * 16}.py"].decode()
    assert script.splitlines()[2].endswith(
        '@ file:///mnt/sweep/suite/dist/midspan-9.9-py3-none-any.whl"]'
    )


def test_the_script_in_the_repository_is_pinned_to_this_version() -> None:
    text = Path("deploy/hf-job/job.py").read_text()
    assert text == job_script([requirement(None, "")])


def test_what_installs_does_not_get_the_keys() -> None:
    line = command("/j.py", "/j.json", needs_install=True, secrets=["ONE", "TWO"])[2]
    assert "env -u ONE -u TWO uv sync --quiet --script /j.py; " in line
    assert "| env -u ONE -u TWO sh; " in line
    assert "{keyless}" not in line
    assert "env -u" not in command("/j.py", "/j.json", needs_install=True)[2]


def test_no_requirement_gets_out_of_its_line() -> None:
    with pytest.raises(InvalidInput, match="is no requirement"):
        job_script(['midspan"]\nimport os'])
