"""Writes reports: reads a workspace, computes its figures, sets down the page."""
