"""The units of deploy/systemd: sections, and in them each setting with all its values."""

from tests.support.team.compose_file import DEPLOY


def unit(name: str) -> dict[str, dict[str, list[str]]]:
    found: dict[str, dict[str, list[str]]] = {}
    section = ""
    for line in (DEPLOY / f"systemd/{name}.service").read_text().splitlines():
        if line.startswith("["):
            section = line.strip("[]")
            found[section] = {}
        elif line and not line.startswith("#"):
            key, _, value = line.partition("=")
            found[section].setdefault(key, []).append(value)
    return found


def environment(name: str) -> dict[str, str]:
    """The variables that a unit sets."""
    lines = unit(name)["Service"]["Environment"]
    return dict(word.split("=", 1) for line in lines for word in line.split())


def credentials(name: str) -> dict[str, str]:
    """Under which name a unit is handed which file."""
    return dict(one.split(":", 1) for one in unit(name)["Service"]["LoadCredential"])
