"""The software that the agents use, at the revisions under test, and the tiers of access to it."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field

from midspan.scorers.file_format.fields import InsidePath, Label, Positive, Text
from midspan.scorers.file_format.models import Shorthand, Strict
from midspan.scorers.suite.inputs import FileCopy

RESERVED: Final = frozenset({"HOME", "PATH", "PWD", "TMPDIR", "VIRTUAL_ENV"})
"""Variables that belong to the room of a run."""

_SECRETIVE: Final = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIALS?)$", re.IGNORECASE)


def _python_version(value: str) -> str:
    if not re.fullmatch(r"3\.[0-9]{1,2}(\.[0-9]{1,3})?", value):
        raise ValueError(f'{value[:20]!r} is no Python version: write "3.12"')
    return value


def _repository(value: str) -> str:
    # git takes what begins with a dash for an option, and `ext::` for a command to run.
    if value.startswith("-") or re.match(r"[A-Za-z0-9]+::", value):
        raise ValueError("must be an address that git clones, or the path of a repository")
    if re.match(r"https?://[^/]*@", value):
        raise ValueError("must hold no user name or password; git has credential helpers")
    return value


def _ref(value: str) -> str:
    if value.startswith("-"):
        raise ValueError(f"{value[:60]!r} is no commit, tag or branch")
    return value


def _installed(value: str) -> str:
    path = re.fullmatch(r"([^\[\]]+)(\[[\w.,\s-]*\])?", value)
    if path is None or value.startswith(("-", "/", "~")) or ".." in re.split(r"[/\\]", path[1]):
        raise ValueError(f"{value[:60]!r} is no path in the checkout: write `.` or `.[torch]`")
    return value


def _requirement(value: str) -> str:
    if value.startswith("-"):
        raise ValueError(f"{value[:60]!r} is no requirement: write `numpy` or `numpy>=2`")
    return value


def _variable(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
        raise ValueError(f"{name[:60]!r} is no name of a variable")
    if name in RESERVED or name.startswith("MIDSPAN_"):
        raise ValueError(f"{name} is set by midspan")
    if _SECRETIVE.search(name):
        raise ValueError(f"{name} looks like a secret, and agents can read their environment")
    return name


Command = Annotated[tuple[Text, ...], Field(min_length=1)]
Variable = Annotated[str, AfterValidator(_variable)]
Requirement = Annotated[Text, AfterValidator(_requirement)]


class Target(Strict):
    """The repository whose revisions are compared."""

    repository: Annotated[Text, AfterValidator(_repository)]
    """Address that git clones, or the path of a repository, relative to the suite file."""
    install: Annotated[Text, AfterValidator(_installed)] | None = "."
    """What pip installs, relative to the checkout: `.`, `.[torch]`; null installs nothing."""
    requirements: tuple[Requirement, ...] = ()
    """What is installed beside it: `pillow`, `torch==2.9.1`."""
    python: Annotated[str, AfterValidator(_python_version)] | None = None
    """Python version for it; the one midspan runs with when absent."""

    other_words: ClassVar[dict[str, str]] = {
        "repo": "repository",
        "url": "repository",
        "packages": "requirements",
        "dependencies": "requirements",
        "python_version": "python",
    }


class Revision(Shorthand):
    """A commit, tag or branch of the target."""

    ref: Annotated[Text, AfterValidator(_ref)]
    """What git resolves to a commit."""
    name: Label | None = None
    """Name in tables and reports; the ref when absent."""

    @property
    def label(self) -> str:
        """Return the name in tables and reports."""
        return self.name or self.ref


class Tier(Strict):
    """What the agent is given beside the task."""

    checkout: InsidePath | None = None
    """Where in the run's directory the target is checked out; absent: it is not."""
    files: tuple[FileCopy, ...] = ()
    """Copied into the run's directory."""
    setup: tuple[Command, ...] = ()
    """Commands, each a list of words, run in the run's directory before the agent starts."""
    setup_seconds: Positive = 300
    """What the setup commands of a run may take together."""
    environment: Mapping[Variable, str] = Field(default_factory=dict)
    """Variables for the setup commands and the agent. Agents can read them: no secrets."""
    agent_arguments: tuple[Text, ...] = ()
    """Further words on the agent's command line."""

    other_words: ClassVar[dict[str, str]] = {
        "arguments": "agent_arguments",
        "args": "agent_arguments",
        "env": "environment",
        "variables": "environment",
        "commands": "setup",
    }
