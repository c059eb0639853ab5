"""Thousands of generated cases, judged by the real package and by ours: the verdicts are equal."""

import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from midspan.scorers.compat.modes import MODES, PREFIX
from midspan.scorers.compat.scorer import Compat
from midspan.scorers.score import score_rows
from midspan.scorers.setting import Setting, TaskSetting, default_profile
from midspan.scorers.suite import ExpectedCalls
from midspan.scorers.tables import Tables
from tests.peers import bfcl_cases
from tests.peers import cases as cases_of_all
from tests.peers.cases import Call, Case
from tests.peers.environments import REQUIREMENTS, python
from tests.peers.judge import RAISES
from tests.scorers.builders import Row, calls, runs, tables, tools

JUDGE = Path(__file__).with_name("judge.py")
CASES = 3_000
SEED = 20_261_120

Verdicts = list[dict[str, float | str]]


@pytest.mark.parametrize("peer", sorted(REQUIREMENTS))
@pytest.mark.timeout(900)
def test_our_verdicts_are_the_peers(peer: str, tmp_path: Path) -> None:
    cases = (bfcl_cases if peer == "bfcl" else cases_of_all).generate(CASES, SEED)
    theirs, ours = judged_by(peer, cases, tmp_path), judged_by_us(peer, cases)
    differing = [
        (mode, case, said, our[mode])
        for case, their, our in zip(cases, theirs, ours, strict=True)
        for mode, said in their.items()
        if not same(peer, said, our[mode])
    ]
    assert differing[:3] == [], f"{len(differing)} verdicts differ"
    assert ours[0].keys() == {mode.name for mode in MODES if mode.name.startswith(f"{peer}.")}
    assert theirs[0].keys() == ours[0].keys()
    # Cases that all get one verdict would show nothing.
    for mode in ours[0]:
        most, times = Counter(our[mode] for our in ours).most_common(1)[0]
        assert times < 0.97 * len(cases), f"{mode} nearly always says {most}"


def same(peer: str, theirs: float | str, ours: float | str) -> bool:
    if peer == "deepeval" and isinstance(theirs, float) and isinstance(ours, float):
        # It adds over a set, so its last digit changes from process to process.
        return abs(theirs - ours) < 1e-12
    return theirs == ours


def judged_by(peer: str, cases: list[Case], folder: Path) -> Verdicts:
    """What the real package says."""
    asked, answered = folder / "cases.json", folder / "verdicts.json"
    asked.write_text(json.dumps(cases))
    subprocess.run(
        [python(peer), "-W", "ignore", JUDGE, peer, asked, answered], check=True, cwd=folder
    )
    verdicts: Verdicts = json.loads(answered.read_text())
    return verdicts


def judged_by_us(peer: str, cases: list[Case]) -> Verdicts:
    """What the scorer gives, from tables to rows; it does not judge what the peer raises on."""
    scorer = Compat(modes=(f"{peer}.*",))
    rows = score_rows(scorer.score(as_tables(cases)).collect(), name="compat", scorer=scorer)
    found: dict[str, dict[str, float | str]] = {f"r{number}": {} for number in range(len(cases))}
    for run_id, name, value, status in rows.select("run_id", "name", "value", "status").iter_rows():
        found[run_id][name.removeprefix(PREFIX)] = value if status == "ok" else RAISES
    return list(found.values())


def as_tables(cases: list[Case]) -> Tables:
    """A run and a task for each case."""
    made = [
        {"run_id": f"r{number}", "call": position, "tools_digest": f"d{number}", **row(call)}
        for number, case in enumerate(cases)
        for position, call in enumerate(case["made"])
    ]
    offered = [
        {"digest": f"d{number}", "name": name, "schema": json.dumps(schema)}
        for number, case in enumerate(cases)
        for name, schema in case.get("schemas", {}).items()
    ]
    tasks = {
        f"t{number}": TaskSetting(expected=expected(case)) for number, case in enumerate(cases)
    }
    return tables(
        Setting(profile=default_profile(), tasks=tasks),
        runs=runs(*({"task": f"t{n}", "calls": len(c["made"])} for n, c in enumerate(cases))),
        calls=calls(*made),
        tools=tools(*offered),
    )


def row(call: Call) -> Row:
    failed = {"failed": True, "fault": "execution.error"} if call["errored"] else {}
    return {
        "name": call["name"],
        "raw_arguments": json.dumps(call["arguments"]),
        "executed": call["executed"],
        **failed,
    }


def expected(case: Case) -> ExpectedCalls:
    return ExpectedCalls.model_validate(
        {
            "calls": [
                {"name": call["name"], "arguments": call.get("rules", call["arguments"])}
                for call in case["wanted"]
            ]
        }
    )
