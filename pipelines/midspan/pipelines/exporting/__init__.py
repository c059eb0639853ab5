"""Runs as training data."""
