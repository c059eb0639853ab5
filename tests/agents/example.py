"""Runs one of the examples against the scripted models: without a key, with no network.

python -m tests.agents.example NAME
"""

import os
import subprocess
import sys

from tests.agents import environments
from tests.agents.model_server import model_server
from tests.agents.running import surroundings

FOLDER = environments.ROOT / "midspan-examples"
"""Where its runs come to lie."""


def main() -> int:
    name = " ".join(sys.argv[1:])
    if name not in environments.ENVIRONMENTS:
        known = "\n  ".join(environments.ENVIRONMENTS)
        print(f"there is no example {name!r}; there are\n  {known}", file=sys.stderr)
        return 2
    environment = environments.ENVIRONMENTS[name]
    environments.install(environment)
    FOLDER.mkdir(exist_ok=True)
    script = str(environments.EXAMPLES / f"{name}.py")
    with model_server() as url:
        code = subprocess.run(
            [str(environments.python(environment)), script],
            cwd=FOLDER,
            env=surroundings(url, FOLDER, model=os.environ.get("MODEL")),
        ).returncode
    if code == 0:
        spool = (FOLDER / "runs").relative_to(environments.ROOT)
        print(f"\nmidspan score {spool}", file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
