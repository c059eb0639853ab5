"""Second pass: the spans of whole runs become rows of every table.

A run is told by its traces (`runs_of_traces`), each of its spans taken once (`exports`) and put in
its place (`tree`). What follows from the places (`structure`) and the logical calls (`calls`) are
set beside the spans' own fields (`columns`), run by run, and written as frames (`assemble`).
"""
