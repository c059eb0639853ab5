"""Results that several scorers ask for, computed once per set of tables."""

from collections.abc import Callable
from functools import wraps
from threading import RLock
from typing import Concatenate, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

from midspan.scorers.tables import Tables

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def once_per_tables(
    compute: Callable[Concatenate[Tables, Parameters], Result],
) -> Callable[Concatenate[Tables, Parameters], Result]:
    """Return the function with its results kept as long as the tables that they are of.

    What follows the tables must be hashable; a result must not hold the tables.
    """
    kept: WeakKeyDictionary[Tables, dict[object, Result]] = WeakKeyDictionary()
    lock = RLock()

    @wraps(compute)
    def remembered(tables: Tables, /, *rest: Parameters.args, **named: Parameters.kwargs) -> Result:
        with lock:
            results = kept.setdefault(tables, {})
            key = (rest, tuple(sorted(named.items())))
            if key not in results:
                results[key] = compute(tables, *rest, **named)
            return results[key]

    return remembered
