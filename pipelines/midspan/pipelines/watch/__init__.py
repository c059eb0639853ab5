"""Scores runs as their spans arrive, and passes on what arrived and what was scored."""
