"""Runs as training data, and as sessions that trace viewers read."""
