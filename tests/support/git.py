"""Repositories on this disk."""

import os
import subprocess
from pathlib import Path

_WHO = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (
        ("NAME", "Tester"),
        ("EMAIL", "tester@example.org"),
        ("DATE", "2026-01-01T00:00:00+0000"),
    )
}


class Repository:
    """A repository in a folder, made anew."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main")

    def git(self, *words: str) -> str:
        """What a git command prints; it knows nothing of the user's settings."""
        alone = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(
            ["git", "-C", str(self.path), *words],
            env={**os.environ, **_WHO, **alone},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self, text: str) -> str:
        """A commit whose file holds the text; returns its id."""
        (self.path / "file.txt").write_text(text)
        self.git("add", "file.txt")
        self.git("commit", "--quiet", "--message", text)
        return self.git("rev-parse", "HEAD")
