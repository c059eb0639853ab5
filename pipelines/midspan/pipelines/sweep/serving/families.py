"""Which parsers of vLLM belong to which models.

A wrong parser makes every tool call of a model look like prose, and so the model look incapable:
what was used stands in each result, and a family that is not known has to be named by the suite.

Read from vLLM 0.33.0: docs/features/tool_calling.md and reasoning_outputs.md for the families that
it names, vllm/tool_parsers/__init__.py and vllm/reasoning/__init__.py for the names themselves.
Those of Qwen3.5 and 3.6 are from its docs/serving/integrations and recipes; Qwen3 (not Coder) uses
Qwen2.5's tool format, see `qwen3_json` there. Families whose template must be given as well
(`--chat-template`) are marked; the docs say which file that is.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite.serve import NO_PARSER, Serve

PAGE: Final = "https://docs.vllm.ai/en/latest/features/tool_calling.html"


@dataclass(frozen=True, kw_only=True)
class Parsers:
    """What vLLM is told to read a model's output with; None: nothing."""

    tool_call: str | None
    reasoning: str | None = None
    needs_template: bool = False
    """Whether tool calls need a template that does not come with the weights."""


@dataclass(frozen=True, kw_only=True)
class Family:
    """Models by name, without the owner, and their parsers."""

    names: tuple[str, ...]
    """Globs in lower case; quantised and tuned copies keep the name at the beginning."""
    parsers: Parsers


def _family(
    *names: str, tool: str | None, reasoning: str | None = None, template: bool = False
) -> Family:
    parsers = Parsers(tool_call=tool, reasoning=reasoning, needs_template=template)
    return Family(names=names, parsers=parsers)


FAMILIES: Final = (
    _family("qwen3-coder*", tool="qwen3_coder"),
    _family("qwen3.5*", "qwen3.6*", tool="qwen3_coder", reasoning="qwen3"),
    # The releases of July 2025 either think always or never; these never.
    _family("qwen3-*instruct-2507*", "qwen3-next-*instruct*", tool="hermes"),
    _family("qwen3-*", tool="hermes", reasoning="qwen3"),
    _family("qwq-*", tool="hermes", reasoning="deepseek_r1"),
    _family("qwen2.5-coder*", tool=None),
    _family("qwen2.5-*", tool="hermes"),
    _family("hermes-2*", "hermes-3*", tool="hermes"),
    _family("gpt-oss-*", tool="openai", reasoning="openai_gptoss"),
    _family("functiongemma-*", tool="functiongemma", template=True),
    _family("gemma-4-*", tool="gemma4", reasoning="gemma4"),
    _family("llama-3.1-*", "llama-3.2-*", "llama-3.3-*", tool="llama3_json"),
    _family("meta-llama-3.1-*", tool="llama3_json"),
    _family("llama-4-*", tool="llama4_pythonic", template=True),
    _family("mistral-*", "mixtral-*", "ministral-*", "devstral-*", "magistral-*", tool="mistral"),
    _family("deepseek-v3.1*", tool="deepseek_v31", template=True),
    _family("deepseek-v3.2*", tool="deepseek_v32"),
    _family("deepseek-v3-0324*", tool="deepseek_v3", template=True),
    _family("deepseek-r1-0528", tool="deepseek_v3", reasoning="deepseek_r1", template=True),
    _family("glm-4.5*", "glm-4.6*", tool="glm45", reasoning="glm45"),
    _family("glm-4.7*", tool="glm47", reasoning="glm47"),
    _family("kimi-k2-thinking*", tool="kimi_k2", reasoning="kimi_k2"),
    _family("kimi-k2-*", tool="kimi_k2"),
    _family("minimax-m2*", tool="minimax_m2", reasoning="minimax_m2_append_think"),
    _family("granite-4.0-*", tool="granite4"),
    _family("granite-3.*", tool="granite"),
    _family("granite-20b-functioncalling", tool="granite-20b-fc", template=True),
    _family("olmo-3*-think*", tool="olmo3", reasoning="olmo3"),
    _family("olmo-3*", tool="olmo3"),
    _family("phi-4-mini*", tool="phi4_mini_json"),
    _family("hunyuan-a13b*", tool="hunyuan_a13b", reasoning="hunyuan_a13b"),
    _family("seed-oss-*", tool="seed_oss", reasoning="seed_oss"),
    _family("ernie-4.5-21b-a3b-thinking*", tool="ernie45", reasoning="ernie45"),
    _family("step-3.5*", "step-3.7*", tool="step3p5", reasoning="step3p5"),
    _family("lfm2*", tool="lfm2"),
    _family("internlm2_5-*", tool="internlm", template=True),
    _family("ai21-jamba-1.5-*", tool="jamba"),
    _family("llama-xlam-2-*", "xlam-*", "qwen-xlam-*", tool="xlam", template=True),
    _family("longcat-flash-*", tool="longcat"),
    _family("apertus-*", tool="apertus", template=True),
    _family("gigachat3-*", tool="gigachat3"),
)
"""The first one that fits counts."""


def family_of(model: str) -> Family | None:
    """Return the family of a model, None for one that is not known.

    >>> family_of("Qwen/Qwen3-14B").parsers.tool_call
    'hermes'
    """
    name = model.rpartition("/")[2].casefold()
    for family in FAMILIES:
        if any(fnmatchcase(name, glob) for glob in family.names):
            return family
    return None


def parsers_of(model: str, serve: Serve) -> Parsers:
    """Return the parsers to serve a model with: those that the suite names, else its family's.

    A model without either is an error: without a parser vLLM refuses every request with tools.
    """
    family = family_of(model)
    known = family.parsers if family else Parsers(tool_call=None)
    tool, reasoning = serve.tool_call_parser, serve.reasoning_parser
    if tool is None and known.tool_call is None:
        raise InvalidInput(
            f"{model}: no parser for its tool calls is known, and a wrong one breaks every call",
            fix=f"Name it: serve: {{tool_call_parser: NAME}}, `{NO_PARSER}` for a model that calls "
            f"no tools; vLLM's are listed at {PAGE}",
        )
    if tool is None and known.needs_template and not _has_template(serve):
        raise InvalidInput(
            f"{model}: with {known.tool_call}, vLLM needs a chat template for its tool calls",
            fix=f"Name it: serve: {{arguments: [--chat-template, FILE]}}; see {PAGE}",
        )
    return Parsers(
        tool_call=_asked(tool, known.tool_call), reasoning=_asked(reasoning, known.reasoning)
    )


def _asked(said: str | None, known: str | None) -> str | None:
    return known if said is None else None if said == NO_PARSER else said


def _has_template(serve: Serve) -> bool:
    return any(argument.startswith("--chat-template") for argument in serve.arguments)
