"""How fast we are beside other evaluators, on the same traces; prints the table of the docs.

python benchmarks/bench_peers.py [TRACES]
"""

import dataclasses
import json
import subprocess
import sys
import tempfile
from functools import partial
from pathlib import Path
from typing import Any, Final

import polars as pl
from agents import Agents
from measuring import ROOT, in_turns, machine
from scoring_corpus import workspace

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.workspace import Workspace
from midspan.scorers.compat import Compat
from midspan.scorers.score import Scorer
from midspan.scorers.setting import Setting, TaskSetting, default_profile
from midspan.scorers.suite import ExpectedCalls
from midspan.scorers.tables import Tables
from midspan.scorers.tool_calls import CallsExpected

sys.path.insert(0, str(ROOT))
from tests.peers.environments import install, python

TRACES: Final = 10_000
FROM_FILES: Final = 1_000
ROUNDS: Final = 3

TARGETS: Final = {"langchain": 100, "deepeval": 40, "pydantic_evals": 10}
SAME_VERDICT: Final = {
    "langchain": "langchain.strict.exact",
    "deepeval": "deepeval.exact.arguments",
    "pydantic_evals": "pydantic_evals.exact.with_failed",
}
"""The mode of ours that gives the peer's verdict in the peer's way."""

Json = dict[str, Any]


def main(traces: int) -> None:
    """Print every figure, with its target."""
    try:
        for peer in (*TARGETS, "agentevals_cli"):
            install(peer)
    except subprocess.CalledProcessError:
        print("SKIPPED: the peers could not be installed (see above)")
        return
    print(f"{machine()}\nCPU time a trace, medians\n")
    print("| What | Peer | Ours | Ratio | Target | All our scores | Ours, as `compat` | Ratio |")
    print("|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        scoring_only(workspace(traces).tables(), Path(directory, "cases.json"), traces)
        from_files(Path(directory), min(traces, FROM_FILES))


def scoring_only(tables: Tables, cases: Path, traces: int) -> None:
    """Compare verdicts on prepared traces: each task expects exactly what its one run did."""
    made: dict[str, list[Json]] = {}
    calls = tables.calls.sort("run_id", "call").select("run_id", "name", "arguments").collect()
    for run_id, name, arguments in calls.iter_rows():
        made.setdefault(run_id, []).append({"name": name, "arguments": json.loads(arguments)})
    cases.write_text(json.dumps([(each, each) for each in made.values()]))
    prepared = dataclasses.replace(
        tables,
        runs=tables.runs.with_columns(task=pl.col("run_id")).collect().lazy(),
        setting=strict(made),
    )
    # What is expected is made ready once, as the peers' objects are.
    assert prepared.setting.expected_calls.tasks.height == len(made)
    verdict = CallsExpected(scores=("calls_match",))
    ours, all_ours = in_turns(
        ROUNDS,
        partial(all_pass, verdict, prepared, "calls_match"),
        partial(all_pass, CallsExpected(), prepared, "calls_match"),
    )
    for peer, target in TARGETS.items():
        mode = SAME_VERDICT[peer]
        alike = partial(all_pass, Compat(modes=(mode,)), prepared, f"compat.{mode}")
        (compat,) = in_turns(ROUNDS, alike)
        theirs = peer_seconds(peer, len(made), cases)
        name = f"{peer}, scoring {traces:,} prepared traces"
        print(row(name, theirs, ours, target, traces, (all_ours, compat)))


def from_files(directory: Path, traces: int) -> None:
    """Compare files of OTLP in and verdicts out."""
    files, cases = directory / "traces.jsonl", directory / "cases.json"
    made = write_files(files, cases, traces)
    setting = strict(made)

    def ours() -> None:
        with tempfile.TemporaryDirectory() as into:
            ingest([files], Path(into, "workspace"), workers=1)
            tables = Workspace(Path(into, "workspace")).tables()
            verdict = CallsExpected(scores=("calls_match",))
            all_pass(verdict, dataclasses.replace(tables, setting=setting), "calls_match")

    theirs = peer_seconds("agentevals_cli", traces, files, cases)
    name = f"agentevals-cli, from files of {traces:,} traces to verdicts"
    print(row(name, theirs, *in_turns(ROUNDS, ours), 6, traces))


def strict(made: dict[str, list[Json]]) -> Setting:
    """Return a setting in which each task expects these calls and no others."""
    return Setting(
        profile=default_profile(),
        tasks={
            task: TaskSetting(
                expected=ExpectedCalls.model_validate({"mode": "strict", "calls": calls})
            )
            for task, calls in made.items()
        },
    )


def all_pass(scorer: Scorer, tables: Tables, name: str) -> None:
    """Score from nothing computed before, and see that every run has the verdict wanted."""
    rows = scorer.score(dataclasses.replace(tables)).filter(pl.col("name") == name).collect()
    runs = int(tables.runs.select(pl.len()).collect().item())
    assert rows.height == runs, f"{rows.height} verdicts on {runs} runs"
    assert (rows["value"] == 1).all(), f"{name}: not every run passed"


def peer_seconds(peer: str, traces: int, *files: Path) -> float:
    """Return the CPU seconds of a peer, which has to pass every trace."""
    command = [python(peer), "-W", "ignore", Path(__file__).with_name("peer_timing.py"), peer]
    done = subprocess.run([*command, *files], check=True, capture_output=True, text=True)
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["passed"] == traces, f"{peer} passed {said['passed']} of {traces}"
    return float(said["seconds"])


def write_files(files: Path, cases: Path, traces: int) -> dict[str, list[Json]]:
    """Return the calls of each task, once traces and an evaluation set that expects them stand."""
    corpus = Agents(seed=7)
    made: dict[str, list[Json]] = {}
    with files.open("w") as file:
        for number in range(traces):
            # Odd ones speak OTel GenAI, the only dialect of the peer.
            spans = corpus.trace(2 * number + 1)
            task = f"case-{number}"
            made[task] = calls_of(spans)
            name_case(spans[-1], task)
            scope = {"scope": {"name": "bench"}, "spans": spans}
            request = {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [scope]}]}
            file.write(json.dumps(request) + "\n")
    cases.write_text(json.dumps(evaluation_set(made)))
    return made


