"""Secrets that are told by their form: keys of known providers, tokens, private keys.

Every repetition has an upper end and begins where a word begins, so that no text, however long and
whoever wrote it, takes more time than in proportion to its length.
"""

import re
from dataclasses import dataclass
from typing import Final

BEGIN: Final = r"(?:(?<![A-Za-z0-9])|(?<=\\[bfnrt]))"
"""Where a word begins, also behind a line break that JSON has written as two characters."""

DONE: Final = "REDACTED_"
"""How every placeholder begins: what has been replaced is not replaced again."""


@dataclass(frozen=True, kw_only=True)
class Detector:
    """A form of secret; of a match the group `secret`, else all of it, is replaced.

    Text that holds none of the needles is not searched, which is most of all text.
    """

    kind: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]

    def may_find_in(self, text: str) -> bool:
        """Return whether the text holds a needle."""
        return any(needle in text for needle in self.needles)


def _detector(kind: str, needles: str, pattern: str, flags: int = 0) -> Detector:
    return Detector(
        kind=kind, needles=tuple(needles.split()), pattern=re.compile(pattern, flags | re.ASCII)
    )


PRIVATE_KEY: Final = _detector(
    "private_key",
    "-----BEGIN",
    r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    # Where the end is missing, what may belong to it: the quote around it stays.
    r"(?:[^\"'<>{}]{0,20000}?-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----"
    r"|(?:[A-Za-z0-9+/=\s:,-]|\\[nrt\\]){0,20000})",
)
ADDRESS: Final = _detector(
    "secret",
    "://",
    rf"(?<=://)[^\s/:@\"'\\<>]{{0,128}}:(?!{DONE})(?P<secret>[^\s/@\"'\\<>]{{1,256}})(?=@)",
)
BEARER: Final = _detector(
    "token",
    "earer asic EARER ASIC",
    rf"\b(?:bearer|basic)\s{{1,8}}(?!{DONE})(?P<secret>(?=\S{{0,255}}\d)[\w.~+/-]{{16,4096}}={{0,2}})",
    re.IGNORECASE,
)
WEB_TOKEN: Final = _detector(
    "token",
    "eyJ",
    r"(?:(?<![\w-])|(?<=\\[bfnrt]))eyJ[\w-]{8,8192}\.[\w-]{8,8192}(?:\.[\w-]{0,8192})?",
)
_NO_PASSWORD: Final = (
    r"(?!(?:ath|erm|id|ort|re|rint0?|rintf|rune|ull|ublish)(?![\w-]))"
    r"(?!(?:[\d.]{7,15}:)?\d{1,5}(?:-\d{1,5})?:\d{1,5})"
)
"""Behind `-p` of a line that names MySQL: options of `find`, ports of `docker run`."""
COMMANDS: Final = (
    _detector(
        "secret",
        "curl",
        r"(?<![\w-])(?:-u|--user|--proxy-user)(?:\s{1,8}|=|\\{0,7}[\"'],\s{0,8})(?:\\{0,7}[\"'])?"
        rf"[^\s:\"'\\]{{1,128}}:(?!{DONE}|\$)(?P<secret>[^\s\"'\\]{{1,256}})",
    ),
    _detector(
        "secret",
        "sshpass",
        rf"sshpass\s{{1,8}}-p\s{{0,8}}(?:\\{{0,7}}[\"'])?(?!{DONE}|\$)(?P<secret>[^\s\"'\\]{{1,256}})",
    ),
    _detector(
        "secret",
        "mysql",
        rf"mysql[^\s]{{0,40}}(?:\s[^\n|;&]{{0,200}}?)?\s-p{_NO_PASSWORD}(?:\\{{0,7}}[\"'])?"
        rf"(?!{DONE}|\$)(?P<secret>[^\s\"'\\]{{1,256}})",
    ),
)
"""Passwords that an option of one letter gives to a program."""
LONG_KEY: Final = _detector(
    "key",
    "sk- sk_ rk- rk_",
    rf"{BEGIN}[csr]s?k[-_](?=[\w-]{{0,255}}\d)[\w-]{{16,255}}",
)

_ALNUM: Final = "[A-Za-z0-9]"
_PREFIXED: Final = {
    "hf_": rf"{_ALNUM}{{16,255}}",
    "ghp_": rf"{_ALNUM}{{20,255}}",
    "gho_": rf"{_ALNUM}{{20,255}}",
    "ghu_": rf"{_ALNUM}{{20,255}}",
    "ghs_": rf"{_ALNUM}{{20,255}}",
    "ghr_": rf"{_ALNUM}{{20,255}}",
    "github_pat_": r"\w{20,255}",
    "glpat-": r"[\w-]{16,255}",
    "xox": r"[abeprs]-[\w-]{10,255}",
    "npm_": rf"{_ALNUM}{{20,255}}",
    "pypi-AgE": r"[\w-]{16,1024}",
    "AKIA": r"[0-9A-Z]{16}",
    "ASIA": r"[0-9A-Z]{16}",
    "AIza": r"[\w-]{30,255}",
    "ya29.": r"[\w-]{16,1024}",
    "gsk_": rf"{_ALNUM}{{20,255}}",
    "xai-": rf"{_ALNUM}{{20,255}}",
    "pplx-": rf"{_ALNUM}{{20,255}}",
    "r8_": rf"{_ALNUM}{{20,255}}",
    "nvapi-": r"[\w-]{20,255}",
    "lsv2_": r"(?:pt|sk)_\w{20,255}",
    "SG.": r"[\w-]{16,64}\.[\w-]{16,128}",
    "dop_v1_": r"[a-f0-9]{32,128}",
    "dapi": r"[a-f0-9]{32,64}",
    "hvs.": r"[\w-]{20,255}",
    "tvly-": r"[\w-]{16,255}",
    "lin_api_": r"\w{20,255}",
    "ntn_": rf"{_ALNUM}{{20,255}}",
    "fw_": rf"{_ALNUM}{{20,255}}",
    "e2b_": r"[a-f0-9]{20,255}",
    "sbp_": r"[a-f0-9]{32,64}",
    "dckr_pat_": r"[\w-]{20,255}",
    "shpat_": r"[A-Fa-f0-9]{32}",
    "glsa_": r"\w{20,255}",
}
KEYS: Final = tuple(
    _detector("key", prefix, BEGIN + re.escape(prefix) + rest) for prefix, rest in _PREFIXED.items()
)
EMAIL: Final = _detector(
    "email",
    "@",
    r"(?:(?<![\w.+-])|(?<=\\[bfnrt]))[\w.+-]{1,64}@(?:[\w-]{1,63}\.){1,8}[A-Za-z]{2,24}\b",
)

LONG: Final = (WEB_TOKEN, LONG_KEY, *KEYS)
"""Those whose secrets are one long word."""
