"""What tokens cost, by the prices of the profile: for a budget in USD while a run goes on."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from midspan.pipelines.sweep.worker.tokens import Tokens
from midspan.scorers.globs import globs_pattern
from midspan.scorers.profile.prices import PerMillion, Price

MILLION: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The prices of a profile; the model of the run stands for spans that name none."""

    prices: tuple[Price, ...] = ()
    model: str | None = None

    def cost(self, models: Sequence[str], tokens: Tokens) -> float:
        """Return what one model call cost; nothing where there is no price for its model."""
        price = self._price([*models, *([self.model] if self.model else [])])
        if price is None:
            return 0.0
        cached = price.new if price.cached is None else price.cached
        cache_write = price.new if price.cache_write is None else price.cache_write
        return (
            tokens.new * price.new
            + tokens.cache_read * cached
            + tokens.cache_write * cache_write
            + tokens.output * price.output
        ) / MILLION

    def _price(self, models: Sequence[str]) -> PerMillion | None:
        for pattern, price in self._patterns:
            if any(pattern.search(model) for model in models):
                return price
        return None

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], PerMillion]]:
        return [(re.compile(globs_pattern([each.model])), each.per_million) for each in self.prices]
