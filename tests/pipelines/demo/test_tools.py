"""The tools over their real database, files and shell."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from midspan.pipelines.demo.shell import run_command
from midspan.pipelines.demo.tools import (
    ForbiddenPathError,
    InvalidArgumentsError,
    NotFoundError,
    ServiceTimeoutError,
    ToolError,
    Toolset,
    UnknownToolError,
)

MakeTools = Callable[..., Toolset]


def test_orders_are_looked_up_searched_and_converted(make_tools: MakeTools) -> None:
    tools = make_tools()
    assert json.loads(tools.call("lookup_order", {"order_id": "ORD-1055"})) == {
        "id": "ORD-1055",
        "customer": "CUST-12",
        "customer_name": "Aiko Tanaka",
        "item": "notebook set",
        "price": 12.5,
        "currency": "EUR",
        "status": "open",
    }
    found = json.loads(tools.call("search_orders", {"customer": "CUST-9", "status": "delivered"}))
    assert [order["id"] for order in found["orders"]] == ["ORD-1048"]
    assert json.loads(tools.call("search_orders", {"limit": 3}))["count"] == 3
    asked = {"amount": 39, "from_currency": "USD", "to_currency": "EUR"}
    assert tools.call("convert_currency", asked) == '{"amount": 35.88, "currency": "EUR"}'


def test_a_cold_rate_times_out_once(make_tools: MakeTools) -> None:
    tools = make_tools("v1")
    asked = {"amount": 128, "from_currency": "USD", "to_currency": "JPY"}
    with pytest.raises(ServiceTimeoutError, match=r"^rate service timed out$"):
        tools.call("convert_currency", asked)
    assert tools.call("convert_currency", asked) == '{"amount": 19072.0, "currency": "JPY"}'


def test_a_refund_changes_the_database_once(make_tools: MakeTools) -> None:
    tools = make_tools()
    asked = {"order_id": "ORD-1061", "reason": "damaged"}
    assert json.loads(tools.call("refund_order", asked)) == {
        "order_id": "ORD-1061",
        "status": "refunded",
        "amount": 54.9,
    }
    assert json.loads(tools.call("lookup_order", {"order_id": "ORD-1061"}))["status"] == "refunded"
    assert json.loads(tools.call("refund_order", asked)) == {
        "order_id": "ORD-1061",
        "status": "failed",
        "reason": "order is refunded, only delivered orders can be refunded",
    }


def test_files_are_written_and_read_inside_the_directory(make_tools: MakeTools) -> None:
    tools = make_tools()
    written = tools.call("write_file", {"path": "out/a.txt", "content": "hello"})
    assert written == "wrote 5 characters to out/a.txt"
    assert tools.call("read_file", {"path": "out/a.txt"}) == "hello"
    tools.call("write_file", {"path": "long.txt", "content": "x" * 30_000})
    assert tools.call("read_file", {"path": "long.txt"}) == "x" * 20_000 + "\n(cut)"
    with pytest.raises(ToolError, match="cannot write 'notes': Is a directory"):
        tools.call("write_file", {"path": "notes", "content": ""})


@pytest.mark.parametrize("path", ["/etc/hostname", "../other", "notes/../../x", "link"])
def test_no_path_leads_out_of_the_directory(make_tools: MakeTools, path: str) -> None:
    tools = make_tools()
    (tools.directory / "link").symlink_to("/etc")
    for name, more in (("read_file", {}), ("write_file", {"content": "x"})):
        with pytest.raises(ForbiddenPathError):
            tools.call(name, {"path": path, **more})


@pytest.mark.parametrize(
    ("name", "arguments", "kind", "terse", "helpful"),
    [
        (
            "lookup_order",
            {"order_id": "1042"},
            NotFoundError,
            "invalid id",
            "no order '1042': order ids look like ORD-1001",
        ),
        (
            "convert_currency",
            {"amount": "39 USD", "to_currency": "euro"},
            InvalidArgumentsError,
            "invalid arguments for convert_currency",
            "invalid arguments for convert_currency:"
            ' "from_currency" is a required property'
            " (the arguments are amount, from_currency, to_currency);"
            ' \'amount\': "39 USD" is not of type "number";'
            " 'to_currency' must be one of USD, EUR, GBP, JPY",
        ),
        (
            "read_file",
            {"path": "returns.md"},
            NotFoundError,
            "file not found",
            "no file 'returns.md'; files here: logs/server.txt, notes/returns.md, shop.db",
        ),
        (
            "read_file",
            {"path": "/notes/returns.md"},
            ForbiddenPathError,
            "path not allowed",
            "paths must be relative to the working directory, unlike '/notes/returns.md'",
        ),
        (
            "get_order",
            {},
            UnknownToolError,
            "Unknown tool: get_order",
            "Unknown tool: get_order. The tools are: lookup_order, search_orders,"
            " convert_currency, refund_order, read_file, write_file, run_shell",
        ),
    ],
)
def test_v1_is_terse_where_v2_says_what_to_do(
    make_tools: MakeTools,
    name: str,
    arguments: dict[str, object],
    kind: type[ToolError],
    terse: str,
    helpful: str,
) -> None:
    for revision, text in (("v1", terse), ("v2", helpful)):
        with pytest.raises(kind) as caught:
            make_tools(revision).call(name, arguments)
        assert str(caught.value) == text


def test_some_failures_are_results(make_tools: MakeTools) -> None:
    terse, helpful = make_tools("v1"), make_tools("v2")
    asked = {"customer": "7"}
    assert json.loads(terse.call("search_orders", asked)) == {"error": "no result"}
    assert json.loads(helpful.call("search_orders", asked)) == {
        "error": "no customer '7': customer ids look like CUST-1"
    }
    command = {"command": "cat server.txt"}
    missing = "cat: server.txt: No such file or directory\n"
    assert json.loads(terse.call("run_shell", command)) == {
        "exit_code": 1,
        "stdout": "",
        "stderr": missing,
    }
    assert json.loads(helpful.call("run_shell", command)) == {
        "exit_code": 1,
        "stdout": "",
        "stderr": missing,
        "hint": "files here: logs/server.txt, notes/returns.md, shop.db",
    }


def test_hidden_files_are_not_listed(make_tools: MakeTools) -> None:
    tools = make_tools()
    (tools.directory / ".tools" / "deep").mkdir(parents=True)
    for name in (".hidden", ".tools/wording.toml", ".tools/deep/file"):
        (tools.directory / name).touch()
    with pytest.raises(NotFoundError) as caught:
        tools.call("read_file", {"path": "x"})
    assert str(caught.value) == (
        "no file 'x'; files here: logs/server.txt, notes/returns.md, shop.db"
    )


def test_the_shell_sees_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_API_KEY", "secret")
    finished = run_command("env; pwd", tmp_path)
    assert "secret" not in finished.stdout
    assert f"HOME={tmp_path}\n" in finished.stdout
    assert finished.stdout.endswith(f"{tmp_path}\n")


def test_a_command_is_one_word_for_our_own_shell(tmp_path: Path) -> None:
    finished = run_command("""echo "$0" '$1' "a;b" $((6*7)); exit 3""", tmp_path)
    assert (finished.exit_code, finished.stdout) == (3, "/bin/sh $1 a;b 42\n")


def test_a_command_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    finished = run_command("sleep 60 & echo $! > child; wait", tmp_path, seconds=0.3)
    assert (finished.exit_code, finished.stderr) == (124, "timed out after 0.3 seconds")
    assert _ends(int((tmp_path / "child").read_text()))


def test_a_child_in_the_background_does_not_hold_the_call_open(tmp_path: Path) -> None:
    finished = run_command("sleep 60 & echo $! > child; echo done", tmp_path, seconds=30)
    assert (finished.exit_code, finished.stdout) == (0, "done\n")
    assert _ends(int((tmp_path / "child").read_text()))


def test_output_is_cut(tmp_path: Path) -> None:
    finished = run_command("yes", tmp_path)
    assert finished.exit_code != 0
    assert finished.stdout == "y\n" * 2000 + "\n(output cut at 4000 characters)"


def _ends(process: int) -> bool:
    """Return whether a process is gone, or dead and not yet collected by its new parent."""
    for _ in range(1000):
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.01)
    return False
