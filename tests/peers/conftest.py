"""Real peers are needed here: `make test-peers` installs them and says where they are."""

import os

from tests.peers.environments import VARIABLE

collect_ignore_glob = [] if os.environ.get(VARIABLE) else ["test_*.py"]
