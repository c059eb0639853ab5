"""The verdicts of other evaluators, bit for bit, one file for each of them."""

from midspan.scorers.compat.scorer import Compat

__all__ = ["Compat"]
