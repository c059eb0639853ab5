"""The program that a job runs, and the one line that starts it."""

import re
import shlex
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Final

from midspan.scorers.errors import InvalidInput, SurroundingsError

NAME: Final = "job.py"
PACKAGE: Final = Path(__file__).parent
CHECKOUT: Final = Path(__file__).parents[6] / "deploy" / "hf-job"
"""Where the program stands when midspan is installed from a checkout."""

_DEPENDENCIES: Final = re.compile(r"^# dependencies = \[.*\]$", flags=re.MULTILINE)
_UV: Final = (
    "{keyless}python3 -m pip install --quiet uv==0.9.25 2>/dev/null || "
    "{ curl -LsSf https://astral.sh/uv/0.9.25/install.sh | {keyless}sh; "
    'export PATH="$HOME/.local/bin:$PATH"; }'
)
"""For images without uv; some have no pip, others no curl."""
EXTRAS: Final = "pipelines,proxy,hub,gpu"


def requirement(install: str | None, suite_at: str) -> str:
    """Return what provides midspan in a job: this version, or what the suite says.

    >>> requirement("dist/midspan-0.2.0-py3-none-any.whl", "/mnt/sweep/suite")
    'midspan[pipelines,proxy,hub,gpu] @ file:///mnt/sweep/suite/dist/midspan-0.2.0-py3-none-any.whl'
    """
    if install is None:
        return f"midspan[{EXTRAS}]=={version('midspan')}"
    if install.endswith(".whl"):
        return f"midspan[{EXTRAS}] @ file://{suite_at}/{install}"
    return install


def job_script(requirements: Sequence[str]) -> str:
    """Return the program with what it is to be run with in its head."""
    text = _source().read_text(encoding="utf-8")
    listed = ", ".join(f'"{one}"' for one in requirements)
    if any(re.search(r'["\\\n]', one) for one in requirements):
        raise InvalidInput(f"hf_jobs.install: {listed} is no requirement")
    return _DEPENDENCIES.sub(lambda _: f"# dependencies = [{listed}]", text, count=1)


def command(
    script: str, asked: str, *, needs_install: bool, secrets: Sequence[str] = ()
) -> list[str]:
    """Return the words that run the program: one line, as jobs take no other.

    An image that has this midspan is used as it is. Each step replaces the one before: no process
    with keys in its environment is left beside the agents. What installs does not get the
    `secrets`: it runs code of others.
    """
    keyless = f"env {' '.join(f'-u {name}' for name in secrets)} " if secrets else ""
    program, told = shlex.quote(script), shlex.quote(asked)
    there = f'[ "$(midspan --version 2>/dev/null)" = "midspan {version("midspan")}" ]'
    use_image = f'if {there}; then exec python3 {program} {told} "$(command -v midspan)"; fi; '
    install = (
        f"command -v uv >/dev/null || {_UV.replace('{keyless}', keyless)}; "
        f"{keyless}uv sync --quiet --script {program}; "
        f'python="$({keyless}uv python find --script {program})"; '
        f'exec "$python" {program} {told} "${{python%/*}}/midspan"'
    )
    return ["bash", "-c", "set -e; " + ("" if needs_install else use_image) + install]


def _source() -> Path:
    for folder in (PACKAGE, CHECKOUT):
        if (found := folder / NAME).is_file():
            return found
    raise SurroundingsError(
        f"{NAME}, which a job runs, is missing from this installation",
        fix="Install midspan again: pip install --force-reinstall 'midspan[hub]'",
    )
