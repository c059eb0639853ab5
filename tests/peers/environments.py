"""The peers, each in an environment of its own, in the version whose verdicts we give.

python tests/peers/environments.py [NAME ...]
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
VARIABLE = "MIDSPAN_PEERS"
"""Names the folder of the environments; where it is not set, the tests here are not collected."""

REQUIREMENTS = {
    "adk": ["google-adk==2.13.0"],
    # Alone: its checker needs none of the model clients it depends on, which fill six gigabytes.
    "bfcl": ["--no-deps", "bfcl-eval==2026.3.23"],
    "deepeval": ["deepeval==4.3.1"],
    "langchain": ["agentevals==0.0.9"],
    "pydantic_evals": ["pydantic-evals==2.62.0"],
    # The import of ragas fails with newer ones.
    "ragas": ["ragas==0.4.3", "langchain-community<0.4"],
}

FOR_BENCHMARKS = {"agentevals_cli": ["agentevals-cli==0.11.0"]}


def folder() -> Path:
    return ROOT / os.environ.get(VARIABLE, ".peers")


def python(name: str) -> Path:
    """The interpreter of a peer."""
    return folder() / name / "bin" / "python"


def install(name: str) -> None:
    """Make a peer's environment, unless it is there with these requirements."""
    requirements = {**REQUIREMENTS, **FOR_BENCHMARKS}[name]
    mark, wanted = folder() / name / ".installed", "\n".join(requirements)
    if mark.exists() and mark.read_text() == wanted:
        return
    print(f"installing {name}: {' '.join(requirements)}", file=sys.stderr)
    shutil.rmtree(folder() / name, ignore_errors=True)
    private = ROOT / ".uv" / "bin" / "uv"
    uv = shutil.which("uv") or (str(private) if private.exists() else None)
    if uv:
        run(uv, "venv", "--quiet", "--python", sys.executable, str(folder() / name))
        run(uv, "pip", "install", "--quiet", "--python", str(python(name)), *requirements)
    else:
        run(sys.executable, "-m", "venv", str(folder() / name))
        run(str(python(name)), "-m", "pip", "install", "--quiet", *requirements)
    mark.write_text(wanted)


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def main() -> None:
    try:
        for name in sys.argv[1:] or REQUIREMENTS:
            install(name)
    except subprocess.CalledProcessError as error:
        sys.exit(f"peers cannot be installed: {error.cmd[0]} ended with {error.returncode}")


if __name__ == "__main__":
    main()
