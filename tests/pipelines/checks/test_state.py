"""What a run left in a database, or lets a command print."""

import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.pipelines.checks.judging import judged


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    run = tmp_path / "run"
    run.mkdir()
    for place in (run / "shop.db", tmp_path / "other.db"):
        with closing(sqlite3.connect(place)) as connection:
            connection.execute("create table orders (id text, status text, price real, raw blob)")
            connection.execute("insert into orders values ('ORD-1', 'open', 9.5, x'00ff')")
            connection.commit()
    (run / "outside.db").symlink_to(tmp_path / "other.db")
    (run / "broken.db").write_bytes(b"not a database at all, " * 100)
    return run


def state(directory: Path, query: str, equals: Any, *, of: str = "shop.db", **more: Any) -> Any:
    fields = {"kind": "state", "sqlite": of, "query": query, "equals": equals, **more}
    return judged(directory=directory, **fields)


@pytest.mark.parametrize(
    ("query", "equals", "detail"),
    [
        ("select status from orders", [["open"]], None),
        ("select id, price from orders where id = 'ORD-1'", [["ORD-1", 9.5]], None),
        ("select count(*) from orders", [[1]], None),
        ("select null", [[None]], None),
        ("select raw from orders", [["00ff"]], None),
        ("select 1 where 0", [], None),
        ("with n(x) as (select 1 union select 2) select x from n order by x", [[1], [2]], None),
        ("select status from orders", [["refunded"]], '[["open"]] is not [["refunded"]]'),
        ("select 1 where 0", [[1]], "[] is not [[1]]"),
    ],
)
def test_databases(directory: Path, query: str, equals: Any, detail: str | None) -> None:
    assert state(directory, query, equals) == (detail is None, detail)


@pytest.mark.parametrize(
    ("of", "detail"),
    [
        ("no.db", "no.db is missing"),
        ("outside.db", "outside.db leads out of the run's directory"),
        ("broken.db", "broken.db is no database: file is not a database"),
    ],
)
def test_a_database_that_the_run_did_not_leave(directory: Path, of: str, detail: str) -> None:
    assert state(directory, "select count(*) from orders", [[1]], of=of) == (False, detail)


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("select colour from orders", "no such column: colour"),
        ("delete from orders", "not authorized"),
        ("attach database '../other.db' as other", "not authorized"),
        ("pragma table_info(orders)", "not authorized"),
        ("select 1; select 2", "You can only execute one statement at a time."),
    ],
)
def test_a_query_that_cannot_be_run_says_nothing_of_the_run(
    directory: Path, query: str, why: str
) -> None:
    before = (directory / "shop.db").read_bytes()
    assert state(directory, query, []) == (None, f"the query on shop.db cannot be run: {why}")
    assert (directory / "shop.db").read_bytes() == before


def test_a_query_is_bounded(directory: Path) -> None:
    endless = "with recursive n(x) as (select 1 union all select x + 1 from n) select {} from n"
    assert state(directory, endless.format("count(*)"), [], timeout=0.3) == (
        None,
        "the query took too long",
    )
    assert state(directory, endless.format("x"), []) == (
        None,
        "the query gives more than 10,000 rows",
    )


def test_what_a_journal_holds_counts(directory: Path) -> None:
    with closing(sqlite3.connect(directory / "shop.db")) as connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("update orders set status = 'shipped'")
        connection.commit()
        assert state(directory, "select status from orders", [["shipped"]]) == (True, None)


def printed(directory: Path, code: str, equals: Any) -> Any:
    argv = [sys.executable, "-c", code]
    return judged(directory=directory, kind="state", argv=argv, equals=equals)


def test_commands_that_print_json(directory: Path) -> None:
    (directory / "cart.json").write_text('{"items": [1, 2], "paid": true}')
    dump = "print(open('cart.json').read())"
    assert printed(directory, dump, {"items": [1, 2], "paid": True}) == (True, None)
    assert printed(directory, dump, {"items": []}) == (
        False,
        '{"items": [1, 2], "paid": true} is not {"items": []}',
    )


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("print('hello')", "did not print JSON: Expecting value: line 1 column 1 (char 0)"),
        ("import sys; sys.exit('no cart')", ": exit code 1: no cart"),
        ("print('[' + '1,' * 999_999 + '1]')", "printed more than 1,048,576 bytes"),
    ],
)
def test_a_command_that_gives_no_state(directory: Path, code: str, why: str) -> None:
    passed, detail = printed(directory, code, [])
    assert passed is None
    assert str(detail).removeprefix(sys.executable).strip() == why
