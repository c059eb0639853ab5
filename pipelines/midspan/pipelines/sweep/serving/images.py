"""The container image of a job that serves a model, and what has to be installed into it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from midspan.scorers.suite import Model
from midspan.scorers.suite.serve import Engine

PLAIN: Final = "ghcr.io/astral-sh/uv:python3.12-bookworm"


@dataclass(frozen=True, kw_only=True)
class Image:
    """An image, and the packages that it lacks: to be installed beside midspan."""

    name: str
    packages: tuple[str, ...] = ()


IMAGES: Final[Mapping[Engine, Image]] = {
    "vllm": Image(name="vllm/vllm-openai:v0.33.0"),
    # There is no pinned image of it. The wheels of torch bring what a GPU needs but the driver.
    "transformers": Image(
        name=PLAIN,
        packages=("transformers[serving]==5.23.0", "torch==2.13.0", "accelerate>=1.0"),
    ),
    "llama-cpp": Image(name="ghcr.io/ggml-org/llama.cpp:server-cuda12-b9603"),
}
"""Pinned, each to the version that its flags were tried or read with."""


def image_of(model: Model) -> Image:
    """Return the image for a job with this model: the suite's own is taken as it is."""
    if model.serve is None:
        return Image(name=PLAIN)
    if model.serve.image:
        return Image(name=model.serve.image)
    return IMAGES[model.serve.engine]
