"""Where repositories and environments are kept between sweeps."""

import hashlib
import os
import re
from collections.abc import Mapping
from pathlib import Path

from midspan.instrumentation import environment
from midspan.pipelines.servers import Home


def default_cache(variables: Mapping[str, str] = os.environ) -> Path:
    """Return `cache` in the folder that MIDSPAN_HOME names, else the platform's cache folder."""
    if variables.get(environment.HOME):
        return Home.of_user(variables).root / "cache"
    import platformdirs

    return platformdirs.user_cache_path("midspan", appauthor=False)


def named(readable: str, *parts: str | None) -> str:
    """Return a file name: something to read, and a digest of all that it stands for.

    >>> named("https://example.com/shop.git", "https://example.com/shop.git")
    'shop-ad11e5eb5abc'
    """
    digest = hashlib.blake2b("\0".join(part or "" for part in parts).encode(), digest_size=6)
    last = readable.rstrip("/").rpartition("/")[2].removesuffix(".git")
    words = re.sub(r"[^A-Za-z0-9._-]+", "-", last).strip(".-")[:40] or "repository"
    return f"{words}-{digest.hexdigest()}"
