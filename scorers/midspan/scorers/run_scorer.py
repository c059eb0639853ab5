"""A scorer from a plain function of one run: slower than frames, as good in every output."""

import inspect
import math
import typing
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field, fields, make_dataclass, replace
from typing import Any, ClassVar, Final, NoReturn, overload

import polars as pl

from midspan.scorers.errors import InvalidInput
from midspan.scorers.run_view import Call, Run, Turn, runs_of
from midspan.scorers.score import SCORE_NAME, VERDICT, Better, Declaration, Declarations, Level
from midspan.scorers.tables import SCORES, Tables

_UNITS: Final = {bool: "0/1", int: "count", float: "number", str: "label"}
"""The unit of a score by what the function returns, unless it is said."""


@dataclass(frozen=True, kw_only=True)
class Score:
    """One verdict on a run, or with `about` on one of its calls or turns."""

    value: float | None = None
    """A boolean is 1 or 0, and labelled pass or fail."""
    label: str | None = None
    name: str | None = None
    """The function's own name unless given."""
    explanation: str | None = None
    about: Call | Turn | None = None
    evidence: Sequence[str] = ()
    """Ids of the spans that show it."""
    numerator: float | None = None
    n: int | None = None
    """What the value is out of."""
    not_evaluated: str | None = None
    """Why the record does not allow a verdict."""


Verdict = Score | list[Score] | bool | float | str | None
Judge = Callable[..., Verdict]


