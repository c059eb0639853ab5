"""Which calls were asked for together where turns were not recorded."""

import json

import pytest

from midspan.scorers.profile import Profile
from midspan.scorers.recovery.moments import failing_runs
from midspan.scorers.setting import Setting
from tests.scorers.builders import Row, calls, runs, spans, tables
from tests.scorers.recovery.runs import FAILED, SETTING

HEAD = "profile: test\ncontract: 1\n"
UNKNOWN: Row = {"turn": None, "emitted": False}


def moments(*rows: Row, **llm: int) -> list[tuple[int | None, int]]:
    """Turn and moment of calls, the first of which failed."""
    first, *rest = rows
    turns = [
        {"span_id": name, "kind": "llm", "turn": n, "start_ns": start}
        for n, (name, start) in enumerate(llm.items())
    ]
    given = tables(
        SETTING, calls=calls(FAILED | first, *rest), spans=spans(*turns), runs=runs({"run_id": "r"})
    )
    found = failing_runs(given)
    low = found["moment"].min()
    assert isinstance(low, int)
    return [(turn, moment - low) for turn, moment in found.select("turn", "moment").rows()]


def test_calls_of_one_turn_are_of_one_moment() -> None:
    assert moments({"turn": 0}, {"turn": 1}, {"turn": 1}, {"turn": 3}) == [
        *((0, 0), (1, 1), (1, 1), (3, 2))
    ]


def test_an_execution_belongs_to_the_llm_call_before_it() -> None:
    at = [UNKNOWN | {"start_ns": start} for start in (11, 12, 21)]
    assert moments(*at, one=10, two=20) == [(0, 0), (0, 0), (1, 1)]


def test_the_llm_call_is_that_of_the_same_agent() -> None:
    other = UNKNOWN | {"start_ns": 30, "agent": "a"}
    assert moments(UNKNOWN | {"start_ns": 11}, other, one=10) == [(0, 0), (None, 1)]


def test_without_llm_calls_those_that_overlap_are_of_one_moment() -> None:
    times = [(0, 10), (5, 7), (8, 9), (10, 20), (21, 22)]
    rows = [UNKNOWN | {"start_ns": start, "end_ns": end} for start, end in times]
    assert [moment for _, moment in moments(*rows)] == [0, 0, 0, 1, 2]


def test_without_times_calls_are_one_after_the_other() -> None:
    assert [moment for _, moment in moments(UNKNOWN, UNKNOWN, UNKNOWN)] == [0, 1, 2]


def roles(profile: str, name: str, raw_arguments: str) -> dict[str, bool]:
    setting = Setting(profile=Profile.parse(HEAD + (profile or "extends: [midspan/default]\n")))
    call = {"name": name, "raw_arguments": raw_arguments} | FAILED
    found = failing_runs(tables(setting, calls=calls(call), runs=runs({"run_id": "r"})))
    return {role: found[role].item() for role in ("read_only", "neutral", "state_changing")}


SEARCH = '{"server": "wiki", "tool": "search", "params": {}}'


def test_a_dispatcher_has_the_roles_of_what_it_calls() -> None:
    none = {"read_only": False, "neutral": False, "state_changing": False}
    assert roles("", "call_tool", SEARCH) == none | {"read_only": True}
    assert roles("", "bash", '{"command": "ls"}') == none | {"read_only": True}
    assert roles("", "bash", '{"command": "make"}') == none
    named = "  roles: {read_only: ['bash:ls'], neutral: ['wiki/search']}\n"
    named = "extends: [midspan/default]\ntools:\n  state_changing: [bash]\n" + named
    assert roles(named, "bash", '{"command": "ls"}') == none | {"read_only": True}
    assert roles(named, "bash", '{"command": "rm x"}') == none | {"state_changing": True}
    assert roles(named, "call_tool", SEARCH) == none | {"read_only": True, "neutral": True}


@pytest.mark.parametrize(
    ("command", "reads"),
    [
        ("cd /repo && ls -la src;\n", True),
        ("cat notes.md 2>/dev/null", True),
        ("grep -rn 'a|b > c' src 2>&1 | sort | head -5", True),
        ("find . -name '*.py' | wc -l", True),
        ("cat > notes.md <<'EOF'\nls\nEOF", False),
        ("cat notes.md > copy.md", False),
        ("ls && make install", False),
        ("cat list.txt | xargs rm", False),
        ("find . -name '*.pyc' -delete", False),
        ('ls "$(make)"', False),
        ("sed -i s/a/b/ notes.md", False),
    ],
)
def test_a_shell_reads_where_a_reading_program_runs_alone(command: str, reads: bool) -> None:
    said = json.dumps({"command": command})
    assert roles("", "bash", said)["read_only"] is reads
    changes = "extends: [midspan/default]\ntools: {state_changing: [bash]}\n"
    assert roles(changes, "bash", said)["state_changing"] is not reads


def test_runs_without_a_failure_are_left_out() -> None:
    given = tables(SETTING, calls=calls({"run_id": "q", "failed": False}, {"run_id": "r"} | FAILED))
    assert failing_runs(given)["run_id"].to_list() == ["r"]
