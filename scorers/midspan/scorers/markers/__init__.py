"""Markers: named predicates over the steps of runs, and where they fire."""

from midspan.scorers.markers.firings import FIRINGS, firings
from midspan.scorers.markers.scorer import Markers

__all__ = ["FIRINGS", "Markers", "firings"]
