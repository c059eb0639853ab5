"""Tasks that may fail without the others: each is tried again, and then told with its reason."""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from midspan.pipelines.engines.executor import Executor, Result, WorkerLost
from midspan.scorers.errors import MidspanError

ATTEMPTS: Final = 3
"""How often a task is tried in all."""


@dataclass(frozen=True, kw_only=True)
class Failed:
    """What came of a task that gave nothing: why."""

    reason: str


def attempted(
    executor: Executor,
    function: Callable[..., Result],
    tasks: Sequence[tuple[object, ...]],
    *,
    attempts: int = ATTEMPTS,
) -> Iterator[tuple[int, Result | Failed]]:
    """Yield (number of the task, result) as tasks finish, or why a task failed each time."""
    tried: Counter[int] = Counter()
    rounds = deque([list(range(len(tasks)))])
    while rounds:
        numbers = rounds.popleft()
        left = dict.fromkeys(numbers)
        failed: dict[int, Failed] = {}
        alone: list[int] = []
        try:
            asked = [tasks[number] for number in numbers]
            for place, result in executor.run(partial(_caught, function), asked):
                number = numbers[place]
                del left[number]
                if isinstance(result, Failed):
                    failed[number] = result
                else:
                    yield number, result
        except WorkerLost as lost:
            taken = [numbers[place] for place in lost.tasks]
            for number in taken:
                del left[number]
            if lost.each_of_them or len(taken) == 1:
                failed |= dict.fromkeys(taken, Failed(reason=str(lost.args[0])))
            else:
                alone = taken  # one of them ends its process: by itself, it shows which
        tried.update(failed.keys())
        for number, result in failed.items():
            if tried[number] >= attempts:
                yield number, result
        again = [number for number in failed if tried[number] < attempts]
        rounds.extend(each for each in (list(left), *([one] for one in alone), again) if each)


def _caught(function: Callable[..., Result], *task: object) -> Result | Failed:
    """Return what a function gives, or what it raised: there is no error but of the processes."""
    try:
        return function(*task)
    except MidspanError as error:
        return Failed(reason=str(error))
    except Exception as error:
        return Failed(reason=f"{type(error).__name__}: {error}")
