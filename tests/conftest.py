"""What holds for every test: no example is timed, since the machine may be busy."""

import os

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for processes and servers."""
    return (os.cpu_count() or 1) + 1
