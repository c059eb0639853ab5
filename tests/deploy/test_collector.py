"""deploy/collector.yaml, held to the Collector's documentation and to the compose file."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.team.collector_settings import KNOWN, problems
from tests.support.team.compose_file import DEPLOY, composed, secret_files

SAID: dict[str, Any] = yaml.safe_load((DEPLOY / "collector.yaml").read_text())
TEXT = (DEPLOY / "collector.yaml").read_text()
SERVICE = composed()["services"]["collector"]
PIPELINES: dict[str, Any] = SAID["service"]["pipelines"]


def kind(name: str) -> str:
    return name.partition("/")[0]


def test_every_setting_is_one_that_the_collector_knows() -> None:
    assert set(SAID) == {*KNOWN, "service"}
    for section, components in KNOWN.items():
        for name, settings in SAID[section].items():
            assert kind(name) in components, name
            assert list(problems(settings, components[kind(name)], name)) == []


def test_a_slip_would_be_found() -> None:
    queue = {"sending_queue": {"storage": "file_storage", "queue_sise": 1, "num_consumers": "4"}}
    settings = queue | {"timeout": "30", "compression": "zst"}

    assert list(problems(settings, KNOWN["exporters"]["otlp_http"], "watch")) == [
        "watch.sending_queue.queue_sise: unknown",
        "watch.sending_queue.num_consumers: '4' is no whole",
        "watch.timeout: '30' is no duration",
        f"watch.compression: 'zst' is no {KNOWN['exporters']['otlp_http']['compression']}",
    ]


def test_the_collector_itself_takes_it() -> None:
    """Needs the program: `otelcol-contrib` on PATH, or named by OTELCOL."""
    found = shutil.which("otelcol-contrib") or os.environ.get("OTELCOL")
    if found is None:
        pytest.skip("there is no otelcol-contrib here")
    variables = os.environ | SERVICE["environment"]
    command = [found, "validate", f"--config={DEPLOY / 'collector.yaml'}"]
    done = subprocess.run(command, env=variables, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("section", ["receivers", "processors", "exporters"])
def test_pipelines_use_what_is_defined_and_all_of_it(section: str) -> None:
    used = {name for pipeline in PIPELINES.values() for name in pipeline[section]}

    assert used == set(SAID[section])


def test_extensions_are_started_and_used() -> None:
    started = SAID["service"]["extensions"]
    named = re.findall(r"(?:authenticator|storage): (\S+)", TEXT)

    assert set(started) == set(SAID["extensions"])
    assert {*named, "health_check"} == set(started)


def test_every_signal_goes_to_the_record_and_to_watch() -> None:
    for signal, pipeline in PIPELINES.items():
        assert pipeline["exporters"] == [f"file/{signal}", "otlp_http/watch"]
        assert pipeline["processors"][:2] == ["memory_limiter", "redaction"]


def test_nothing_is_taken_without_a_token() -> None:
    for protocol in SAID["receivers"]["otlp"]["protocols"].values():
        assert protocol["auth"] == {"authenticator": "bearertokenauth/agents"}


def test_what_was_taken_is_on_disk_before_it_is_answered() -> None:
    """No batch in memory before the queue; the queue is a file, and is never given up."""
    assert "batch" not in {kind(name) for name in SAID["processors"]}
    exporter = SAID["exporters"]["otlp_http/watch"]
    assert exporter["sending_queue"]["storage"] == "file_storage"
    assert exporter["retry_on_failure"]["max_elapsed_time"] == "0s"


def test_no_span_is_larger_than_a_batch_may_be() -> None:
    """A span above `max_size` would be dropped; one above what the receivers take is refused."""
    http, grpc = (SAID["receivers"]["otlp"]["protocols"][one] for one in ("http", "grpc"))
    batch = SAID["exporters"]["otlp_http/watch"]["sending_queue"]["batch"]

    assert http["max_request_body_size"] <= batch["max_size"]
    assert grpc["max_recv_msg_size_mib"] * 2**20 <= batch["max_size"]
    assert batch["min_size"] <= batch["max_size"]


def test_files_are_where_the_container_may_read_and_write() -> None:
    mounted = {path.partition(":")[2] for path in SERVICE["volumes"]}
    written = {str(Path(SAID["exporters"][f"file/{one}"]["path"]).parent) for one in PIPELINES}
    storage = SAID["extensions"]["file_storage"]
    read = {
        said["filename"]
        for name, said in SAID["extensions"].items()
        if kind(name) == "bearertokenauth"
    }

    assert written | {storage["directory"]} == mounted
    assert storage["compaction"]["directory"] in mounted
    assert read == {f"/run/secrets/{name}" for name in secret_files(SERVICE)}


def test_variables_are_those_that_compose_sets() -> None:
    assert set(re.findall(r"\$\{env:(\w+)\}", TEXT)) == set(SERVICE["environment"])
    assert not re.search(r"\$\{(?!env:)", TEXT)


def test_it_listens_where_compose_publishes_it() -> None:
    protocols = SAID["receivers"]["otlp"]["protocols"].values()
    listening = {int(said["endpoint"].rpartition(":")[2]) for said in protocols}

    assert listening == {int(port.rpartition(":")[2]) for port in SERVICE["ports"]}
    assert SAID["extensions"]["health_check"]["endpoint"].startswith("127.0.0.1:")
