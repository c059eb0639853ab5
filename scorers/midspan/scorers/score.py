"""Score rows: what a scorer says, and what it declares about the scores it gives."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol, runtime_checkable

import polars as pl

from midspan.scorers.errors import InvalidInput
from midspan.scorers.tables import SCORES, Tables

if TYPE_CHECKING:
    from midspan.scorers.profile import Profile

VERDICT: Final = (
    "run_id",
    "span_id",
    "call",
    "name",
    "trace_id",
    "value",
    "label",
    "numerator",
    "n",
    "explanation",
    "evidence",
    "status",
    "reason",
)
"""The columns that a scorer may give; `run_id` and `name` it must."""

SCORE_NAME: Final = re.compile(r"[a-z0-9_.-]+")


class Level(StrEnum):
    """What a score is about."""

    STEP = "step"
    RUN = "run"
    CELL = "cell"


class Better(StrEnum):
    """Which way a score is better."""

    HIGHER = "higher"
    LOWER = "lower"
    NEITHER = "none"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """What is fixed about a score before it is computed."""

    name: str
    level: Level
    unit: str
    better: Better
    description: str


class Declarations(Mapping[str, Declaration]):
    """Declarations by the name of the score; one of a family (`check.*`) by any name in it.

    >>> each = Declaration(
    ...     name="check.*", level=Level.RUN, unit="0/1", better=Better.HIGHER, description="Held."
    ... )
    >>> Declarations([each])["check.amount"].better.value
    'higher'
    """

    def __init__(self, declared: Iterable[Declaration]) -> None:
        """Keep the declarations; of two for one name the later holds."""
        self._by_name = {each.name: each for each in declared}

    def __getitem__(self, name: str) -> Declaration:
        """Return what is declared of a score, by itself or as one of its family."""
        if name in self._by_name:
            return self._by_name[name]
        return self._by_name[f"{name.partition('.')[0]}.*"]

    def __iter__(self) -> Iterator[str]:
        """Give the names, and the globs of families."""
        return iter(self._by_name)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._by_name)


@runtime_checkable
class Scorer(Protocol):
    """A frozen dataclass whose fields are its configuration.

    Scores that the user names (`check.amount`) are declared as a family, in an attribute
    `families` beside `declares`.
    """

    version: ClassVar[str]
    declares: ClassVar[tuple[Declaration, ...]]

    def score(self, tables: Tables) -> pl.LazyFrame:
        """Return rows with some of the columns of `VERDICT`; no row where nothing is to judge."""
        ...


@runtime_checkable
class DeclaredByProfile(Protocol):
    """A scorer of what a profile names, which declares it with its direction."""

    def declared_by(self, profile: "Profile") -> tuple[Declaration, ...]:
        """Return the declarations of the scores that a profile names."""
        ...


@runtime_checkable
class ScoreOfScores(Scorer, Protocol):
    """A scorer that puts the scores of others together; it runs after them."""

    def score_of(self, scores: pl.LazyFrame, tables: Tables) -> pl.LazyFrame:
        """Return rows as `score` does; `scores` are rows of the runs, in the order of scorers."""
        ...


def config_hash(scorer: object, setting: str = "") -> str:
    """Return a short hash of a scorer's configuration, and of the setting it judges in."""
    fields = asdict(scorer) if is_dataclass(scorer) and not isinstance(scorer, type) else {}
    text = json.dumps([fields, setting], sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()


def score_rows(
    verdicts: pl.DataFrame, *, name: str, scorer: Scorer, setting: str = ""
) -> pl.DataFrame:
    """Return complete rows of the scores table from what a scorer gave.

    `setting` is the digest of the setting that the tables were judged in.
    """
    _check_verdicts(verdicts, name)
    given = verdicts.cast({column: SCORES.schema[column] for column in verdicts.columns})
    rows = pl.concat([SCORES.empty(), given], how="diagonal").with_columns(
        pl.col("evidence").fill_null(pl.lit([], pl.List(pl.String))),
        pl.col("status").fill_null("ok"),
        scorer=pl.lit(name),
        scorer_version=pl.lit(scorer.version),
        config_hash=pl.lit(config_hash(scorer, setting)),
        source=pl.lit("code", SCORES.schema["source"]),
    )
    return SCORES.validate(rows)


def _check_verdicts(verdicts: pl.DataFrame, scorer: str) -> None:
    """Raise where a scorer gives what no score row can hold; nothing of it is dropped unsaid."""
    unknown = [column for column in verdicts.columns if column not in VERDICT]
    if unknown:
        raise InvalidInput(
            f"scorer {scorer}: gives unknown columns: {', '.join(unknown)}",
            fix=f"A scorer may give: {', '.join(VERDICT)}.",
        )
    missing = [column for column in ("run_id", "name") if column not in verdicts.columns]
    if verdicts.height and missing:
        raise InvalidInput(f"scorer {scorer}: gives no column {' and no column '.join(missing)}")
    names = set(verdicts["name"].drop_nulls()) if verdicts.height else set()
    refused = sorted(name for name in names if not SCORE_NAME.fullmatch(name))
    if refused:
        raise InvalidInput(
            f"scorer {scorer}: cannot name a score {', '.join(map(repr, refused))}",
            fix="Names are made of a-z, 0-9, and _ . - (servers and URLs refuse other characters).",
        )


def failed_row(run_id: str, *, name: str, scorer: str, version: str, reason: str) -> dict[str, Any]:
    """Return the row that says a scorer raised, which is neither a zero nor silence."""
    return {
        "run_id": run_id,
        "name": name,
        "scorer": scorer,
        "evidence": [],
        "scorer_version": version,
        "config_hash": "",
        "source": "code",
        "status": "failed",
        "reason": reason,
    }
