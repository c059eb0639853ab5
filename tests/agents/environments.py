"""Agents of the examples, each in an environment of its own with what its first lines say.

python tests/agents/environments.py [NAME ...]          installs
python tests/agents/environments.py --pin [NAME ...]    writes the constraints anew
"""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples" / "agents"
CONSTRAINTS = Path(__file__).with_name("constraints")

VARIABLE = "MIDSPAN_AGENTS"
"""Names the folder of the environments; where it is not set, no test looks for them."""

ENVIRONMENTS = {
    "openai_sdk": "openai_sdk",
    "openai_sdk_streamed": "openai_sdk",
    "anthropic_sdk": "anthropic_sdk",
    "openai_agents": "openai_agents",
    "langgraph_agent": "langgraph",
    "pydantic_ai_agent": "pydantic_ai",
    "smolagents_tool_calling": "smolagents",
    "smolagents_code": "smolagents",
    "litellm_loop": "litellm",
}
"""Example -> its environment."""

BELOW = "openinference-instrumentation-openai"
LAYERED = ("openai_agents", "langgraph", "pydantic_ai", "smolagents", "litellm")
"""Environments that have the instrumentor of the SDK below the framework as well."""

NODE_PACKAGES = {"pi": "@mariozechner/pi-coding-agent@0.73.1", "node": "openai@6.49.0"}
"""Those made by npm: the newest ones that run on Node 20."""

NAMES = [*dict.fromkeys(ENVIRONMENTS.values()), *NODE_PACKAGES]

UV = shutil.which("uv") or str(ROOT / ".uv" / "bin" / "uv")


def folder() -> Path:
    return ROOT / os.environ.get(VARIABLE, ".agents")


def python(environment: str) -> Path:
    """The interpreter of an environment."""
    return folder() / environment / "bin" / "python"


def node_modules(environment: str) -> Path:
    """What npm has installed."""
    return folder() / environment / "node_modules"


def installed(environment: str) -> bool:
    return (folder() / environment / ".installed").exists()


def requirements(environment: str) -> list[str]:
    """What an example says is to be installed beside midspan."""
    example = next(name for name, made in ENVIRONMENTS.items() if made == environment)
    line = re.search(r"^pip install midspan (.+)$", (EXAMPLES / f"{example}.py").read_text(), re.M)
    assert line is not None
    return line[1].split()


def _everything(environment: str) -> list[str]:
    return [*requirements(environment), *([BELOW] if environment in LAYERED else [])]


def install(environment: str) -> None:
    """Make an environment, unless it is there with these requirements and pins."""
    if environment in NODE_PACKAGES and not shutil.which("npm"):
        print(f"{environment} is left out: there is no npm", file=sys.stderr)
        return
    mark, wanted = folder() / environment / ".installed", _wanted(environment)
    if mark.exists() and mark.read_text() == wanted:
        return
    print(f"installing {environment}", file=sys.stderr)
    shutil.rmtree(folder() / environment, ignore_errors=True)
    package = NODE_PACKAGES.get(environment)
    if package:
        quiet = ["--silent", "--no-audit", "--no-fund"]
        _run("npm", "install", *quiet, "--prefix", str(folder() / environment), package)
    else:
        pins = str(CONSTRAINTS / f"{environment}.txt")
        _install_python(environment, ["-c", pins, "-e", str(ROOT), *_everything(environment)])
    mark.write_text(wanted)


def _wanted(environment: str) -> str:
    if environment in NODE_PACKAGES:
        return NODE_PACKAGES[environment]
    pins = (CONSTRAINTS / f"{environment}.txt").read_text()
    return "\n".join([*_everything(environment), pins, (ROOT / "pyproject.toml").read_text()])


def _install_python(environment: str, what: list[str]) -> None:
    made = str(folder() / environment)
    if Path(UV).exists():
        _run(UV, "venv", "--quiet", "--python", sys.executable, made)
        _run(UV, "pip", "install", "--quiet", "--python", str(python(environment)), *what)
    else:
        _run(sys.executable, "-m", "venv", made)
        _run(str(python(environment)), "-m", "pip", "install", "--quiet", *what)


def pin(environment: str) -> None:
    """Write the constraints of an environment anew."""
    bare = ["opentelemetry-sdk", "opentelemetry-exporter-otlp-proto-http"]
    command = [UV, "pip", "compile", "--quiet", "--upgrade", "--universal", "--python-version=3.11"]
    command += ["--no-annotate", "--no-header", "--no-emit-index-url", "-"]
    command += ["-o", str(CONSTRAINTS / f"{environment}.txt")]
    asked = "\n".join([*_everything(environment), *bare])
    subprocess.run(command, check=True, input=asked, text=True, stdout=subprocess.DEVNULL)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def main() -> None:
    pinning = sys.argv[1:2] == ["--pin"]
    failed = []
    for name in sys.argv[1 + pinning :] or NAMES:
        try:
            if not pinning:
                install(name)
            elif name not in NODE_PACKAGES:
                pin(name)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"{name}: {error}", file=sys.stderr)
            failed.append(name)
    if failed:
        sys.exit(f"not installed: {', '.join(failed)}; the others are")


if __name__ == "__main__":
    main()
