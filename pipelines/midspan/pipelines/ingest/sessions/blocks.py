"""What the content of a message holds: the blocks of OpenAI, Anthropic, and who follows them."""

from typing import Any, Final, NamedTuple

from midspan.pipelines.ingest.content.blocks import read_block
from midspan.pipelines.ingest.content.message import CallPart, ReasoningPart, ResultPart, TextPart
from midspan.pipelines.ingest.sessions.decode import Entry, parts, string
from midspan.pipelines.ingest.sessions.events import Result
from midspan.pipelines.ingest.span import Emitted

_SHOWN_AS_TYPE: Final = frozenset(
    {"image", "image_url", "input_image", "audio", "input_audio", "video", "video_url"}
    | {"file", "input_file", "document", "search_result", "container_upload"}
)
"""Blocks that are no text: their type stands for them."""

_ENCRYPTED: Final = frozenset({"thinking", "redacted_thinking", "reasoning"})
"""Thoughts, where they are nothing that can be read."""

_OF_SERVERS: Final = {"mcp_tool_use": "tool_use"}
_RESULT: Final = "tool_result"


class Content(NamedTuple):
    """The content of one message; `unknown` are the blocks that nobody here can read."""

    text: str | None
    reasoning: str | None
    calls: list[Emitted]
    results: list[Result]
    unknown: list[Entry]


def read_content(content: Any) -> Content:
    """Return what content holds; `Malformed` where it is neither text nor a list of blocks."""
    texts: list[str] = []
    thoughts: list[str] = []
    calls: list[Emitted] = []
    results: list[Result] = []
    unknown: list[Entry] = []
    for block in parts(content):
        kind = string(block, "type") or ""
        part = read_block({**block, "type": _plain(kind)} if kind else block)
        if isinstance(part, TextPart):
            texts.append(part.text)
        elif isinstance(part, ReasoningPart):
            thoughts.append(part.text)
        elif isinstance(part, CallPart):
            calls.append(Emitted(part.id, part.name, part.raw_arguments))
        elif isinstance(part, ResultPart):
            results.append(_result(part, block))
        elif kind == "refusal":
            texts.append(string(block, "refusal") or "")
        elif kind in _SHOWN_AS_TYPE:
            texts.append(f"[{kind}]")
        elif kind not in _ENCRYPTED:
            unknown.append(block)
    return Content(
        "\n".join(texts) if texts else None,
        "\n".join(thoughts) or None,
        calls,
        results,
        unknown,
    )


def _plain(kind: str) -> str:
    """Return the type without the tool's name, as in `web_search_tool_result`."""
    return _RESULT if kind.endswith(f"_{_RESULT}") else _OF_SERVERS.get(kind, kind)


def _result(part: ResultPart, block: Entry) -> Result:
    """Return a result; a tool is said not to have failed only where the block says so."""
    failed = True if part.error else None
    if block.get("is_error") is False:
        failed = False
    return Result(call_id=part.id, name=part.name, output=part.text, failed=failed)
