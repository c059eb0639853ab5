"""Operations: which later attempts go on with what failed."""

from pathlib import Path

import polars as pl
import pytest

from midspan.scorers.recovery import operations
from midspan.scorers.recovery.links import GENERIC
from midspan.scorers.tables import FAULTS
from tests.scorers.builders import Row, tables
from tests.scorers.recovery.runs import bad, ok, operations_of, tables_of

LONG = "select name, total from orders where customer = 12 and state = 'open'"
INVALID = {"fault": "model.bad_arguments"}


def test_the_rows_in_full() -> None:
    found = operations(tables_of(bad(id="ORD-1"), ok("find"), bad(id="ORD-2"), ok(id="ORD-2")))
    assert found.collect().rows() == [
        ("r", 0, 0, 0, True, "execution.error"),
        ("r", 1, 1, 0, False, "none"),
        ("r", 2, 0, 1, True, "execution.error"),
        ("r", 3, 0, 2, False, "none"),
    ]
    assert found.collect_schema() == {
        "run_id": pl.String,
        "call": pl.Int32,
        "operation": pl.Int32,
        "attempt": pl.Int32,
        "failed": pl.Boolean,
        "fault": FAULTS,
    }


def test_no_calls() -> None:
    assert operations(tables()).collect().is_empty()


def test_what_was_not_executed_is_an_attempt_only_where_it_failed() -> None:
    unexecuted = {"executed": False}
    found = operations_of(
        ok() | unexecuted | {"failed": None}, bad() | unexecuted | INVALID, ok("find")
    )
    assert found == [1, 2]


@pytest.mark.parametrize(
    ("failed", "between", "later", "linked"),
    [
        pytest.param(bad(id="ORD-1"), [], ok(id="ORD-1"), True, id="identical"),
        pytest.param(bad(), [], ok(), True, id="identical without arguments"),
        pytest.param(
            bad(id="1042", why="abcdefgh"), [ok("z")], ok(id="1042", why="xyz"), True, id="a value"
        ),
        pytest.param(
            bad(id="104", why="abcdefgh", to="qqqq"),
            [ok("z")],
            ok(id="104", why="xyz", to="rrrr"),
            False,
            id="a value of three characters",
        ),
        pytest.param(bad(x=True, y="qqqq"), [ok("z")], ok(x=True, y="rrrr"), True, id="half alike"),
        pytest.param(
            bad(x=True, y="qqqq", z="ssss"),
            [ok("z")],
            ok(x=True, y="rrrr", z="tttt"),
            False,
            id="a third alike, and not the next call",
        ),
        pytest.param(
            bad(x=True, y="qqqq", z="ssss"),
            [],
            ok(x=True, y="rrrr", z="tttt"),
            True,
            id="a third alike, and the next call",
        ),
        pytest.param(bad(y="qqqq"), [], ok(y="rrrr"), False, id="nothing alike"),
        pytest.param(bad(y="qqqq"), [ok("think")], ok(y="qrrr"), False, id="a fourth alike"),
        pytest.param(
            bad(x=True, y="qqqq", z="ssss"),
            [ok("think")],
            ok(x=True, y="rrrr", z="tttt"),
            True,
            id="the next call but for a thought",
        ),
        pytest.param(bad(y="qqqq") | INVALID, [], ok(z="rr"), True, id="after a validation error"),
        pytest.param(
            bad(y="qqqq") | INVALID,
            [ok("z")],
            ok(z="rr"),
            False,
            id="not the next call after a validation error",
        ),
        pytest.param(bad("buy", id="7"), [], ok("order", id=7), True, id="other tool: half shared"),
        pytest.param(
            bad("buy", id="7", a="x", b="y"),
            [],
            ok("order", id="7"),
            False,
            id="other tool: a third shared",
        ),
        pytest.param(
            bad("buy", on=True, id="8"),
            [],
            ok("order", on=True),
            False,
            id="other tool: true is no value",
        ),
        pytest.param(
            bad("sql", a="1", b="2", q=LONG),
            [],
            ok("run_on_db", q=LONG + " limit 5"),
            True,
            id="other tool: a long text",
        ),
        pytest.param(
            bad("book_flight", a="x"), [], ok("book_train", b="y"), True, id="other tool: names"
        ),
        pytest.param(
            bad("get_user_details", a="x"),
            [],
            ok("get_order_details", b="y"),
            False,
            id="other tool: only words that say nothing",
        ),
        pytest.param(
            bad("book_cheap_direct_flight"),
            [],
            ok("book_train"),
            False,
            id="a quarter of the words",
        ),
        pytest.param(bad("look", id="ORD-1"), [], ok("submit", id="ORD-1"), False, id="terminal"),
        pytest.param(bad("look", id="ORD-1"), [], ok("think", id="ORD-1"), False, id="neutral"),
        pytest.param(bad("think", id="ORD-1"), [], ok("look", id="ORD-1"), False, id="of neutral"),
        pytest.param(bad("calculate", x="1+"), [], ok("calculate", x="1+1"), True, id="its own"),
        pytest.param(
            bad("cancel_order", id="ORD-1"),
            [],
            ok("get_order", id="ORD-1"),
            False,
            id="a read never repairs a write",
        ),
        pytest.param(
            bad("lookup_order", id="ORD-1"),
            [],
            ok("get_order", id="ORD-1"),
            True,
            id="a read repairs a read",
        ),
        pytest.param(
            bad("open_file", path="a.txt"),
            [],
            ok("read_file", path="a.txt"),
            True,
            id="tools that read files are reads",
        ),
    ],
)
def test_links(failed: Row, between: list[Row], later: Row, linked: bool) -> None:
    last = len(between) + 1
    assert operations_of(failed, *between, later)[-1] == (0 if linked else last)


