"""A small process that starts agents one after the other, and leaves nothing of them behind.

Only the standard library is imported here: there is one keeper for each run at a time.
"""
