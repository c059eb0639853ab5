"""What agents make up: tools, parameters, values and sources."""

from midspan.scorers.grounding.citations import Citations
from midspan.scorers.grounding.grounding import Grounding

__all__ = ["Citations", "Grounding"]
