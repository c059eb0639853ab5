"""What a server gets to see of our environment."""

from collections.abc import Mapping
from typing import Final

from midspan.instrumentation import environment
from midspan.pipelines.servers.recipe import PASSED_ON

NAMES: Final = PASSED_ON | {
    "HF_HOME",
    "HF_HUB_CACHE",
    "HF_HUB_OFFLINE",
    "HF_ENDPOINT",
    "PYTHONPATH",
    "XDG_CACHE_HOME",
    "OMP_NUM_THREADS",
}
PREFIXES: Final = ("CUDA_", "GGML_", "LC_", "LLAMA_ARG_", "NCCL_", "NVIDIA_", "TORCH", "VLLM_")
_NEVER: Final = ("KEY", "TOKEN", "SECRET", "PASSWORD")

SAID: Final = {"DO_NOT_TRACK": "1", "VLLM_NO_USAGE_STATS": "1", "PYTHONUNBUFFERED": "1"}
"""No usage statistics are sent, and what a server says last reaches its log."""


def server_variables(ours: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a server: settings of engines and caches, and no key.

    >>> server_variables({"PATH": "/bin", "OPENAI_API_KEY": "k", "VLLM_API_KEY": "k"})["PATH"]
    '/bin'
    """
    kept = {
        name: value
        for name, value in ours.items()
        if name in NAMES or (name.startswith(PREFIXES) and not any(word in name for word in _NEVER))
    }
    return {**kept, **SAID}


def flavor_of(ours: Mapping[str, str]) -> str | None:
    """Return the hardware flavor that this job was started on; None where nobody says."""
    return ours.get(environment.FLAVOR) or None


def image_here(ours: Mapping[str, str]) -> str | None:
    """Return the image that this job runs in; None elsewhere, whatever image the suite names."""
    return ours.get(environment.IMAGE) or None
