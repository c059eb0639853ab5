"""What tokens cost, by the prices of the profile: for a budget in USD while a run goes on."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.scorers.globs import globs_pattern
from midspan.scorers.profile.prices import PerMillion, Price

MILLION: Final = 1_000_000


@dataclass(frozen=True, kw_only=True)
class Prices:
    """The prices of a profile; the model of the run stands for spans that name none."""

    prices: tuple[Price, ...] = ()
    model: str | None = None

    def cost(self, models: Sequence[str], attributes: Mapping[str, Any]) -> float:
        """Return what one model call cost; nothing where there is no price for its model."""
        told = attributes.get("llm.cost.total")
        if isinstance(told, int | float):
            return float(told)
        price = self._price([*models, *([self.model] if self.model else [])])
        if price is None:
            return 0.0
        read = _tokens(attributes, conventions.CACHE_READ_TOKENS)
        written = _tokens(attributes, conventions.CACHE_WRITE_TOKENS)
        new = max(0, _tokens(attributes, conventions.INPUT_TOKENS) - read - written)
        cached = price.new if price.cached is None else price.cached
        cache_write = price.new if price.cache_write is None else price.cache_write
        output = _tokens(attributes, conventions.OUTPUT_TOKENS)
        return (
            new * price.new + read * cached + written * cache_write + output * price.output
        ) / MILLION

    def knows(self, model: str) -> bool:
        """Return whether there is a price for a model."""
        return self._price([model]) is not None

    def _price(self, models: Sequence[str]) -> PerMillion | None:
        for pattern, price in self._patterns:
            if any(pattern.search(model) for model in models):
                return price
        return None

    @cached_property
    def _patterns(self) -> list[tuple[re.Pattern[str], PerMillion]]:
        return [(re.compile(globs_pattern([each.model])), each.per_million) for each in self.prices]


def _tokens(attributes: Mapping[str, Any], name: str) -> int:
    value = attributes.get(name)
    return int(value) if isinstance(value, int | float) else 0
