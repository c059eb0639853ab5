"""Where the runs of a sweep are started, other than by a worker on this machine."""
