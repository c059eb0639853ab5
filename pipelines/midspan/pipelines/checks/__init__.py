"""Runs the checks of a task, once and where the run ran; scoring reads what came of them."""

from midspan.pipelines.checks.checking import LEFT_TO_SCORING, run_checks

__all__ = ["LEFT_TO_SCORING", "run_checks"]
