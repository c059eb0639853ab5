"""Models that answer while the runs go on: servers of our own, or endpoints of others."""

from midspan.pipelines.sweep.serving.checking import serving_check
from midspan.pipelines.sweep.serving.families import Parsers, family_of, parsers_of
from midspan.pipelines.sweep.serving.gpu import GpuUse, Sampler, Watch
from midspan.pipelines.sweep.serving.images import Image, default_image, image_of
from midspan.pipelines.sweep.serving.served import Served
from midspan.pipelines.sweep.serving.serving import ENGINES, served
from midspan.pipelines.sweep.serving.weights import repository_of

__all__ = [
    "ENGINES",
    "GpuUse",
    "Image",
    "Parsers",
    "Sampler",
    "Served",
    "Watch",
    "default_image",
    "family_of",
    "image_of",
    "parsers_of",
    "repository_of",
    "served",
    "serving_check",
]