@dataclass(frozen=True, kw_only=True)
class RunScorer:
    """A function of one run as a scorer. What it raises costs that run its score, and no other."""

    function: ClassVar[Judge]
    version: ClassVar[str] = "1"
    declares: ClassVar[tuple[Declaration, ...]] = ()

    def __call__(self, run: Run) -> Verdict:
        """Return what the function says of a run."""
        parameters = {each.name: getattr(self, each.name) for each in fields(self)}
        return type(self).function(run, **parameters)

    def having(self, **parameters: Any) -> "RunScorer":
        """Return the scorer with some of its parameters set."""
        return replace(self, **parameters)

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return the rows of every run."""
        schema = {name: SCORES.schema[name] for name in VERDICT}
        rows = [row for run in runs_of(tables) for row in self._rows(run)]
        return pl.LazyFrame(rows, schema=schema)

    def _rows(self, run: Run) -> list[dict[str, Any]]:
        try:
            rows = [self._row(run, score) for score in _scores(self(run))]
            _refuse_repeated(rows)
        except (Exception, SystemExit) as error:  # a function that exits ends no scoring
            reason = f"{type(error).__name__}: {error}"
            declared = [each.name for each in self.declares if each.level == Level.RUN]
            return [
                {"run_id": run.id, "name": name, "status": "failed", "reason": reason}
                for name in declared or [self.declares[0].name]
            ]
        return rows

    def _row(self, run: Run, score: Score) -> dict[str, Any]:
        name = score.name or self.declares[0].name
        if not SCORE_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a score: only a-z, 0-9, and _ . -")
        if name not in Declarations(self.declares):
            declared = ", ".join(each.name for each in self.declares)
            raise ValueError(f"gave {name}, which it does not declare; it declares {declared}")
        if score.value is None and score.label is None and score.not_evaluated is None:
            raise ValueError(f"{name} has neither value nor label, nor why it is not evaluated")
        if score.value is not None and not math.isfinite(score.value):
            raise ValueError(f"{name} is {score.value}, which is no finite number")
        label = score.label
        if isinstance(score.value, bool) and label is None:
            label = "pass" if score.value else "fail"
        return {
            "run_id": run.id,
            "span_id": score.about.span_id if score.about else None,
            "call": score.about.number if isinstance(score.about, Call) else None,
            "name": name,
            "trace_id": score.about.row["trace_id"] if score.about else None,
            "value": None if score.value is None else float(score.value),
            "label": None if label is None else str(label),
            "numerator": None if score.numerator is None else float(score.numerator),
            "n": None if score.n is None else int(score.n),
            "explanation": None if score.explanation is None else str(score.explanation),
            "evidence": [str(span_id) for span_id in score.evidence],
            "status": "not_evaluated" if score.not_evaluated else "ok",
            "reason": score.not_evaluated,
        }


@overload
def run_scorer(function: Judge, /) -> RunScorer: ...
@overload
def run_scorer(
    *,
    name: str | None = None,
    unit: str | None = None,
    better: str = "none",
    description: str | None = None,
    declares: Sequence[Declaration] = (),
    version: str = "1",
) -> Callable[[Judge], RunScorer]: ...
def run_scorer(
    function: Judge | None = None,
    /,
    *,
    name: str | None = None,
    unit: str | None = None,
    better: str = "none",
    description: str | None = None,
    declares: Sequence[Declaration] = (),
    version: str = "1",
) -> RunScorer | Callable[[Judge], RunScorer]:
    """Return a function of one run as a scorer, for the entry-point group `midspan.scorers`.

    The score is named like the function, described by its docstring, and its unit follows from
    what it is said to return, unless they are given. Keyword-only arguments of the function are
    the scorer's parameters. A function that gives several scores `declares` each.

    Example::

        @run_scorer(better="higher")
        def polite(run: Run, *, words: tuple[str, ...] = ("please",)) -> bool:
            return any(word in run.text.lower() for word in words)
    """

    def decorated(judge: Judge) -> RunScorer:
        own = Declaration(
            name=name or judge.__name__,
            level=Level.RUN,
            unit=unit or _unit(judge),
            better=Better(better),
            description=description or _first_line(judge),
        )
        namespace = {
            "__doc__": judge.__doc__,
            "__module__": judge.__module__,
            "function": staticmethod(judge),
            "declares": tuple(declares) or (own,),
            "version": version,
        }
        made = make_dataclass(
            judge.__name__,
            _parameters(judge),
            bases=(RunScorer,),
            namespace=namespace,
            frozen=True,
            kw_only=True,
        )
        scorer: RunScorer = made()
        return scorer

    return decorated if function is None else decorated(function)


def _scores(verdict: Verdict) -> Iterator[Score]:
    if verdict is None:
        return
    if isinstance(verdict, Score):
        yield verdict
    elif isinstance(verdict, str):
        yield Score(label=verdict)
    elif isinstance(verdict, bool | int | float):
        yield Score(value=verdict)
    elif isinstance(verdict, list | tuple):
        for one in verdict:
            yield one if isinstance(one, Score) else _refused(one)
    else:
        _refused(verdict)


def _refused(verdict: object) -> NoReturn:
    kind = type(verdict).__name__
    raise TypeError(f"gave {kind}; a scorer gives a Score, a list of them, bool, number, str, None")


def _refuse_repeated(rows: Sequence[dict[str, Any]]) -> None:
    seen = set()
    for row in rows:
        key = (row["span_id"], row["call"], row["name"])
        if key in seen:
            raise ValueError(f"gave {row['name']} twice for the same step")
        seen.add(key)


def _parameters(judge: Judge) -> list[tuple[str, Any, Any]]:
    hints = _hints(judge)
    given = [
        parameter
        for parameter in inspect.signature(judge).parameters.values()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    ]
    for parameter in given:
        if parameter.default is inspect.Parameter.empty:
            raise InvalidInput(
                f"run_scorer {judge.__name__}: its parameter {parameter.name} has no default"
            )
    return [(one.name, hints.get(one.name, Any), _default(one.default)) for one in given]


def _default(value: Any) -> Any:
    """Return a parameter's default; one that can be changed is copied for each scorer."""
    return value if value.__hash__ else field(default_factory=lambda: copy(value))


def _hints(judge: Judge) -> dict[str, Any]:
    try:
        return typing.get_type_hints(judge)
    except NameError:  # of types that are imported for a type checker only
        return {}


def _unit(judge: Judge) -> str:
    returned = _hints(judge).get("return")
    kinds = [kind for kind in (typing.get_args(returned) or (returned,)) if kind in _UNITS]
    return _UNITS[kinds[0]] if kinds else "number"


def _first_line(judge: Judge) -> str:
    return (inspect.getdoc(judge) or judge.__name__.replace("_", " ")).splitlines()[0]
