"""What the loop is asked, as its driver writes it to stdin, and what it says at its end."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Final, Self

INSTRUCTIONS: Final = (
    "You work in a directory on a computer. Use the tools to do what is asked, check your work,"
    " and end with the answer alone, without a tool call."
)


@dataclass(frozen=True, kw_only=True)
class LoopTask:
    """One task."""

    prompt: str
    model: str
    base_url: str
    api_key: str
    instructions: str = INSTRUCTIONS
    max_turns: int | None = None
    retries: int = 0
    """How often a request is sent again."""
    sampling: Mapping[str, Any] = field(default_factory=dict)
    spans: str = "proxy"
    """`auto`: all steps are recorded here; `both`: those that the proxy does not see."""

    @classmethod
    def read(cls, data: bytes) -> Self:
        """Return the task in its written form."""
        return cls(**json.loads(data))

    def written(self) -> bytes:
        """Return the task as `read` takes it."""
        return json.dumps(asdict(self)).encode()


@dataclass(frozen=True, kw_only=True)
class LoopEnd:
    """How the loop ended."""

    answer: str | None = None
    budget: str | None = None
    """`turns` where they were used up before there was an answer."""
    failed: str | None = None
    turns: int = 0
    retries: int = 0
    """How many requests were sent again."""

    def line(self) -> str:
        """Return it as the one line that the loop prints."""
        return json.dumps(asdict(self))

    @classmethod
    def from_line(cls, line: str) -> Self | None:
        """Return what such a line says, or None for any other line."""
        try:
            told = json.loads(line)
        except ValueError:
            return None
        whole = isinstance(told, dict) and told.keys() == {each.name for each in fields(cls)}
        return cls(**told) if whole else None
