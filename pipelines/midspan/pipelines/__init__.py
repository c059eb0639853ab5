"""Move spans and scores between files, workspaces and servers."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from midspan.pipelines.workspace import Workspace

__all__ = ["Workspace"]


def __getattr__(name: str) -> Any:
    # Every pytest session imports this package for its plug-in: also where polars is not installed.
    if name == "Workspace":
        from midspan.pipelines.workspace import Workspace

        return Workspace
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
