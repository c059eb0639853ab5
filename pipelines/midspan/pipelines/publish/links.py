"""Addresses of pages in Phoenix and MLflow."""

from urllib.parse import quote


def phoenix_project(url: str, project: str) -> str:
    """Return the page of a project; Phoenix looks the name up."""
    return f"{url.rstrip('/')}/redirects/projects/{quote(project, safe='')}"


def mlflow_traces(url: str, experiment_id: str) -> str:
    """Return the traces of an experiment, of any age: MLflow shows seven days by default."""
    return f"{url.rstrip('/')}/#/experiments/{experiment_id}/traces?startTimeLabel=ALL"


def mlflow_experiment(url: str, experiment_id: str) -> str:
    """Return the page of an experiment."""
    return f"{url.rstrip('/')}/#/experiments/{experiment_id}"
