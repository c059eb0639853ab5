"""A whole sweep over revisions and tiers, with agents that are one command of the library."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.support.shop_library import Library

SUITE = """\
suite: revisions
contract: 1
tasks: [{id: version, prompt: "on shelf 3", checks: [{kind: exact, value: "shop 2.0 on shelf 3"}]}]
target: {repository: ../shop}
tiers:
  bare: {}
  clone: {checkout: ".", setup: [[sh, -c, "git describe --tags > tag && grep -q ^v tag"]]}
  broken: {setup: [["false"]]}
harnesses:
  own: {kind: command, argv: [shop, "{prompt}"], version: "1", instrument: auto, from_target: true}
matrix: {models: [{name: m}], revisions: [v1.0, v2.0, v3.0]}
launch: {concurrency: 2}
"""


def test_each_run_meets_its_own_revision(library: Library, tmp_path: Path) -> None:
    library.release("3.0", BROKEN="")
    (tmp_path / "suite").mkdir()
    (tmp_path / "suite" / "suite.yaml").write_text(SUITE)
    command = [str(Path(sys.executable).with_name("midspan")), "sweep", "run", "suite.yaml"]

    done = subprocess.run(
        [*command, "--into", "../sweep"],
        cwd=tmp_path / "suite",
        env={**os.environ, "COLUMNS": "100"},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 3, done.stderr
    assert "v3.0 cannot be installed: uv ended with 1\n  | " in done.stderr
    spool = tmp_path / "sweep" / "spool"
    last = {}
    for path in sorted(spool.glob("*.result.json")):
        record = json.loads(path.read_text())
        last[record["run_id"]] = record
    outcomes = {}
    for line in (spool / "plan.jsonl").read_text().splitlines():
        run = json.loads(line)
        record = last[run["run_id"]]
        passed = [check["passed"] for check in record["checks"]]
        outcomes[run["revision"], run["tier"]] = (record["ended_by"], *passed)
    assert outcomes == {
        ("v1.0", "bare"): ("exit", False),
        ("v1.0", "clone"): ("exit", False),
        ("v1.0", "broken"): ("launch_failed",),
        ("v2.0", "bare"): ("exit", True),
        ("v2.0", "clone"): ("exit", True),
        ("v2.0", "broken"): ("launch_failed",),
        ("v3.0", "bare"): ("launch_failed",),
        ("v3.0", "clone"): ("launch_failed",),
        ("v3.0", "broken"): ("launch_failed",),
    }
    assert list((tmp_path / "sweep" / "rooms").iterdir()) == []
