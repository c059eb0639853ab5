"""Reads a source as it grows: a directory or bucket of spool files, or a Phoenix project."""

from midspan.pipelines.watch.tails.process import is_project, main, require_source, run
from midspan.pipelines.watch.tails.settings import TailSettings
from midspan.pipelines.watch.tails.summary import summary

__all__ = ["TailSettings", "is_project", "main", "require_source", "run", "summary"]
