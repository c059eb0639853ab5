"""Runs as sessions of the pi coding agent, which trace viewers and loaders of data sets read."""
