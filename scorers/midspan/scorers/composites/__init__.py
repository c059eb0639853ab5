"""Composites: weighted means of other scores, as a profile asks for them."""

from midspan.scorers.composites.composites import Composites

__all__ = ["Composites"]
