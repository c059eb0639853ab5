"""Models that answer while the runs go on: servers of our own, or endpoints of others."""

from midspan.pipelines.sweep.serving.checking import serving_check
from midspan.pipelines.sweep.serving.families import parsers_of
from midspan.pipelines.sweep.serving.images import Image, image_of
from midspan.pipelines.sweep.serving.served import Served
from midspan.pipelines.sweep.serving.serving import served
from midspan.pipelines.sweep.serving.weights import repository_of

__all__ = [
    "Image",
    "Served",
    "image_of",
    "parsers_of",
    "repository_of",
    "served",
    "serving_check",
]
