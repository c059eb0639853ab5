"""Which image a job needs."""

import pytest

from midspan.pipelines.sweep.serving import Image, image_of, repository_of
from midspan.scorers.suite import Model


def model(**serve: str) -> Model:
    return Model.model_validate({"name": "org/model", "serve": serve})


def test_every_default_is_pinned() -> None:
    assert [image_of(model(engine=engine)) for engine in ("vllm", "llama-cpp")] == [
        Image(name="vllm/vllm-openai:v0.33.0"),
        Image(name="ghcr.io/ggml-org/llama.cpp:server-cuda12-b9603"),
    ]
    assert image_of(model(engine="transformers")) == Image(
        name="ghcr.io/astral-sh/uv:python3.12-bookworm",
        packages=("transformers[serving]==5.23.0", "torch==2.13.0", "accelerate>=1.0"),
    )


def test_the_suites_own_image_is_taken_as_it_is() -> None:
    assert image_of(model(engine="transformers", image="me/serving:1")) == Image(
        name="me/serving:1"
    )


def test_a_model_that_is_not_served_needs_no_engine() -> None:
    plain = Model(name="m", endpoint="https://llm.example.com/v1")
    assert image_of(plain).packages == ()


@pytest.mark.parametrize(
    ("serve", "repository"),
    [
        ({}, "org/model"),
        ({"weights": "org/other"}, "org/other"),
        ({"weights": "org/gguf:Q4_K_M", "engine": "llama-cpp"}, "org/gguf"),
        ({"weights": "/models/own"}, None),
    ],
)
def test_the_repository_of_the_weights(serve: dict[str, str], repository: str | None) -> None:
    assert repository_of(model(**serve)) == repository
