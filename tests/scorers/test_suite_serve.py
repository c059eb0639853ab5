"""How a suite says that a model is served."""

import pytest

from midspan.scorers.file_format import InvalidFile
from midspan.scorers.suite import Serve, Suite

HEAD = "suite: s\ncontract: 1\ntasks: [{id: a, prompt: p}]\nharnesses: {h: {kind: pi}}\n"


def suite(model: str) -> Suite:
    return Suite.parse(f"{HEAD}matrix: {{models: [{{name: org/model, {model}}}]}}\n")


def serve(text: str) -> Serve:
    matrix = suite(f"serve: {{{text}}}").matrix
    assert matrix is not None
    found = matrix.models[0].serve
    assert found is not None
    return found


def refused(model: str) -> str:
    with pytest.raises(InvalidFile) as caught:
        suite(model)
    (problem,) = caught.value.problems
    return str(problem).removeprefix("suite.yaml:5: matrix.models[0]").lstrip(".: ")


def test_nothing_said_is_vllm_with_all_of_its_own_choices() -> None:
    assert serve("") == Serve(
        engine="vllm",
        image=None,
        weights=None,
        file=None,
        tool_call_parser=None,
        reasoning_parser=None,
        dtype=None,
        max_model_len=None,
        arguments=(),
        start_seconds=1200,
    )


def test_everything_can_be_said() -> None:
    text = (
        "engine: vllm, image: 'vllm/vllm-openai:v0.33.0', weights: org/tuned, dtype: bfloat16,"
        " tool_call_parser: hermes, reasoning_parser: none, max_model_len: 8192,"
        " arguments: [--enforce-eager, '--seed=1'], start_seconds: 60"
    )
    found = serve(text)
    assert found.arguments == ("--enforce-eager", "--seed=1")
    assert (found.reasoning_parser, found.start_seconds) == ("none", 60)


@pytest.mark.parametrize("weights", ["/models/own", "~/own", "org/model", "org/model.v2"])
def test_weights_are_a_repository_or_a_path(weights: str) -> None:
    assert serve(f"weights: {weights}").weights == weights


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        (
            "serve: {weights: models/a/b}",
            "serve.weights: 'models/a/b' is neither a repository (owner/name) nor an absolute path",
        ),
        ("serve: {weights: ./own}", "serve.weights: './own' is neither a repository"),
        ("serve: {weights: 'o/n:Q4'}", "serve: `weights: owner/name:QUANT` is for llama-cpp"),
        ("serve: {file: a.gguf}", "serve: `file` is not for vllm: weights in one .gguf file"),
        (
            "serve: {engine: transformers, tool_call_parser: hermes}",
            "serve: `tool_call_parser` is not for transformers: it reads tool calls by the model's",
        ),
        ("serve: {engine: llama-cpp, dtype: f16}", "serve: `dtype` is not for llama-cpp: the file"),
        (
            "revision: v1, serve: {engine: llama-cpp}",
            "`revision` with llama-cpp needs `serve: {file: NAME.gguf}`",
        ),
        (
            "serve: {arguments: ['--port=1']}",
            "serve.arguments[0]: --port is said by midspan: a free one",
        ),
        ("serve: {arguments: [--dtype, x]}", "serve.arguments[0]: --dtype is said by `dtype`"),
        (
            "serve: {arguments: [--max_model_len, '1']}",
            "serve.arguments[0]: --max_model_len is said by `max_model_len`",
        ),
        ("serve: {max_model_len: 0}", "serve.max_model_len: must be 1 or more"),
        ("serve: {start_seconds: 0}", "serve.start_seconds: must be greater than 0"),
        ("serve: {args: []}", "serve.args: unknown key. Did you mean 'arguments'?"),
        ("serve: {engine: llama.cpp}", "serve.engine: 'llama.cpp' is not one of vllm, transform"),
    ],
)
def test_mistakes(model: str, problem: str) -> None:
    assert refused(model).startswith(problem)


def test_a_served_name_is_no_way_out_of_its_folder() -> None:
    text = f"{HEAD}matrix: {{models: [{{name: a/../../b, serve: {{}}}}]}}\n"
    with pytest.raises(InvalidFile, match=r"`name` of a served model must be no path with `\.\.`"):
        Suite.parse(text)
