"""Whether what the model emitted could be read: its calls, its outputs and its final answer."""

from midspan.scorers.parse_pass.answer_pass import AnswerPass
from midspan.scorers.parse_pass.outputs import Outputs
from midspan.scorers.parse_pass.parse_pass import ParsePass

__all__ = ["AnswerPass", "Outputs", "ParsePass"]
