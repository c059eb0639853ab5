"""Traces of agents at work on tasks: trials are alike, and most failures are tried again."""

import json
import random
from collections.abc import Iterator

from corpus import TOOLS, Corpus, Json

TRIALS = 5
"""Traces of one task."""

AGAIN, OTHERWISE, ASTRAY = 0.25, 0.35, 0.1
"""How often a failed call is made again as it was or changed, and a call is not of the plan."""


class Agents(Corpus):
    """Makes traces whose calls follow the plan of their task, with slips."""

    def calls(self, number: int, turn: int, failed: list[Json]) -> Iterator[Json]:
        """Yield retries of what failed, and what the plan of the task has for this turn."""
        for call in failed:
            chance = self.random.random()
            if chance < AGAIN:
                yield {"name": call["name"], "arguments": call["arguments"]}
            elif chance < AGAIN + OTHERWISE:
                changed = json.loads(call["arguments"]) | {"limit": 100 + turn}
                yield {"name": call["name"], "arguments": json.dumps(changed)}
        if self.random.random() < ASTRAY:
            yield from super().calls(number, turn, failed)
        else:
            yield from planned(number // TRIALS, turn)


def planned(task: int, turn: int) -> Iterator[Json]:
    """Yield the calls that a task needs in a turn."""
    plan = random.Random(f"{task}/{turn}")
    for _ in range(plan.choice((1, 1, 1, 2))):
        name = plan.choice(TOOLS)
        query = " ".join(f"{plan.getrandbits(32):08x}" for _ in range(plan.randint(2, 16)))
        yield {"name": name, "arguments": json.dumps({"query": query, "limit": turn})}
