from pathlib import Path

import pytest

from midspan.instrumentation.auto import look
from midspan.instrumentation.auto.found import look_around
from midspan.instrumentation.auto.notes import said_of
from tests.instrumentation.auto.conftest import Install


@pytest.fixture(autouse=True)
def only_this_folder(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [str(site)])


@pytest.mark.usefixtures("two_for_one")
def test_of_two_for_the_same_library_one_is_used() -> None:
    installed = look()
    assert [one.package for one in installed.used] == ["openinference-instrumentation-openai"]
    [other] = installed.doubled
    assert (other.package, other.instead) == (
        "opentelemetry-instrumentation-openai-v2",
        "openinference-instrumentation-openai",
    )
    assert list(said_of(installed)) == [
        "records openai with openinference-instrumentation-openai 1.2",
        "leaves opentelemetry-instrumentation-openai-v2 off, as "
        "openinference-instrumentation-openai records openai",
    ]


@pytest.mark.usefixtures("two_for_one")
def test_the_next_is_used_where_one_is_left_out() -> None:
    installed = look(without=["openinference-instrumentation-openai"])
    assert [one.package for one in installed.used] == ["opentelemetry-instrumentation-openai-v2"]
    assert look(without=["OpenAI"]).used == ()
    assert look(without=["OpenAI"]).bare == ()


@pytest.mark.usefixtures("two_for_one")
def test_one_look_around_is_enough_for_several(monkeypatch: pytest.MonkeyPatch) -> None:
    around, installed = look_around(), look()
    without = look(without=["OpenAI"])
    monkeypatch.setattr("sys.path", [])
    assert look() != installed
    assert look(around=around) == installed
    assert look(without=["OpenAI"], around=around) == without


def test_two_names_for_one_library_are_two_for_it(install: Install) -> None:
    install("google-genai", module="google_genai")
    for package, point in (
        ("openinference-instrumentation-google-genai", "google_genai"),
        ("opentelemetry-instrumentation-google-generativeai", "google_generativeai"),
    ):
        install(
            package,
            module=package.replace("-", "_"),
            requires="google-genai>=1",
            groups=("opentelemetry_instrumentor",),
            point=point,
        )
    installed = look()
    assert [one.name for one in installed.used] == ["google_genai"]
    assert [one.name for one in installed.doubled] == ["google_generativeai"]


def test_what_records_no_models_is_no_business_of_ours(install: Install) -> None:
    install("httpx", module="httpx")
    install(
        "opentelemetry-instrumentation-httpx",
        module="otel_httpx",
        requires="httpx>=0.18",
        groups=("opentelemetry_instrumentor",),
        point="httpx",
    )
    assert look() == look(without=["httpx"])
    assert look().used == ()


def test_what_is_missing_is_named_with_what_brings_it(install: Install) -> None:
    install("anthropic", module="anthropic")
    install("pydantic-ai-slim", module="pydantic_ai")
    install(
        "openinference-instrumentation-crewai",
        module="oi_crewai",
        requires="crewai>=1",
        groups=("openinference_instrumentor",),
        point="crewai",
    )
    installed = look()
    assert [one.name for one in installed.idle] == ["crewai"]
    assert list(said_of(installed)) == [
        "records pydantic-ai-slim, which emits spans itself",
        "cannot record anthropic: pip install openinference-instrumentation-anthropic",
    ]


def test_nothing_installed_is_said() -> None:
    [line] = said_of(look())
    assert line.startswith("knows none of the libraries that are installed for /")
