"""The variables of a room: few of ours, none that is a key."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from midspan.pipelines.checks.processes import KEPT_VARIABLES

KEPT: Final = (
    *(name for name in KEPT_VARIABLES if name != "TMPDIR"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
    *("NODE_EXTRA_CA_CERTS", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"),
)
"""What an agent gets to see of our environment, beside proxies and package indexes."""

INDEXES: Final = ("PIP_INDEX_URL", "UV_INDEX_URL", "UV_DEFAULT_INDEX")
"""Where packages come from; not with a password in it."""

PROXIES: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_HERE: Final = "127.0.0.1,localhost"


def room_variables(
    folder: Path, venv: Path | None, extra: Mapping[str, str], ours: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the variables of a room; our own Python comes last on PATH, for want of another."""
    kept = {name: ours[name] for name in KEPT if name in ours}
    kept |= {name: ours[name] for name in INDEXES if not _has_password(ours.get(name, "@"))}
    path = [kept.get("PATH") or os.defpath, str(Path(sys.executable).parent)]
    found = {
        "LANG": "C.UTF-8",
        **kept,
        **_proxies(ours),
        "HOME": str(folder / "home"),
        "PWD": str(folder / "work"),
        "TMPDIR": str(folder / "tmp"),
        # The room may lie in a repository of its user's: git must not find that one.
        "GIT_CEILING_DIRECTORIES": str(folder),
        "PYTHONNOUSERSITE": "1",
    }
    if venv is not None:
        path.insert(0, str(venv / "bin"))
        found |= {"VIRTUAL_ENV": str(venv), "PIP_REQUIRE_VIRTUALENV": "1"}
    return {**found, "PATH": os.pathsep.join(path), **extra}


def _proxies(ours: Mapping[str, str]) -> dict[str, str]:
    """Return how to reach the outside: not with a password, and this machine without a proxy."""
    found = {}
    for name in (spelled for proxy in PROXIES for spelled in (proxy, proxy.upper())):
        value = ours.get(name)
        if value is None:
            continue
        if name.casefold() == "no_proxy":
            found[name] = f"{value},{_HERE}"
        elif not _has_password(value):
            found[name] = value
    if found and "no_proxy" not in found:
        found["no_proxy"] = found.get("NO_PROXY", _HERE)
    return found


def _has_password(address: str) -> bool:
    try:
        return "@" in urlsplit(address if "//" in address else f"//{address}").netloc
    except ValueError:
        return True