def test_shell_programs_are_tools() -> None:
    assert operations_of(
        bad("bash", command="pytest -q tests/unit"), ok("bash", command="ls -la /")
    ) == [0, 1]
    assert operations_of(
        bad("bash", command="pytest -q tests/unit"), ok("bash", command="pytest tests/unit")
    ) == [0, 0]


def test_a_dispatcher_is_compared_by_what_it_hands_on() -> None:
    def through(tool: str, **params: str) -> Row:
        return bad("call_tool", server="shop", tool=tool, params=params)

    assert operations_of(through("find", a="qqqq"), through("find", a="qqqr")) == [0, 0]
    assert operations_of(through("find", a="qqqq"), through("find", a="rrrr")) == [0, 1]
    assert operations_of(through("buy", a="qqqq"), through("rent", a="rrrr")) == [0, 1]


def test_arguments_that_were_not_recorded() -> None:
    unknown = {"raw_arguments": None}
    assert operations_of(bad() | unknown, ok() | unknown) == [0, 0]
    assert operations_of(bad() | unknown, ok("z"), ok() | unknown) == [0, 1, 2]


def test_text_that_is_not_json_is_compared_as_text() -> None:
    broken = bad() | {"fault": "execution.error", "raw_arguments": '{"id": "ORD-10'}
    assert operations_of(broken, ok("z"), broken | {"raw_arguments": '{"id": "ORD-11'}) == [0, 1, 0]


def test_parallel_calls_do_not_go_on_with_each_other() -> None:
    assert operations_of([bad(id="ORD-1"), ok(id="ORD-1")]) == [0, 1]
    assert operations_of([bad(id="ORD-1"), ok(id="ORD-1")], ok(id="ORD-1")) == [0, 1, 0]


def test_parallel_failures_are_gone_on_with_by_what_is_most_alike() -> None:
    failed = [bad(id="ORD-1111"), bad(id="ORD-2222")]
    assert operations_of(failed, [ok(id="ORD-2223"), ok(id="ORD-1112")]) == [0, 1, 1, 0]
    assert operations_of(failed, [ok(id="ORD-1112"), ok(id="ORD-1113")]) == [0, 1, 0, 1]


def test_parallel_attempts_at_one_intent() -> None:
    tries = [bad(id="ORD-1112"), ok(id="ORD-1113"), ok(id="ORD-1114")]
    assert operations_of(bad(id="ORD-1111"), tries) == [0, 0, 0, 3]


def test_an_operation_ends_with_its_success() -> None:
    again = ok(id="ORD-1"), ok(id="ORD-1"), bad(id="ORD-1"), ok(id="ORD-1")
    assert operations_of(bad(id="ORD-1"), *again) == [0, 0, 2, 3, 3]


def test_links_are_to_the_last_failure() -> None:
    found = operations_of(bad(id="aaaa1111"), bad(id="aaaa2222"), ok(id="bbbb2222"))
    assert found == [0, 0, 0]
    found = operations_of(bad(id="aaaa1111"), bad(id="aaaa2222"), ok("z"), ok(id="bbbb1111"))
    assert found == [0, 0, 2, 3]


def test_another_agent_may_go_on() -> None:
    assert operations_of(bad(id="ORD-1") | {"agent": "a"}, ok(id="ORD-1") | {"agent": "b"}) == [
        0,
        0,
    ]


def test_runs_are_apart() -> None:
    one = tables_of(bad(id="ORD-1"), ok(id="ORD-1"))
    rows = one.calls.collect()
    other = rows.with_columns(run_id=pl.lit("q"))
    found = operations(tables(calls=pl.concat([rows, other]))).collect()
    assert found.select("run_id", "operation").rows() == [("q", 0), ("q", 0), ("r", 0), ("r", 0)]


def test_a_shell_call_without_its_program_is_repaired_by_one_that_reads() -> None:
    command = "grep -c ERROR logs/server.txt"
    wrong = bad("bash", bash=command) | INVALID
    assert operations_of(wrong, ok("bash", command=command)) == [0, 0]
    reads = ok("bash", command="cat logs/server.txt")
    assert operations_of(bad("bash", command="make logs/server.txt"), reads) == [0, 1]


def test_the_docs_name_the_words_that_say_nothing() -> None:
    page = (Path(__file__).parents[3] / "docs" / "recovery.md").read_text()
    _, told = page.split("Words that do not: ", 1)
    listed = {word for span in told.split(". So", 1)[0].split("`")[1::2] for word in span.split()}
    assert listed == GENERIC
