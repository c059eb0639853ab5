"""What trying again cost, and what it brought."""

from midspan.scorers.retry_budget.retry_budget import RetryBudget

__all__ = ["RetryBudget"]
