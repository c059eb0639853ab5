"""Whether this machine has run out of memory."""

from pathlib import Path


def out_of_memory() -> int:
    """Return how often the system has killed a process for want of memory; 0 if it cannot tell."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except (OSError, ValueError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("oom_kill ")), 0)
