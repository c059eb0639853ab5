"""How agents go on after something failed: operations, responses, episodes, and their scores."""

from midspan.scorers.recovery.episodes import episodes
from midspan.scorers.recovery.operations import operations
from midspan.scorers.recovery.recovery import Recovery
from midspan.scorers.recovery.responses import responses

__all__ = ["Recovery", "episodes", "operations", "responses"]
