"""A small Python library in a git repository, with revisions that agents can be given.

It is built by a backend of its own, without a network: installing it takes a second.
"""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

BACKEND = """
import os, time, zipfile

METADATA = "Metadata-Version: 2.1\\nName: shop\\nVersion: {version}\\n"
FILES = {
    "WHEEL": "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
    "entry_points.txt": "[console_scripts]\\nshop = shop:main\\n",
    "RECORD": "",
}

def wait():
    if told := os.environ.get("SHOP_BUILDS"):
        with open(told, "a") as file:
            file.write(os.getcwd() + "\\n")
    while os.path.exists(os.environ.get("SHOP_HOLD", "")):
        time.sleep(0.02)

def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    wait()
    if os.path.exists("BROKEN"):
        raise SystemExit("shop: the compiler is on holiday")
    version = open("VERSION").read().strip()
    name = f"shop-{version}-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        filled = "#" * 600_000 if os.path.exists("LARGE") else ""
        wheel.writestr("shop.py", open("shop.py").read() + filled)
        for file, text in {"METADATA": METADATA.format(version=version), **FILES}.items():
            wheel.writestr(f"shop-{version}.dist-info/{file}", text)
    return name
"""
"""Says in the file SHOP_BUILDS that a build began, and waits while there is a file SHOP_HOLD."""

PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "shop"
dynamic = ["version"]
"""

PROGRAM = """
import sys

VERSION = "{version}"

def main():
    print("shop", VERSION, *sys.argv[1:])
"""

OFFLINE = {"UV_NO_INDEX": "1", "UV_OFFLINE": "1", "UV_PYTHON_DOWNLOADS": "never"}
"""uv asks nobody, and takes no Python that is not here."""


@dataclass(frozen=True)
class Library:
    """A git repository of the library."""

    path: Path

    @classmethod
    def made(cls, path: Path) -> "Library":
        """The library with its first release, `v1.0`, on the branch `main`."""
        path.mkdir(parents=True)
        library = cls(path)
        library.git("init", "--quiet", "--initial-branch=main")
        (path / "backend.py").write_text(BACKEND)
        (path / "pyproject.toml").write_text(PROJECT)
        library.release("1.0")
        return library

    def release(self, version: str, **files: str) -> str:
        """Commit and tag a version; `__` in the name of a file is a dot. The commit's id."""
        (self.path / "VERSION").write_text(version)
        (self.path / "shop.py").write_text(PROGRAM.format(version=version))
        for name, content in files.items():
            (self.path / name.replace("__", ".")).write_text(content)
        sha = self.commit(f"Release {version}")
        self.git("tag", "-a", "-m", version, f"v{version}")
        return sha

    def commit(self, message: str) -> str:
        """Commit all there is; its id."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def git(self, *words: str) -> str:
        """What a git command prints."""
        person = ["-c", "user.name=Ann", "-c", "user.email=ann@example.com"]
        kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        return subprocess.run(
            ["git", *person, *words],
            cwd=self.path,
            env={**kept, **settings},
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
