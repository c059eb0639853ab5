"""The scorer: what was accepted becomes runs, and runs that are complete become batches."""

from midspan.pipelines.watch.scorer.process import Scorer, ScorerSettings, main

__all__ = ["Scorer", "ScorerSettings", "main"]
