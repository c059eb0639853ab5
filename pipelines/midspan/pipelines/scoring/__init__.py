"""Scores a workspace: whole runs at a time, with what people wrote down."""
