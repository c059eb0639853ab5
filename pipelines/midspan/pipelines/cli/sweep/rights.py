"""What people are told of the rights that agents have."""

import os
from collections.abc import Iterator, Mapping

from midspan.pipelines.sweep.keys import shown_elsewhere
from midspan.pipelines.sweep.variables import names_secret

RIGHTS = "agents run with your rights, and can read and change what you can"


def warnings_of(taken: Mapping[str, str]) -> Iterator[str]:
    """Yield what an agent could do or read, as far as it can be known beforehand."""
    secret = {name: value for name, value in taken.items() if names_secret(name)}
    as_root = " (as root: also the memory of every process)" if os.geteuid() == 0 else ""
    yield f"{RIGHTS}{as_root}; for agents you do not trust: a container, or a user of their own"
    for pid, program, name in shown_elsewhere(secret):
        yield (
            f"process {pid} ({program}) shows {name} to every agent: start the sweep from a shell "
            f"that was started without it"
        )
