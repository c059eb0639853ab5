"""Takes keys, tokens and passwords out of recorded text, and counts what it took."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

_PATTERNS: Final = (
    (
        "private_key",
        re.compile(
            r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)",
            re.DOTALL,
        ),
    ),
    ("token", re.compile(r"\beyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")),
    (
        "key",
        re.compile(
            r"\b(?:[sr]k[-_](?=[\w-]*\d)[\w-]{16,}|hf_\w{16,}|gh[pousr]_\w{20,}|github_pat_\w{20,}"
            r"|glpat-[\w-]{16,}|xox[abeprs]-[\w-]{10,}|npm_\w{20,}|pypi-[\w-]{16,}"
            r"|A[KS]IA[0-9A-Z]{16}|AIza[\w-]{30,}|ya29\.[\w-]{16,})"
        ),
    ),
    ("token", re.compile(r"(?i)(?P<before>\b(?:bearer|basic)\s+)(?=\S*\d)[\w.~+/-]{16,}=*")),
    (
        "secret",
        re.compile(
            r"(?P<before>[a-z][a-z0-9+.-]*://[^\s/:@]+:)(?!<redacted:)[^\s/@]+(?=@)", re.IGNORECASE
        ),
    ),
)
_NAMES: Final = (
    r"(?:api|access|secret|private)[_-]?key|(?:access|auth|refresh|session|id)[_-]?token"
    r"|client[_-]?secret|password|passwd"
)
_SECRET_NAME: Final = re.compile(rf"(?i)(?:[a-z0-9]+[_-])*(?:{_NAMES})")
_ASSIGNED: Final = re.compile(
    rf"(?i)(?P<before>(?:\b|_)(?:{_NAMES})\\*[\"']?\s*[:=]\s*\\*[\"']?)(?!<redacted:)"
    r"[^\s\"'\\,;}<>]{4,}"
)
_EMAIL: Final = re.compile(r"\b[\w.+-]+@(?:[\w-]+\.)+[A-Za-z]{2,}\b")


class Redaction:
    """Takes secrets out of values; `counts` says how many of each kind."""

    def __init__(self, *, emails: bool = False) -> None:
        """Begin with nothing counted; emails are left where they are unless asked for."""
        named = (*_PATTERNS, ("secret", _ASSIGNED))
        self._patterns = (*named, ("email", _EMAIL)) if emails else named
        self.counts: Counter[str] = Counter()

    def __call__(self, value: Any) -> Any:
        """Return a JSON value without secrets; everything else in it is as it was.

        >>> Redaction()({"note": "use hf_abcdefghijklmnopqrst", "n": 1, "password": "hunter2"})
        {'note': 'use <redacted:key>', 'n': 1, 'password': '<redacted:secret>'}
        """
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self(item) for item in value]
        if isinstance(value, Mapping):
            return {name: self._named(name, item) for name, item in value.items()}
        return value

    def _named(self, name: str, value: Any) -> Any:
        if isinstance(value, str) and value and _SECRET_NAME.fullmatch(name):
            self.counts["secret"] += 1
            return "<redacted:secret>"
        return self(value)

    def _text(self, text: str) -> str:
        for kind, pattern in self._patterns:
            before = r"\g<before>" if "before" in pattern.groupindex else ""
            text, count = pattern.subn(f"{before}<redacted:{kind}>", text)
            if count:
                self.counts[kind] += count
        return text
