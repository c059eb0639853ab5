"""GPU figures: NVIDIA's own Python library, over a small library in the place of the driver's."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from midspan.pipelines.sweep.serving.gpu import Reading, Sampler
from midspan.pipelines.sweep.serving.gpu.use import POINTS, Course

GIB = 2**30

ASKED = """
import json, os, sys
from midspan.pipelines.sweep.serving.gpu import Sampler, devices

said = []
with devices(os.environ, said.append) as found:
    told = {"name": found and found.name, "driver": found and found.driver, "use": None}
    sampler = Sampler(found, now_ns=iter(range(100, 200)).__next__)
    watch = sampler.watch()
    sampler.look()
    use = watch.finished()
    sampler.look()
    told["use"] = use and use.as_dict()
print(json.dumps({**told, "said": said}))
"""


def asked(library: Path | None, code: str = ASKED, **variables: str) -> dict[str, Any]:
    """Return what a process of its own finds: it looks for the driver's library once."""
    place = {"LD_LIBRARY_PATH": str(library)} if library else {}
    kept = {name: value for name, value in os.environ.items() if name != "CUDA_VISIBLE_DEVICES"}
    ended = subprocess.run(
        [sys.executable, "-c", code],
        env={**kept, **place, **variables},
        stdout=subprocess.PIPE,
        check=True,
    )
    found: dict[str, Any] = json.loads(ended.stdout)
    return found


def test_a_run_is_watched_from_its_start_to_its_end(library: Path) -> None:
    assert asked(library) == {
        "name": "NVIDIA A10G",
        "driver": "570.1",
        "use": {
            "attributes": {
                "midspan.gpu.utilization.mean": 0.15,
                "midspan.gpu.utilization.max": 0.2,
                "midspan.gpu.memory.max": 2 * GIB,
                "midspan.gpu.samples": 2,
            },
            "events": [
                {
                    "name": "midspan.gpu",
                    "time_ns": time_ns,
                    "attributes": {
                        "midspan.gpu.utilization.mean": share,
                        "midspan.gpu.utilization.max": share,
                        "midspan.gpu.memory.max": memory,
                        "midspan.gpu.samples": 1,
                    },
                }
                for time_ns, share, memory in ((100, 0.1, GIB), (101, 0.2, 2 * GIB))
            ],
        },
        "said": [],
    }


def test_several_gpus_are_one_place(library: Path) -> None:
    found = asked(library, NVML_GPUS="4", NVML_MIG="1")
    assert found["name"] == "4 x NVIDIA A10G"
    # The last one tells no utilization, and counts with its memory alone.
    assert found["use"]["attributes"] == {
        "midspan.gpu.utilization.mean": 0.15,
        "midspan.gpu.utilization.max": 0.2,
        "midspan.gpu.memory.max": 8 * GIB,
        "midspan.gpu.samples": 2,
    }


@pytest.mark.parametrize(
    ("visible", "name"),
    [
        ("0,2", "2 x NVIDIA A10G"),
        ("GPU-3", "NVIDIA A10G"),
        ("1,9,2", "NVIDIA A10G"),
        ("", None),
        ("-1", None),
    ],
)
def test_only_visible_gpus_count(library: Path, visible: str, name: str | None) -> None:
    found = asked(library, NVML_GPUS="4", CUDA_VISIBLE_DEVICES=visible)
    assert found["name"] == name
    assert found["said"] == ([] if name else ["GPU use is not recorded: no GPU is visible"])


def test_without_a_gpu_nothing_is_recorded_and_that_is_said_once(library: Path) -> None:
    nothing = {"name": None, "driver": None, "use": None}
    said = "GPU use is not recorded: "
    assert asked(library, NVML_GPUS="0") == {**nothing, "said": [f"{said}no GPU is visible"]}
    assert asked(library, NVML_GPUS="-1") == {**nothing, "said": [f"{said}Driver Not Loaded"]}


def test_without_the_library_nothing_is_recorded_and_that_is_said_once() -> None:
    without = f"import sys; sys.modules['pynvml'] = None\n{ASKED}"
    assert asked(None, without) == {
        "name": None,
        "driver": None,
        "use": None,
        "said": ["GPU use is not recorded: pip install 'midspan[gpu]'"],
    }


SAMPLED = """
import json, os, threading
from midspan.pipelines.sweep.serving.gpu import devices, sampled

with devices(os.environ) as found, sampled(found, seconds=0.001) as sampler:
    watch = sampler.watch()
    threading.Event().wait(0.2)
    use = watch.finished()
samples = use.attributes["midspan.gpu.samples"]
print(json.dumps({"samples": samples, "threads": threading.active_count()}))
"""


def test_a_thread_looks_again_and_again_and_ends(library: Path) -> None:
    found = asked(library, SAMPLED)
    assert found["samples"] > 2
    assert found["threads"] == 1


def test_without_gpus_a_watch_has_nothing_to_tell() -> None:
    assert Sampler(None).watch().finished() is None


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 2**40)), min_size=1, max_size=300))
def test_a_course_has_few_points_that_add_up(readings: list[tuple[float, int]]) -> None:
    course = Course()
    for number, (share, memory) in enumerate(readings):
        course.add(number, Reading(utilization=share, memory=memory))
    use = course.use()
    assert use is not None
    points = [point["attributes"] for point in use.events]
    assert 1 <= len(points) <= POINTS
    assert sum(point["midspan.gpu.samples"] for point in points) == len(readings)
    assert use.attributes["midspan.gpu.samples"] == len(readings)
    assert use.attributes["midspan.gpu.memory.max"] == max(memory for _, memory in readings)
    mean = sum(share for share, _ in readings) / len(readings)
    assert use.attributes["midspan.gpu.utilization.mean"] == pytest.approx(mean, abs=1e-4)
    times = [point["time_ns"] for point in use.events]
    assert times == sorted(times)
    assert times[0] == 0
