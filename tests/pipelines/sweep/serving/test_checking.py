"""What is told before a sweep with served models begins."""

from pathlib import Path

from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import ResolvedRevision, planned_sweep
from midspan.pipelines.sweep.serving import serving_check
from midspan.scorers.suite import Revision, Target
from tests.support.engine_programs import Programs

SUITE = """\
suite: s
contract: 1
tasks: [{{id: a, prompt: p}}]
harnesses: {{h: {{kind: openai-loop}}}}
matrix:
  trials: 1
  models:
    - {{name: org/unknown, serve: {{}}}}
    - {{name: Qwen/Qwen3-14B, serve: {{}}}}
    - {{name: own, serve: {{engine: transformers, weights: /nowhere/own}}}}
    - {{name: elsewhere, endpoint: "http://127.0.0.1:9/v1"}}
{launch}
"""
HUB = "launch: {kind: hf-jobs, hf_jobs: {flavor: a10g-large, bucket: me/runs}}"


def problems(tmp_path: Path, programs: Programs, launch: str = "") -> list[str]:
    file = tmp_path / "suite.yaml"
    file.write_text(SUITE.format(launch=launch))

    def nothing_to_resolve(_target: Target, _revision: Revision) -> ResolvedRevision:
        raise AssertionError("there is no target")

    plan = planned_sweep(file, resolve=nothing_to_resolve)
    found = serving_check(programs.variables)(plan, SweepFolder(tmp_path / "into"))
    return [problem.what for problem in found]


def test_parsers_programs_and_weights_are_looked_for_here(
    tmp_path: Path, programs: Programs
) -> None:
    unknown = (
        "org/unknown: no parser for its tool calls is known, and a wrong one breaks every call"
    )
    assert problems(tmp_path, programs) == [
        unknown,
        "there is no `vllm` on PATH to serve models with",
        "there is no `transformers` on PATH to serve models with",
        "own: there are no weights at /nowhere/own",
    ]
    programs.add("vllm")
    programs.add("transformers")
    assert problems(tmp_path, programs) == [unknown, "own: there are no weights at /nowhere/own"]


def test_a_job_brings_its_own_programs(tmp_path: Path, programs: Programs) -> None:
    (only,) = problems(tmp_path, programs, HUB)
    assert only.startswith("org/unknown: no parser")
