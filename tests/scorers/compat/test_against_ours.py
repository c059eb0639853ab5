"""Where other tools go wrong, what they say and what our own scores say: the table of the docs."""

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from midspan.scorers.compat.modes import MODES, chosen
from midspan.scorers.compat.scorer import Compat
from midspan.scorers.profile import Profile
from midspan.scorers.score import Scorer
from midspan.scorers.setting import Setting, TaskSetting, default_profile
from midspan.scorers.suite import ExpectedCalls
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls import CallsExpected
from tests.scorers.builders import Row, judged, runs, tables, tools
from tests.scorers.compat.saying import Call, call

PAGE = Path(__file__).parents[3] / "docs" / "compat.md"

PARAMETERS = {
    "x": {"type": "integer"},
    "y": {"type": "array", "items": {"type": "integer"}},
}
SCHEMA = json.dumps({"type": "object", "properties": PARAMETERS})


@dataclass(frozen=True, kw_only=True)
class Difference:
    what: str
    made: list[Call]
    wanted: list[Call]
    ours: dict[str, float]
    theirs: dict[str, float] = field(default_factory=dict)
    said: str = ""
    compared: dict[str, Any] = field(default_factory=dict)
    partial_credit: bool = False
    failed: tuple[int, ...] = ()

    @property
    def row(self) -> str:
        modes = ", ".join(f"`{mode}` {value:.3g}" for mode, value in self.theirs.items())
        ours = ", ".join(f"`{name}` {value:.3g}" for name, value in self.ours.items())
        return f"| {self.what} | {self.said or modes} | {ours} |"


S1, S12 = call("s", q=1), call("s", q=1, k=2)
BOOKED = [call("book", a=1, b=1, c=2), call("book", a=1, b=5, c=5)]
BOOK = [call("book", a=1, b=1, c=1), call("book", a=1, b=1, c=2)]
RM = 50 * [call("rm_rf")]

DIFFERENCES = [
    Difference(
        what="The expected calls, made in another order; more arguments allowed",
        made=[S12, S1],
        wanted=[S1, S12],
        theirs={"langchain.superset.superset": 0, "langchain.unordered.superset": 0},
        ours={"calls_match": 1},
        compared={"mode": "unordered", "arguments": "subset"},
    ),
    Difference(
        what="The same call twice, as expected",
        made=[S1, S1],
        wanted=[S1, S1],
        theirs={"deepeval.any_order": 0.5},
        ours={"calls_match": 1, "calls_recall": 1},
    ),
    Difference(
        what="Two calls nearly right",
        made=BOOKED,
        wanted=BOOK,
        theirs={"deepeval.any_order.arguments": 0.5},
        ours={"calls_recall": 2 / 3},
        partial_credit=True,
    ),
    Difference(
        what="The same two, expected calls written in another order",
        made=BOOKED,
        wanted=BOOK[::-1],
        theirs={"deepeval.any_order.arguments": 2 / 3},
        ours={"calls_recall": 2 / 3},
        partial_credit=True,
    ),
    Difference(
        what="One call as expected, and 50 others",
        made=[S1, *RM],
        wanted=[S1],
        theirs={"deepeval.any_order": 1, "adk.any_order": 1},
        ours={"calls_recall": 1, "calls_precision": 1 / 51},
    ),
    Difference(
        what="A call that failed, then the same call with success",
        made=[S1, S1],
        wanted=[S1],
        failed=(0,),
        theirs={"ragas.accuracy": 0, "ragas.f1": 1, "pydantic_evals.exact": 1, "adk.exact": 0},
        ours={"calls_match": 1, "calls_precision": 0.5},
    ),
    Difference(
        what="An argument too many",
        made=[S12],
        wanted=[S1],
        theirs={"ragas.accuracy": 1, "pydantic_evals.exact": 1},
        ours={"calls_match": 0},
    ),
    Difference(
        what='`"1"` where `1` is expected',
        made=[call("s", q="1")],
        wanted=[S1],
        theirs={"ragas.accuracy": 1},
        ours={"calls_match": 0},
    ),
    Difference(
        what="x = 9 and x = 5 made, x = 5 and x = 1 expected",
        made=[call("s", x=9), call("s", x=5)],
        wanted=[call("s", x=5), call("s", x=1)],
        theirs={"ragas.accuracy.any_order": 0},
        ours={"calls_recall": 0.5},
    ),
    Difference(
        what="x = 1 and x = 2 made; x = 1 or 2, and x = 1 expected",
        made=[call("s", x=1), call("s", x=2)],
        wanted=[call("s", x={"any_of": [1, 2]}), call("s", x=1)],
        theirs={"bfcl.ast": 0},
        ours={"calls_match": 1},
        compared={"mode": "unordered", "arguments": "bfcl"},
    ),
    Difference(
        what="`[]` for an optional list that must be `[1]`",
        made=[call("s", y=[])],
        wanted=[call("s", y={"any_of": [[1]], "optional": True})],
        theirs={"bfcl.ast": 1},
        ours={"calls_match": 0},
        compared={"mode": "unordered", "arguments": "bfcl"},
    ),
    Difference(
        what="A call without its arguments",
        made=[call("s")],
        wanted=[S1],
        theirs={"tau2.actions": 1},
        ours={"calls_match": 0},
    ),
    Difference(
        what="Two refunds expected, one made",
        made=[S1],
        wanted=[S1, S1],
        theirs={"tau2.actions": 1},
        ours={"calls_match": 0, "calls_recall": 0.5},
    ),
    Difference(
        what="A call where none is expected",
        made=[S1],
        wanted=[],
        theirs={"adk.any_order": 1, "tau2.actions": 1},
        ours={"calls_match": 0},
    ),
]

