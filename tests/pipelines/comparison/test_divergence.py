"""`midspan compare --runs`: two runs of one task, call by call."""

from pathlib import Path
from typing import Any

import pytest

from midspan.instrumentation.dispatch import main
from midspan.pipelines.comparison.divergence import diverging_runs
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import InvalidInput
from tests.scorers.builders import calls as call_rows
from tests.scorers.builders import runs as run_rows
from tests.support.workspaces import put

A, B, OTHER = "a" * 32, "b" * 32, "c" * 32


def call(run_id: str, number: int, given: str, **said: Any) -> dict[str, Any]:
    return {"run_id": run_id, "call": number, "raw_arguments": given, **said}


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = Workspace.create(tmp_path / "ws")
    put(
        made,
        "runs",
        run_rows(
            {"run_id": A, "task": "price", "model": "m1", "trial": 0, "answer": "35.88"},
            {"run_id": B, "task": "price", "model": "m2", "trial": 0, "answer": "39\x1b[31m"},
            {"run_id": OTHER, "task": "refund", "trial": 0},
        ),
    )
    put(
        made,
        "calls",
        call_rows(
            call(A, 0, '{"id": 1}', result="found"),
            call(A, 1, '{"to": "EUR"}', name="convert", result="35.88"),
            call(B, 0, '{"id": 1}', result="busy", failed=True, error_message="busy"),
            call(B, 1, '{"to": "USD"}', name="convert", result="39"),
            call(B, 2, '{"text": "[bold]x"}', name="note"),
        ),
    )
    return made


def test_the_page(
    workspace: Workspace, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert main(["compare", str(workspace.path), "--runs", "aa", "bb"]) == 0
    printed = capfd.readouterr().out
    assert max(map(len, printed.splitlines())) <= 80
    assert [line.rstrip() for line in printed.splitlines()] == [
        f"A  {A}",
        "   task price · model m1 · trial 0",
        "   2 calls",
        f"B  {B}",
        "   task price · model m2 · trial 0",
        "   3 calls, 1 failed",
        "",
        "B leaves A after 1 call that both made: it gives other arguments: to",
        '  A  1  convert {"to":"EUR"}',
        '  B  1  convert {"to":"USD"}',
        "to the same call, look, something else had come back before:",
        "  A → found",
        "  B → busy",
        "",
        "A                            B",
        '0  look {"id":1}         =*  0  ✗ look {"id":1}',
        '1  convert {"to":"EUR"}  ≠*  1  convert {"to":"USD"}',
        '                         +   2  note {"text":"[bold]x"}',
        "",
        "A answered  35.88",
        "B answered  39[31m",
        "",
        "= the same call  ≠ other arguments  - only A  + only B  ? arguments not recorded",
        "✗ the call failed  * something else came back than to the other",
    ]


def test_two_tasks_are_not_compared(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="of two tasks, price and refund"):
        diverging_runs(workspace, "aa", "cc")


def test_a_run_is_not_compared_with_itself(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="are the same run"):
        diverging_runs(workspace, "aa", A)


def test_a_run_that_is_not_there(workspace: Workspace) -> None:
    with pytest.raises(InvalidInput, match="no run has an id that begins with 'dd'"):
        diverging_runs(workspace, "aa", "dd")


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ([], "it makes no more calls"),
        (['{"to": "EUR"}'], "B leaves A at the first call: it leaves a call out"),
        (
            ['{"id": 1}', '{"to": "EUR"}', "{}"],
            "after 2 calls that both made: it makes a call that",
        ),
        (['{"id": 1}', '{"to": "EUR"}'], "Both made the same calls."),
    ],
)
def test_what_the_second_does_is_said_in_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], given: list[str], says: str
) -> None:
    made = Workspace.create(tmp_path / "ws")
    put(made, "runs", run_rows({"run_id": A, "task": "t"}, {"run_id": B, "task": "t"}))
    first = ['{"id": 1}', '{"to": "EUR"}']
    names = {'{"to": "EUR"}': "convert"}
    rows = [
        call(run_id, n, text, name=names.get(text, "look"))
        for run_id, texts in ((A, first), (B, given))
        for n, text in enumerate(texts)
    ]
    put(made, "calls", call_rows(*rows))
    assert main(["compare", str(made.path), "--runs", A, B]) == 0
    assert says in " ".join(capfd.readouterr().out.split())
