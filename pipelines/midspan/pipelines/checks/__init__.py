"""Runs the checks of a task where the run ran, and judges answers that no record has judged."""

from midspan.pipelines.checks.checking import LEFT_TO_SCORING, judge_answers, run_checks

__all__ = ["LEFT_TO_SCORING", "judge_answers", "run_checks"]
