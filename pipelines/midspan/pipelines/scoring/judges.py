"""The scorers of one scoring: which run, with which parameters, and what they say of some runs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from midspan.scorers.errors import InvalidInput
from midspan.scorers.file_format.problems import suggestion
from midspan.scorers.plugins import available, declarations, load_scorer
from midspan.scorers.profile import Profile
from midspan.scorers.score import Level, ScoreOfScores, Scorer, failed_row, score_rows
from midspan.scorers.tables import SCORES, Tables

COMPAT: Final = "compat"
"""The scorer that has other tools' modes, which it runs only when asked for them."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """A scorer by its name; one that could not be made says why instead."""

    name: str
    scorer: Scorer | None = None
    problem: str | None = None

    @property
    def puts_together(self) -> bool:
        """Return whether the scorer judges by the scores of others, and so comes after them."""
        return isinstance(self.scorer, ScoreOfScores)

    def rows(self, tables: Tables, scores: pl.DataFrame) -> pl.DataFrame:
        """Return the scorer's rows; it may be anybody's, so its crash is rows too, and no end.

        `scores` are those that the runs have already: for a scorer that puts them together.
        """
        if self.scorer is None:
            return self._failed(tables, self.problem or "cannot be made")
        try:
            if isinstance(self.scorer, ScoreOfScores):
                verdicts = self.scorer.score_of(scores.lazy(), tables).collect()
            else:
                verdicts = self.scorer.score(tables).collect()
            return score_rows(
                verdicts, name=self.name, scorer=self.scorer, setting=tables.setting.digest
            )
        except (Exception, SystemExit) as error:  # a scorer that exits ends no scoring
            return self._failed(tables, f"{type(error).__name__}: {error}")

    def _failed(self, tables: Tables, reason: str) -> pl.DataFrame:
        run_ids = tables.runs.select("run_id").collect()["run_id"]
        declares = self.scorer.declares if self.scorer is not None else ()
        version = self.scorer.version if self.scorer is not None else "unknown"
        names = [each.name for each in declares if each.level == Level.RUN] or [self.name]
        return SCORES.frame(
            [
                failed_row(run_id, name=score, scorer=self.name, version=version, reason=reason)
                for run_id in run_ids
                for score in names
            ]
        )


def judges(
    profile: Profile, *, only: Sequence[str] = (), compat: Sequence[str] = ()
) -> list[Judge]:
    """Return the installed scorers as a profile wants them, or `only` some of them.

    `compat` are modes of other tools. A parameter that a scorer does not have, or that it refuses,
    is an error here; a scorer of a broken package fails by itself.
    """
    for name in (*only, *([COMPAT] if compat else ())):
        _require(name)
    names = [name for name in available() if not only or name in only]
    if compat and COMPAT not in names:
        names.append(COMPAT)
    asked: dict[str, Mapping[str, Any]] = {COMPAT: {"modes": list(compat)}} if compat else {}
    made = []
    for name in names:
        wanted = profile.scorers.get(name, True)
        if wanted is False and name not in (*only, *asked):
            continue
        parameters = {**(wanted if isinstance(wanted, Mapping) else {}), **asked.get(name, {})}
        made.append(_judge(name, parameters))
    return made


def turned_off(profile: Profile) -> list[str]:
    """Return the scorers that a profile does not want."""
    return [name for name, wanted in profile.scorers.items() if wanted is False]


def judged(
    judges: Sequence[Judge],
    tables: Tables,
    *,
    kept: pl.DataFrame | None = None,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> pl.DataFrame:
    """Return everything that some scorers say of the runs of some tables.

    Those that put scores together come last. They see what the others said just now, and the rows
    that are `kept`: of scorers that do not run this time.
    """
    earlier = SCORES.empty() if kept is None else kept
    frames = [SCORES.empty()]
    for number, judge in enumerate(sorted(judges, key=lambda one: one.puts_together), start=1):
        known = pl.concat([earlier, *frames]) if judge.puts_together else earlier
        frames.append(judge.rows(tables, known))
        progress(number, len(judges))
    return _with_traces(pl.concat(frames), tables)


def _with_traces(rows: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """Return the rows with a trace each: a run of several traces is named by its root's."""
    of_run = tables.runs.select("run_id", root_trace=pl.col("trace_ids").list.first()).collect()
    joined = rows.join(of_run, on="run_id", how="left", maintain_order="left")
    filled = joined.with_columns(pl.coalesce("trace_id", "root_trace").alias("trace_id"))
    return SCORES.validate(filled.drop("root_trace"))


def _judge(name: str, parameters: Mapping[str, Any]) -> Judge:
    if parameters:
        return Judge(name=name, scorer=load_scorer(name, parameters))
    try:
        return Judge(name=name, scorer=load_scorer(name))
    except (Exception, SystemExit) as error:
        return Judge(name=name, problem=f"{type(error).__name__}: {error}")


def _require(name: str) -> None:
    known = available()
    if name in known:
        return
    if name in declarations():
        makers = [each for each in known if name in _scores_of(each)]
        raise InvalidInput(f"{name} is a score, not a scorer", fix=f"Name {' or '.join(makers)}.")
    raise InvalidInput(
        f"no such scorer: {name}.{suggestion(name, known)}",
        fix=f"There are {', '.join(known)}.",
    )


def _scores_of(name: str) -> list[str]:
    made = _judge(name, {})
    return [each.name for each in made.scorer.declares] if made.scorer else []
