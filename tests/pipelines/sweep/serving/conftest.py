"""Engines to serve with: stand-ins that are real processes, and a place for what they write."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.sweep.serving import Served, served
from midspan.scorers.suite import Model
from tests.support.engine_programs import Programs

NVML = Path(__file__).parents[3] / "support" / "nvml_stand_in.c"

Serving = Callable[..., AbstractContextManager[Served]]


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path / "bin")


@pytest.fixture
def said() -> list[str]:
    """What was told to the person who waits."""
    return []


@pytest.fixture
def serving(programs: Programs, tmp_path: Path, said: list[str]) -> Serving:
    """Return what serves a model as a suite has it, with little patience."""

    def serve(
        name: str = "org/model", *, variables: dict[str, str] | None = None, **model: Any
    ) -> AbstractContextManager[Served]:
        return served(
            Model.model_validate({"name": name, **model}),
            tmp_path / "scratch",
            tmp_path / "logs" / "server.log",
            say=said.append,
            variables={**programs.variables, **(variables or {})},
            patience=0.5,
        )

    return serve


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a library in the place of NVIDIA's."""
    compiler = shutil.which("gcc") or shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("needs a C compiler, and Linux")
    folder = tmp_path_factory.mktemp("nvml")
    output = folder / "libnvidia-ml.so.1"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", output, NVML], check=True)
    return folder
