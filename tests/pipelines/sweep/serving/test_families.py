"""The parsers of model families."""

import pytest

from midspan.pipelines.sweep.serving.families import FAMILIES, parsers_of
from midspan.scorers.errors import InvalidInput
from midspan.scorers.suite import Serve

# Registered in vLLM 0.33.0: vllm/tool_parsers/__init__.py and vllm/reasoning/__init__.py.
TOOL_PARSERS = """
    apertus cohere_command3 cohere_command4 deepseek_v3 deepseek_v31 deepseek_v32 deepseek_v4
    deepseek_v41 dots ernie45 functiongemma gemma4 gigachat3 glm45 glm47 granite granite-20b-fc
    granite4 hermes hf hunyuan_a13b hy_v3 hy_v4 inkling internlm jamba kimi_k2 kimi_k3 lfm2 ling3
    llama3_json llama4_json llama4_pythonic longcat mimo minicpm5 minimax_m2 minimax_m3 mistral
    olmo3 openai phi4_mini_json plamo3 poolside_v1 pythonic qwen3_coder qwen3_json qwen3_xml
    seed_oss step3 step3p5 step5 xlam
"""
REASONING_PARSERS = """
    cohere_command3 cohere_command4 deepseek_r1 deepseek_v3 deepseek_v4 deepseek_v41 ernie45 gemma4
    glm45 glm47 granite granite_thinking_parser hf holo2 hunyuan_a13b hy_v3 hy_v4 inkling kimi_k2
    kimi_k3 ling3 mimo minicpmv minimax_m2 minimax_m2_append_think minimax_m3 mistral nemotron_v3
    olmo3 openai_gptoss plamo3 poolside_v1 qwen3 seed_oss step3 step3p5 step5
"""


def test_every_parser_is_one_of_vllm() -> None:
    every = [family.parsers for family in FAMILIES]
    assert {one.tool_call for one in every} - set(TOOL_PARSERS.split()) == {None}
    assert {one.reasoning for one in every} - set(REASONING_PARSERS.split()) == {None}


@pytest.mark.parametrize(
    ("model", "tool_call", "reasoning"),
    [
        ("Qwen/Qwen3-14B", "hermes", "qwen3"),
        ("qwen/qwen3-14b-awq", "hermes", "qwen3"),
        ("Qwen/Qwen3-4B-Instruct-2507", "hermes", None),
        ("Qwen/Qwen3-4B-Thinking-2507", "hermes", "qwen3"),
        ("Qwen/Qwen3-Coder-30B-A3B-Instruct", "qwen3_coder", None),
        ("Qwen/Qwen3.6-27B", "qwen3_coder", "qwen3"),
        ("Qwen/Qwen2.5-7B-Instruct", "hermes", None),
        ("openai/gpt-oss-20b", "openai", "openai_gptoss"),
        ("google/gemma-4-26B-A4B-it", "gemma4", "gemma4"),
        ("meta-llama/Llama-3.1-8B-Instruct", "llama3_json", None),
        ("unsloth/Meta-Llama-3.1-8B-Instruct", "llama3_json", None),
        ("mistralai/Devstral-Small-2507", "mistral", None),
        ("zai-org/GLM-4.6", "glm45", "glm45"),
        ("zai-org/GLM-4.7-Flash", "glm47", "glm47"),
        ("moonshotai/Kimi-K2-Instruct", "kimi_k2", None),
        ("moonshotai/Kimi-K2-Thinking", "kimi_k2", "kimi_k2"),
        ("allenai/Olmo-3-32B-Think", "olmo3", "olmo3"),
        ("allenai/Olmo-3-7B-Instruct", "olmo3", None),
    ],
)
def test_families(model: str, tool_call: str, reasoning: str | None) -> None:
    parsers = parsers_of(model, Serve())
    assert (parsers.tool_call, parsers.reasoning) == (tool_call, reasoning)


def test_a_family_that_calls_tools_in_no_form_of_vllm_has_to_be_named() -> None:
    with pytest.raises(InvalidInput, match=r"Qwen2\.5-Coder-7B-Instruct: no parser"):
        parsers_of("Qwen/Qwen2.5-Coder-7B-Instruct", Serve())


def test_a_family_whose_template_is_not_with_the_weights_needs_one() -> None:
    model = "deepseek-ai/DeepSeek-V3.1"
    with pytest.raises(InvalidInput, match="vLLM needs a chat template") as caught:
        parsers_of(model, Serve())
    assert "arguments: [--chat-template, FILE]" in str(caught.value.fix)
    given = Serve(arguments=("--chat-template", "tool_chat_template_deepseekv31.jinja"))
    assert parsers_of(model, given).tool_call == "deepseek_v31"
