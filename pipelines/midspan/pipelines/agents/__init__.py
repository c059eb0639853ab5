"""Agents that come with midspan, and a way to call a function as one: programs of their own.

They import next to nothing, as each run of a sweep starts one anew.
"""
