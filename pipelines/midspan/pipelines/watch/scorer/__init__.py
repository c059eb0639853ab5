"""The scorer: what was accepted becomes runs, and runs that are complete become batches."""

from midspan.pipelines.watch.scorer.process import Scorer, main
from midspan.pipelines.watch.scorer.settings import ScorerSettings

__all__ = ["Scorer", "ScorerSettings", "main"]
