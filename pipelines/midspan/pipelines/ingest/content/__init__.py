"""What messages, arguments and results hold, whatever form a producer wrote them in."""

from midspan.pipelines.ingest.content.arguments import Arguments, read_arguments
from midspan.pipelines.ingest.content.canonical import canonical_messages
from midspan.pipelines.ingest.content.document import parse
from midspan.pipelines.ingest.content.forms import read_instructions, read_messages
from midspan.pipelines.ingest.content.message import (
    CallPart,
    Message,
    Part,
    ResultPart,
    trailing_results,
)
from midspan.pipelines.ingest.content.results import Result, read_result

__all__ = [
    "Arguments",
    "CallPart",
    "Message",
    "Part",
    "Result",
    "ResultPart",
    "canonical_messages",
    "parse",
    "read_arguments",
    "read_instructions",
    "read_messages",
    "read_result",
    "trailing_results",
]
