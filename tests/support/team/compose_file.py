"""deploy/compose.yaml, as Docker would read it: variables replaced by their defaults."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[3]
DEPLOY: Final = ROOT / "deploy"
VARIABLE: Final = re.compile(r"\$\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\}")
INSTALLED_SECRETS: Final = "/run/secrets"


def composed(variables: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The whole file with each `${NAME:-default}` replaced."""
    given = variables or {}

    def value(match: re.Match[str]) -> str:
        return given.get(match["name"], match["default"] or "")

    text = (DEPLOY / "compose.yaml").read_text()
    found: dict[str, Any] = yaml.safe_load(VARIABLE.sub(value, text))
    return found


def variables_used() -> dict[str, str | None]:
    """Every variable that the file asks for, with its default."""
    text = (DEPLOY / "compose.yaml").read_text()
    return {match["name"]: match["default"] for match in VARIABLE.finditer(text)}


def example_settings() -> dict[str, str]:
    """What `.env.example` sets."""
    lines = (DEPLOY / ".env.example").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def secret_files(service: Mapping[str, Any]) -> dict[str, str]:
    """Under which name a service finds which secret in /run/secrets."""
    found = {}
    for one in service.get("secrets", []):
        if isinstance(one, str):
            found[one] = one
        else:
            found[one["target"]] = one["source"]
    return found
