"""Addresses of pages in Phoenix and MLflow."""

from urllib.parse import quote


def phoenix_project(url: str, project: str) -> str:
    """Return the page of a project; Phoenix looks the name up."""
    return f"{url.rstrip('/')}/redirects/projects/{quote(project, safe='')}"


def phoenix_span(url: str, span_id: str) -> str:
    """Return the page of a span within its trace."""
    return f"{url.rstrip('/')}/redirects/spans/{span_id}"


def phoenix_experiments(url: str, dataset_id: str) -> str:
    """Return the experiments of a dataset."""
    return f"{url.rstrip('/')}/datasets/{quote(dataset_id, safe='')}/experiments"


def mlflow_traces(url: str, experiment_id: str) -> str:
    """Return the traces of an experiment, of any age: MLflow shows seven days by default."""
    return f"{url.rstrip('/')}/#/experiments/{experiment_id}/traces?startTimeLabel=ALL"


def mlflow_experiment(url: str, experiment_id: str) -> str:
    """Return the page of an experiment."""
    return f"{url.rstrip('/')}/#/experiments/{experiment_id}"


def mlflow_runs(url: str, experiment_id: str) -> str:
    """Return the page where the runs of an experiment stand side by side, its variants."""
    return f"{mlflow_experiment(url, experiment_id)}/evaluation-runs"


def mlflow_comparison(url: str, experiment_id: str, run: str, baseline: str) -> str:
    """Return the page where a run is held against another one, trace by trace."""
    runs = mlflow_runs(url, experiment_id)
    return f"{runs}?selectedRunUuid={run}&compareToRunUuid={baseline}"


def mlflow_run(url: str, experiment_id: str, run: str) -> str:
    """Return the page of a run."""
    return f"{mlflow_experiment(url, experiment_id)}/runs/{run}"


def mlflow_trace(url: str, experiment_id: str, trace: str) -> str:
    """Return the page of a trace; its id is the one of OpenTelemetry, in hex."""
    return f"{mlflow_traces(url, experiment_id)}&selectedEvaluationId=tr-{trace}"