def calls_of(spans: list[Json]) -> list[Json]:
    """Return the calls that the tool spans of a trace show."""
    found = []
    for span in spans:
        values = {pair["key"]: pair["value"].get("stringValue") for pair in span["attributes"]}
        if "gen_ai.tool.name" in values:
            arguments = json.loads(values["gen_ai.tool.call.arguments"] or "{}")
            found.append({"name": values["gen_ai.tool.name"], "arguments": arguments})
    return found


def name_case(root: Json, task: str) -> None:
    """Say on the agent's span which case it is, in our words and in the peer's."""
    question = [{"role": "user", "parts": [{"type": "text", "content": task}]}]
    answer = [{"role": "assistant", "parts": [{"type": "text", "content": "done"}]}]
    said = {
        "midspan.task": task,
        "agentevals.eval.case.id": task,
        "gen_ai.input.messages": json.dumps(question),
        "gen_ai.output.messages": json.dumps(answer),
    }
    others = [pair for pair in root["attributes"] if pair["key"] not in said]
    named = [{"key": key, "value": {"stringValue": value}} for key, value in said.items()]
    root["attributes"] = others + named


def evaluation_set(made: dict[str, list[Json]]) -> Json:
    """Return the cases as Google ADK writes them."""
    return {
        "eval_set_id": "bench",
        "eval_cases": [
            {
                "eval_id": task,
                "conversation": [
                    {
                        "invocation_id": task,
                        "user_content": {"role": "user", "parts": [{"text": task}]},
                        "final_response": {"role": "model", "parts": [{"text": "done"}]},
                        "intermediate_data": {
                            "tool_uses": [
                                {"name": call["name"], "args": call["arguments"]} for call in calls
                            ]
                        },
                    }
                ],
            }
            for task, calls in made.items()
        ],
    }


def row(
    name: str,
    theirs: float,
    ours: float,
    target: float,
    traces: int,
    more: tuple[float, float] | None = None,
) -> str:
    """Return a row of the table; `more`: our time for all scores, and for the peer's own mode."""
    peer, own = micro(theirs, traces), micro(ours, traces)
    rest = "- | - | -"
    if more:
        every, compat = more
        rest = f"{micro(every, traces)} | {micro(compat, traces)} | {theirs / compat:.1f}"
    return f"| {name} | {peer} | {own} | {theirs / ours:.1f} | {target} | {rest} |"


def micro(seconds: float, traces: int) -> str:
    """Return the time of one trace."""
    return f"{1e6 * seconds / traces:,.0f} us"


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:2] or [TRACES]))
