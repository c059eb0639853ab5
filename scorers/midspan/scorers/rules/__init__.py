"""Process rules: what a run must and must not do on its way."""

from midspan.scorers.rules.rules import Rules

__all__ = ["Rules"]