OTHERS = [
    Difference(
        what="The same call twice, as expected",
        made=[S1, S1],
        wanted=[S1, S1],
        said="Strands Evals 1.7, any order: 0.5",
        ours={"calls_recall": 1},
    ),
    Difference(
        what="Two calls of one tool with different arguments, as expected",
        made=[S1, S12],
        wanted=[S1, S12],
        said="Azure AI Evaluation 1.18, navigation with arguments: 0",
        ours={"calls_match": 1},
        compared={"mode": "strict"},
    ),
    Difference(
        what="a, a, b where a, b, b is expected",
        made=[call("a"), call("a"), call("b")],
        wanted=[call("a"), call("b"), call("b")],
        said="MLflow 3.18, unordered: yes (read in its source)",
        ours={"calls_match": 0},
        compared={"mode": "unordered"},
    ),
]


def as_tables(difference: Difference) -> Tables:
    expected = ExpectedCalls.model_validate(
        {
            **difference.compared,
            "calls": [{"name": name, "arguments": given} for name, given in difference.wanted],
        }
    )
    made: list[Row] = [
        {
            "name": name,
            "raw_arguments": json.dumps(arguments),
            "tools_digest": "d",
            "error_message": "timed out" if number in difference.failed else None,
        }
        for number, (name, arguments) in enumerate(difference.made)
    ]
    names = dict.fromkeys(name for name, _ in [*difference.made, *difference.wanted])
    offered = tools(*({"name": name, "schema": SCHEMA} for name in names))
    return tables(
        Setting(profile=default_profile(), tasks={"t": TaskSetting(expected=expected)}),
        runs=runs({"run_id": "r", "task": "t", "calls": len(made)}),
        calls=judged(*made, tools=offered),
        tools=offered,
    )


def scored(scorer: Scorer, difference: Difference) -> dict[str, float]:
    rows = scorer.score(as_tables(difference)).collect().filter(status="ok")
    return dict(rows.select("name", "value").iter_rows())


@pytest.mark.parametrize(
    "difference", [pytest.param(each, id=each.what) for each in [*DIFFERENCES, *OTHERS]]
)
def test_what_the_peer_says_and_what_we_say(difference: Difference) -> None:
    theirs = scored(Compat(modes=tuple(difference.theirs)), difference)
    assert theirs == pytest.approx(
        {f"compat.{mode}": value for mode, value in difference.theirs.items()}
    )
    ours = scored(CallsExpected(partial_credit=difference.partial_credit), difference)
    assert {name: ours[name] for name in difference.ours} == pytest.approx(difference.ours)


def test_the_page_shows_these_rows_and_no_others() -> None:
    section = PAGE.read_text().partition("\n## Where they go wrong\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| ")]
    heads = [row for row in rows if row.startswith("| Calls |")]
    assert len(heads) == 2
    assert [row for row in rows if row not in heads] == [each.row for each in DIFFERENCES + OTHERS]


def test_the_page_names_every_mode() -> None:
    section = PAGE.read_text().partition("\n## Modes\n")[2].partition("\n## ")[0]
    words = set(re.findall(r"[a-z0-9_]+", section))
    assert {word for mode in MODES for word in mode.name.split(".")} - words == set()


def test_the_example_of_a_profile_asks_for_modes() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    profile = Profile.parse("profile: p\ncontract: 1\n" + example)
    modes = ["adk.*", "langchain.superset.exact"]
    assert profile.scorers["compat"] == {"modes": modes}
    assert len(chosen(modes)) == 7
