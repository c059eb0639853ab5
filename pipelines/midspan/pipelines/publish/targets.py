"""The servers that are meant: those named on the command line, else those `midspan up` runs."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from midspan.instrumentation import environment
from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.target import ServerName, Target
from midspan.scorers.errors import SurroundingsError

MLFLOW_USER: Final = "MLFLOW_TRACKING_USERNAME"
"""MLflow's own variable: the user, where there is no token."""

MLFLOW_PASSWORD: Final = "MLFLOW_TRACKING_PASSWORD"
"""MLflow's own variable: the user's password."""


def targets(
    named: Mapping[ServerName, str | None],
    *,
    ca: Path | None = None,
    variables: Mapping[str, str] = os.environ,
    patience: Patience | None = None,
) -> list[Target]:
    """Return the servers whose addresses are named; where none is, those that run here.

    What they are asked with comes from the environment alone.
    """
    asked = {server: url for server, url in named.items() if url is not None} or running()
    if not asked:
        raise SurroundingsError(
            "no server is named, and none that midspan started runs here",
            fix="Start them: midspan up. Or name one, with --phoenix URL or --mlflow URI.",
        )
    return [
        Target(
            server=server,
            url=url,
            token=_token(server, variables),
            login=_login(server, variables),
            ca=ca,
            patience=patience or Patience(),
        )
        for server, url in asked.items()
    ]


def running() -> dict[ServerName, str]:
    """Return the addresses of the servers that `midspan up` started and that still run."""
    from midspan.pipelines.servers import Home, state
    from midspan.pipelines.servers.recipes import chosen

    home = Home.of_user()
    found: dict[ServerName, str] = {}
    for recipe in chosen(None):
        record = state.read(home, recipe.name)
        if record is not None:
            found["phoenix" if recipe.name == "phoenix" else "mlflow"] = record.url
    return found


def _token(server: ServerName, variables: Mapping[str, str]) -> str | None:
    names = {"phoenix": environment.PHOENIX_TOKEN, "mlflow": environment.MLFLOW_TOKEN}
    return variables.get(names.get(server, "")) or None


def _login(server: ServerName, variables: Mapping[str, str]) -> tuple[str, str] | None:
    user = variables.get(MLFLOW_USER)
    if server != "mlflow" or not user:
        return None
    return user, variables.get(MLFLOW_PASSWORD, "")
