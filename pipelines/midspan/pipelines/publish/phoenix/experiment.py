"""One experiment: found again, made anew where it cannot become what it should be, and filled."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from midspan.pipelines.publish.exchange import ServerError, refusal, told
from midspan.pipelines.publish.phoenix.api import Phoenix
from midspan.pipelines.publish.phoenix.bodies import Body
from midspan.pipelines.publish.phoenix.dataset import Dataset
from midspan.pipelines.publish.phoenix.variants import Attempt, Cell, Variant

PAGE: Final = 100
OWN_PROJECT: Final = "Experiment-"
"""How the names of projects begin that Phoenix makes for experiments."""

SAID: Final = ("score", "label", "explanation")

Known = Mapping[str, Any]


class Experiment:
    """An experiment that holds nothing but what its variant has, and maybe not yet all of it."""

    def __init__(
        self, phoenix: Phoenix, number: str, dataset: Dataset, variant: Variant, known: Known
    ) -> None:
        self._phoenix, self._number = phoenix, number
        self._dataset, self._variant = dataset, variant
        self._metadata = known["metadata"]
        self.kept: list[str] = []
        """Names of earlier experiments that people have something to say about."""

        self.replaced = False
        """Whether it was made in place of one that was deleted."""

    @classmethod
    def of(
        cls, phoenix: Phoenix, dataset: Dataset, variant: Variant, there: Sequence[Known]
    ) -> "Experiment":
        """Return the variant's experiment, one of those that are there if it can be.

        Runs and evaluations cannot be taken out of an experiment. One with others than the
        variant has now is deleted, and made anew.
        """
        kept, replaced = [], False
        for known in there:
            if _axes(known) != variant.axes:
                continue
            held = _held(phoenix, known)
            if not _is_of(known, held, variant):
                continue
            if _fits(known, held, dataset, variant):
                return cls(phoenix, known["id"], dataset, variant, known)
            if any(_is_of_people(one) for run in held for one in run["annotations"]):
                kept.append(known["name"])
            else:
                _delete(phoenix, known)
                replaced = True
        body = {
            "name": variant.name,
            "version_id": dataset.version,
            "repetitions": variant.repetitions,
            "metadata": variant.metadata(done=False),
        }
        made = phoenix.made(f"/v1/datasets/{dataset.id}/experiments", body)
        experiment = cls(phoenix, made["id"], dataset, variant, made)
        experiment.kept, experiment.replaced = kept, replaced
        return experiment

    def fill(self) -> bool:
        """Have it hold all runs and evaluations; return whether it did not."""
        examples = {number: task for task, number in self._dataset.examples.items()}
        path = f"/v1/experiments/{self._number}"
        numbers = {
            (examples.get(run["dataset_example_id"]), run["repetition_number"]): run["id"]
            for run in self._phoenix.pages(f"{path}/runs", limit=PAGE)
        }
        said = {
            (examples.get(run["example_id"]), run["repetition_number"]): {
                one["name"]: one for one in run["annotations"]
            }
            for run in _held(self._phoenix, {"id": self._number})
        }
        changed = False
        for cell, attempt in self._variant.attempts.items():
            if cell not in numbers:
                numbers[cell] = self._log(attempt)
                changed = True
            before = said.get(cell, {})
            for name, body in attempt.evaluations.items():
                if name not in before or not _says(before[name], body):
                    self._evaluate(numbers[cell], attempt, body)
                    changed = True
        done = self._variant.metadata(done=True)
        if self._metadata != done:
            self._phoenix.send("PATCH", path, {"metadata": done})
            changed = True
        return changed

    def _log(self, attempt: Attempt) -> str:
        body = {**attempt.body, "dataset_example_id": self._dataset.examples[attempt.task]}
        answer = self._phoenix.ask("POST", f"/v1/experiments/{self._number}/runs", json=body)
        if not answer.is_success:
            raise ServerError(f"run {attempt.run_id} was not logged: {refusal(answer)}")
        return str(told(answer, "data")["data"]["id"])

    def _evaluate(self, number: str, attempt: Attempt, body: Body) -> None:
        self._phoenix.send(
            "POST",
            "/v1/experiment_evaluations",
            {
                "experiment_run_id": number,
                "name": body["name"],
                "annotator_kind": body["annotator_kind"],
                # Fixed times, so that the same state is the same whenever it was published.
                "start_time": attempt.body["end_time"],
                "end_time": attempt.body["end_time"],
                "result": body["result"],
                "metadata": body["metadata"],
                "trace_id": attempt.body["trace_id"],
            },
        )


def experiments_of(phoenix: Phoenix, dataset: str) -> list[Known]:
    """Return the experiments of a dataset that midspan made, the newest first."""
    rows = phoenix.pages(f"/v1/datasets/{dataset}/experiments", limit=PAGE)
    return [row for row in rows if isinstance((row["metadata"] or {}).get("midspan"), dict)]


def _held(phoenix: Phoenix, known: Known) -> list[Known]:
    """Return the runs of an experiment, with what is said of each."""
    answer = phoenix.ask("GET", f"/v1/experiments/{known['id']}/json")
    if answer.status_code == HTTPStatus.NOT_FOUND:  # which has no run yet
        return []
    if not answer.is_success:
        raise ServerError(f"an experiment cannot be read: {refusal(answer)}")
    held = told(answer)
    if not isinstance(held, list):
        raise ServerError(f"an experiment cannot be read: {refusal(answer)}")
    return held


def _delete(phoenix: Phoenix, known: Known) -> None:
    """Delete an experiment, with the project that Phoenix made for it: nothing else is in there."""
    own = str(known.get("project_name") or "").startswith(OWN_PROJECT)
    query = {"delete_project": "true"} if own else {}
    phoenix.send("DELETE", f"/v1/experiments/{known['id']}", **query)


def _axes(known: Known) -> Mapping[str, Any]:
    return {name: value for name, value in known["metadata"].items() if name != "midspan"}


def _is_of(known: Known, held: Sequence[Known], variant: Variant) -> bool:
    """Return whether an experiment of these axes is of runs of the variant: not of other days'."""
    if not held:
        return bool(known["metadata"]["midspan"].get("runs") == variant.runs_digest)
    traces = {attempt.body["trace_id"] for attempt in variant.attempts.values()}
    return any(run["trace_id"] in traces for run in held)


def _fits(known: Known, held: Sequence[Known], dataset: Dataset, variant: Variant) -> bool:
    """Return whether nothing that an experiment holds is other than the variant has it."""
    tasks = {number: task for task, number in dataset.examples.items()}
    if known["repetitions"] != variant.repetitions:
        return False
    if known["dataset_version_id"] != dataset.version:
        return False
    for run in held:
        cell: Cell = (tasks.get(run["example_id"], ""), run["repetition_number"])
        attempt = variant.attempts.get(cell)
        if attempt is None or any(
            run[name] != attempt.body[name] for name in ("trace_id", "output")
        ):
            return False
        names = {one["name"] for one in run["annotations"] if not _is_of_people(one)}
        if not names <= set(attempt.evaluations):
            return False
    return True


def _is_of_people(evaluation: Known) -> bool:
    return bool(evaluation["annotator_kind"] == "HUMAN")


def _says(before: Known, body: Body) -> bool:
    """Return whether an evaluation says what it should, or what a person made of it."""
    if _is_of_people(before):
        return True
    same = all(before[name] == body["result"][name] for name in SAID)
    return same and before["metadata"] == body["metadata"]
