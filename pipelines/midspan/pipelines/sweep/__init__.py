"""Sweeps: one suite, run with all of its variants, on this machine or as jobs."""
