"""Python imports this before the program, as `midspan trace` has put its folder on PYTHONPATH."""

import os
import sys


def _begin() -> None:
    try:
        from midspan.instrumentation.auto.start import start
    except ImportError as error:
        sys.stderr.write(
            f"midspan trace: nothing is recorded by {sys.executable}: {error}\n"
            f"Install midspan there: {sys.executable} -m pip install midspan\n"
        )
        return
    try:
        start()
    except Exception as error:
        sys.stderr.write(f"midspan trace: nothing is recorded by {sys.executable}: {error}\n")


def _import_the_next() -> None:
    """Import the `sitecustomize` that this one stands before, if there is any."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or os.curdir) != here]
    this = sys.modules.pop("sitecustomize")
    try:
        import sitecustomize  # type: ignore[import-not-found] # noqa: F401
    except ModuleNotFoundError as error:
        if error.name != "sitecustomize":
            raise
        sys.modules["sitecustomize"] = this


_import_the_next()
if os.environ.get("MIDSPAN_TRACE"):
    _begin()
