"""A sweep of eight runs on the Hub of the tests, and an image whose worker is quick."""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from subprocess import DEVNULL, CompletedProcess, run
from typing import TYPE_CHECKING, Any, Final

from midspan.dashboards.terminal.sweep_jobs import JobRow
from midspan.pipelines.sweep.launchers.hf_jobs import (
    HubPlan,
    Launcher,
    Pace,
    Rhythm,
    check_hub,
    watch,
)
from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience
from midspan.pipelines.sweep.layout import SweepFolder
from midspan.pipelines.sweep.plan import SweepPlan, planned_sweep
from midspan.pipelines.sweep.standing import counted, standings
from midspan.pipelines.sweep.stored import store_sweep
from tests.support.fake_hub import FakeHub
from tests.support.fake_hub.hub import TOKEN

if TYPE_CHECKING:
    from huggingface_hub import HfApi

QUICK: Final = Path(__file__).with_name("quick_hub") / "midspan"
SUITE: Final = """
suite: shop
contract: 1
tasks:
  - {id: price, prompt: "How much?", checks: [{kind: substring, value: EUR}]}
  - {id: stock, prompt: "How many?", checks: [{kind: substring, value: "7"}]}
matrix:
  models:
    - {name: org/careful, endpoint: "https://models.example/v1"}
    - {name: org/hasty, endpoint: "https://models.example/v1"}
  trials: 2
harnesses: {say: {kind: command, argv: [sh, -c, "echo 7 EUR"], version: "1"}}
launch:
  kind: hf-jobs
  concurrency: 2
  hf_jobs: {flavor: a10g-large, timeout: 1h, bucket: me/runs, labels: {team: shop}}
"""

WORKER: Final = '''#!{python}
"""Does what a job's worker promises, and no more: files of each run, the result last."""
import json, os, pathlib, sys, time

if sys.argv[1:] == ["--version"]:
    print("midspan {version}")
    sys.exit()
options = dict(zip(sys.argv[4::2], sys.argv[5::2]))
folder, mount = pathlib.Path(sys.argv[3]), pathlib.Path(options["--publish-to"])
assert (folder / "suite" / "suite.yaml").is_file() and (folder / "spool" / "plan.jsonl").is_file()
for run in pathlib.Path(options["--runs"]).read_text().split():
    launch = len(list(mount.glob("spool/%s-*.otlp.jsonl" % run))) * ("ENDED" in os.environ)
    spans = json.dumps({{"resourceSpans": [{{"scopeSpans": [{{"spans": [{{}}]}}]}}]}})
    result = {{"run_id": run, "contract": 1, "launch": launch,
              "ended_by": os.environ.get("ENDED", "exit"), "exit_code": 0,
              "answer": "7 EUR", "checks": [], "spans_lost": 0,
              "spans_written": int(os.environ.get("SPANS", "1")),
              "started_ns": 1, "ended_ns": 2}}
    for name, text in (("logs/%s-0.log", "said"), ("sessions/%s-0/session.jsonl", "{{}}"),
                       ("spool/%s-0.otlp.jsonl", spans),
                       ("spool/%s-0.result.json", json.dumps(result))):
        target = mount / (name.replace("-0", "-%d" % launch) % run)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.write_text(text)
    print("ran", run, flush=True)
    time.sleep(float(os.environ.get("PAUSE", "0")))
print("key:", os.environ.get("SHOP_KEY"), "token:", os.environ.get("HF_TOKEN"))
'''


@dataclass(kw_only=True)
class HubSweep:
    """One sweep, and everything that was said about it."""

    hub: FakeHub
    plan: SweepPlan
    folder: SweepFolder
    said: list[str] = field(default_factory=list)

    @property
    def api(self) -> "HfApi":
        from huggingface_hub import HfApi
        from huggingface_hub.utils.tqdm import disable_progress_bars

        disable_progress_bars()
        return HfApi(endpoint=self.hub.url, token=TOKEN)

    @property
    def run_ids(self) -> list[str]:
        return [run.run_id for run in self.plan.runs]

    def check(self, **environ: str) -> HubPlan:
        return check_hub(self.plan, api=self.api, environ=environ, patience=quick())

    @property
    def text(self) -> str:
        """Return all that was said."""
        return "\n".join(self.said)

    def launcher(self, **environ: str) -> Launcher:
        return self._launcher(self.check(**environ))

    def launcher_with(self, **settings: object) -> Launcher:
        """Return a launcher with other settings for the Hub than the suite's."""
        checked = self.check()
        changed = checked.settings.model_copy(update=settings)
        return self._launcher(replace(checked, settings=changed))

    def _launcher(self, hub_plan: HubPlan) -> Launcher:
        return Launcher(
            hub_plan,
            self.folder,
            api=self.api,
            say=self.said.append,
            pace=Pace(late=0.3, fetched_every=0.1, patience=quick()),
        )

    def run(self, **environ: str) -> list[JobRow]:
        """Launch what is not done, and watch it to its end."""
        launcher = self.launcher(**environ)
        launcher.begin(self.plan.runs)
        return self.watch(launcher)

    def watch(
        self, launcher: Launcher, show: Callable[[Sequence[JobRow], int], None] = lambda *_: None
    ) -> list[JobRow]:
        return watch(launcher, show=show, rhythm=Rhythm(first=0.1, longest=0.1))

    def counts(self) -> tuple[int, int, int]:
        """Return how many runs are done, to run again, missing."""
        found = counted(standings(self.run_ids, self.folder.spool))
        return found.done, found.again, found.missing

    def events(self) -> list[Any]:
        import msgspec

        lines = self.folder.jobs.read_bytes().splitlines()
        return [msgspec.json.decode(line)["event"] for line in lines]


def midspan_sweep(hub: FakeHub, *words: object, **variables: str) -> "CompletedProcess[str]":
    """Return how `midspan sweep` ended, as a command of its own that waits for less."""
    return run(
        [sys.executable, QUICK, "sweep", *map(str, words)],
        env={**hub.environment, "COLUMNS": "100", **variables},
        capture_output=True,
        text=True,
        stdin=DEVNULL,
        timeout=100,
        check=False,
    )


def quick() -> Patience:
    return Patience(sleep=lambda _seconds: None)


def hub_sweep(hub: FakeHub, folder: Path, suite: str = SUITE) -> HubSweep:
    """Return a sweep that is stored, of which nothing was submitted yet."""
    folder.mkdir(exist_ok=True)
    suite_file = folder / "suite.yaml"
    suite_file.write_text(suite)
    plan = planned_sweep(suite_file, resolve=_no_target)
    stored = SweepFolder(folder / "sweep")
    store_sweep(plan, stored)
    return HubSweep(hub=hub, plan=plan, folder=stored)


def use_quick_worker(hub: FakeHub, folder: Path) -> None:
    """Have jobs run in an image with midspan, whose worker only writes what it promises."""
    from importlib.metadata import version

    folder.mkdir()
    program = folder / "midspan"
    program.write_text(WORKER.format(python=sys.executable, version=version("midspan")))
    program.chmod(0o755)
    hub.runner.search_path = f"{folder}:{hub.runner.search_path}"


def _no_target(*_: object) -> Any:
    raise AssertionError("the suite has no target")


def states(rows: Sequence[JobRow]) -> Iterator[tuple[str, int, int]]:
    """Yield stage, runs done and planned of each job."""
    return ((row.stage, row.done, row.planned) for row in rows)
