"""Runs of agents as pytest items: those of a workspace, or those of a suite, run where missing.

Every pytest session of an environment imports this, so whatever is large is imported where it is
used. Without an option nothing happens.
"""

from midspan.pipelines.pytest_plugin.fixtures import assert_gate, runs
from midspan.pipelines.pytest_plugin.hooks import (
    pytest_addoption,
    pytest_collection_modifyitems,
    pytest_configure,
)

__all__ = [
    "assert_gate",
    "pytest_addoption",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "runs",
]
