"""Runs as sessions of the pi coding agent, which trace viewers and loaders of data sets read."""

from midspan.pipelines.exporting.pi.session import session_entries

__all__ = ["session_entries"]
