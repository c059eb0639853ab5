"""What runs took: turns, calls, tokens, time, money, and requests that failed."""

from midspan.scorers.resources.provider_faults import ProviderFaults
from midspan.scorers.resources.resources import Resources

__all__ = ["ProviderFaults", "Resources"]
