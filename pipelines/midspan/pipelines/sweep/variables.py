"""The variables of the processes that a worker starts for itself: what they need, and no key."""

import os
from collections.abc import Iterable, Mapping
from typing import Final

KEPT: Final = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR"),
        *("TERM", "COLORTERM", "COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "VIRTUAL_ENV"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"),
        *("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT"),
        *("ACCELERATOR", "JOB_ID", "CPU_CORES", "MEMORY"),
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
        *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("SSH_AUTH_SOCK", "GIT_SSH", "GIT_SSH_COMMAND", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"),
    }
)
KEPT_BEGINNINGS: Final = (
    "LC_", "XDG_", "PYTHON", "UV_", "PIP_", "MIDSPAN_", "CUDA_", "NVIDIA_", "NCCL_", "VLLM_", "HF_",
    "TORCH", "COVERAGE_", "COV_",
)  # fmt: skip
SECRET_WORDS: Final = ("KEY", "TOKEN", "SECRET", "PASSW", "CREDENTIAL", "AUTH", "HEADERS", "COOKIE")
"""A variable with one of these in its name stays with the worker, whatever it begins with."""
NO_SECRETS: Final = frozenset({"SSH_AUTH_SOCK"})
"""Is a path, and git needs it for repositories that are not public."""


def scrubbed(
    variables: Mapping[str, str] = os.environ, *, without: Iterable[str] = ()
) -> dict[str, str]:
    """Return the variables that hold no secret, as far as their names tell.

    >>> sorted(scrubbed({"PATH": "/bin", "HF_TOKEN": "hf-1", "HF_HOME": "/h", "MY_KEY": "k"}))
    ['HF_HOME', 'PATH']
    """
    dropped = set(without)
    return {
        name: value
        for name, value in variables.items()
        if name not in dropped
        and (name in KEPT or name.startswith(KEPT_BEGINNINGS))
        and not names_secret(name)
        # An address of a package index, or of an HTTP proxy, may hold a password.
        and not may_hold_password(value)
    }


def names_secret(name: str) -> bool:
    """Return whether a variable is called as those are that hold a secret.

    >>> names_secret("my_api_key"), names_secret("SSH_AUTH_SOCK")
    (True, False)
    """
    return name not in NO_SECRETS and any(word in name.upper() for word in SECRET_WORDS)


def may_hold_password(value: str) -> bool:
    """Return whether a value may be an address with a password in it."""
    return "://" in value and "@" in value
