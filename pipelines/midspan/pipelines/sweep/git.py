"""git, asked about a repository of its user's: with the user's keys, proxies and rewrites."""

import subprocess
from typing import Final

from midspan.pipelines.sweep.places.git import no_git, variables
from midspan.scorers.errors import SurroundingsError

SECONDS: Final = 300
"""For one question to a repository, however far away."""

Done = subprocess.CompletedProcess[str]


def git(*words: str) -> Done:
    """Return how a git command ended; what it printed is text."""
    try:
        return subprocess.run(
            ["git", *words],
            # In words that are known, whatever the user's language.
            env=variables(alone=False) | {"LANGUAGE": "C"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
        )
    except FileNotFoundError:
        raise no_git() from None
    except subprocess.TimeoutExpired:
        raise SurroundingsError(
            f"git {words[0]} took more than {SECONDS} s",
            fix="See whether the repository can be reached, then run the same command again.",
        ) from None


def require(done: Done, address: str) -> None:
    """Raise where a command about a repository failed, with what git says of it."""
    if done.returncode:
        said = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        raise SurroundingsError(
            f"{address}: git cannot read this repository: {' '.join(said[:3])}",
            fix=f"Try it by hand: git ls-remote {address}",
        )
