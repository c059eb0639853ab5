"""The program of the page is the one that its sources make."""

import hashlib
import json
from pathlib import Path

WEB = Path(__file__).parents[3] / "dashboards/web"
BUNDLE = WEB.parent / "midspan/dashboards/report/bundle"
FILES = ("package.json", "package-lock.json", "tsconfig.json", "vite.config.ts")
FOLDERS = ("build", "src")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def test_the_bundle_was_built_from_these_sources() -> None:
    below = [each for name in FOLDERS for each in (WEB / name).rglob("*") if each.is_file()]
    names = sorted([*FILES, *(each.relative_to(WEB).as_posix() for each in below)])
    lines = [f"{name} {sha256((WEB / name).read_bytes())}\n" for name in names]
    sealed = json.loads((BUNDLE / "bundle.json").read_text())
    assert sealed["sources"] == sha256("".join(lines).encode()), "make report builds it anew"


def test_nobody_has_changed_what_was_built() -> None:
    sealed = json.loads((BUNDLE / "bundle.json").read_text())
    built = {each.name: sha256(each.read_bytes()) for each in BUNDLE.iterdir()}
    del built["bundle.json"]
    assert built == sealed["files"]


def test_the_lock_file_names_no_host() -> None:
    packages = json.loads((WEB / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_versions_are_pinned() -> None:
    declared = json.loads((WEB / "package.json").read_text())
    versions = {**declared["dependencies"], **declared["devDependencies"]}
    assert all(version[0].isdigit() for version in versions.values())


def test_the_program_makes_no_code_of_text() -> None:
    program = (BUNDLE / "report.js").read_text()
    assert [word for word in ("eval(", "new Function", "Function(`") if word in program] == []
