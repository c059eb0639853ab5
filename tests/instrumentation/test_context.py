import asyncio
import dataclasses
import enum
import logging
from typing import Any

import pytest
from opentelemetry import context as otel_context

from midspan.instrumentation import RunContext, current_run, run
from midspan.instrumentation.run_context import VARIABLES

SHOP = RunContext(
    run_id="0123456789abcdef0123456789abcdef",
    experiment="shop",
    task="refund-eur",
    model="Qwen/Qwen3-14B",
    revision="main",
    tier="bare",
    trial=2,
    harness="pi@1.5.2",
    launch=1,
)
SHOP_ENVIRONMENT = {
    "MIDSPAN_RUN_ID": "0123456789abcdef0123456789abcdef",
    "MIDSPAN_EXPERIMENT": "shop",
    "MIDSPAN_TASK": "refund-eur",
    "MIDSPAN_MODEL": "Qwen/Qwen3-14B",
    "MIDSPAN_REVISION": "main",
    "MIDSPAN_TIER": "bare",
    "MIDSPAN_TRIAL": "2",
    "MIDSPAN_HARNESS": "pi@1.5.2",
    "MIDSPAN_LAUNCH": "1",
}


def test_every_field_has_a_variable() -> None:
    assert {field.name for field in dataclasses.fields(RunContext)} == set(VARIABLES)


def test_environment_tells_a_child_process_its_run() -> None:
    assert SHOP.environment() == SHOP_ENVIRONMENT
    assert RunContext.from_environment(SHOP_ENVIRONMENT) == SHOP
    assert RunContext(task="a").environment() == {"MIDSPAN_TASK": "a", "MIDSPAN_LAUNCH": "0"}
    assert RunContext.from_environment({"PATH": "/bin"}) is None


def test_trial_that_is_no_number_is_left_out_and_said(caplog: pytest.LogCaptureFixture) -> None:
    told = RunContext.from_environment({"MIDSPAN_TASK": "a", "MIDSPAN_TRIAL": "first"})
    assert told == RunContext(task="a")
    assert caplog.messages == ["MIDSPAN_TRIAL is not a number from 0: 'first'; it is left out"]


def test_trials_are_counted_from_0(caplog: pytest.LogCaptureFixture) -> None:
    told = RunContext.from_environment({"MIDSPAN_TASK": "a", "MIDSPAN_TRIAL": "-5"})
    assert told == RunContext(task="a") == RunContext(task="a", trial=-5)
    assert caplog.messages == [
        "MIDSPAN_TRIAL is not a number from 0: '-5'; it is left out",
        "MIDSPAN_TRIAL is not a number from 0: -5; it is left out",
    ]


def test_baggage_carries_all_but_the_launch() -> None:
    carrier = SHOP.to_baggage(otel_context.Context())
    assert RunContext.from_baggage(carrier) == dataclasses.replace(SHOP, launch=0)
    assert RunContext.from_baggage(otel_context.Context()) is None


@pytest.mark.parametrize(
    ("given", "run_id"),
    [
        ("0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"),
        ("01234567-89AB-CDEF-0123-456789ABCDEF", "0123456789abcdef0123456789abcdef"),
        ("../../etc/passwd", "03d915744132df301bb7f67f4e92a4e9"),
    ],
)
def test_run_id_has_one_form(given: str, run_id: str) -> None:
    assert RunContext(run_id=given).run_id == run_id


def test_unknown_stays_unknown() -> None:
    assert RunContext(task="a").attributes() == {
        "midspan.task": "a",
        "metadata": '{"task":"a"}',
    }
    assert RunContext().attributes() == {}
    assert RunContext(task="a").own_attributes() == RunContext(task="a").attributes()


@pytest.mark.parametrize(
    ("context", "name", "pairing_key"),
    [
        (RunContext(task="a", revision="main", trial=0), "a · main · trial 0", "a#0"),
        (RunContext(task="a", trial=0), "a · trial 0", "a#0"),
        (RunContext(task="a"), "a", None),
        (RunContext(trial=0), None, None),
    ],
)
def test_trace_is_named_by_what_is_known(
    context: RunContext, name: str | None, pairing_key: str | None
) -> None:
    tags = context.trace_tags()
    assert tags.get("mlflow.traceTag.mlflow.traceName") == name
    assert tags.get("mlflow.traceTag.mlflow.eval.requestId") == pairing_key


def test_conversation_is_in_the_default_experiment_unless_named() -> None:
    run_id = "0" * 32
    assert RunContext(run_id=run_id).own_attributes()["gen_ai.conversation.id"] == (
        "default/00000000000000000000000000000000"
    )


def test_run_gets_a_fresh_id() -> None:
    with run(task="a", new_run_id=lambda: "f" * 32) as context:
        assert context == RunContext(run_id="f" * 32, task="a")
        assert current_run() == context
    assert current_run() is None
    with run() as first:
        pass
    with run() as second:
        pass
    assert first.run_id != second.run_id


def test_planned_run_is_taken_as_it_is() -> None:
    with run(SHOP) as context:
        assert context == SHOP


def test_inner_run_takes_what_is_not_given_from_the_outer_but_its_id() -> None:
    with run(run_id="a" * 32, experiment="shop", task="outer") as outer:
        with run(task="inner", new_run_id=lambda: "b" * 32) as inner:
            assert inner == RunContext(run_id="b" * 32, experiment="shop", task="inner")
        assert current_run() is outer


def test_process_that_was_started_for_a_run_belongs_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SHOP_ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    assert current_run() == SHOP
    with run(tier="skill") as context:
        assert context == dataclasses.replace(SHOP, tier="skill")


def test_baggage_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSPAN_TASK", "from-environment")
    token = otel_context.attach(RunContext(task="from-baggage").to_baggage())
    try:
        assert current_run() == RunContext(task="from-baggage")
        with run(task="from-block", run_id="0" * 32):
            assert current_run() == RunContext(task="from-block", run_id="0" * 32)
    finally:
        otel_context.detach(token)
    assert current_run() == RunContext(task="from-environment")


def test_concurrent_tasks_have_a_run_each() -> None:
    async def work(task: str) -> str | None:
        with run(task=task):
            await asyncio.sleep(0)
            context = current_run()
            return context.task if context else None

    async def both() -> list[str | None]:
        return list(await asyncio.gather(work("a"), work("b")))

    assert asyncio.run(both()) == ["a", "b"]


def test_exception_leaves_the_run(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(KeyError), run(task="a"):
        raise KeyError("x")
    assert current_run() is None
    assert [r for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_whatever_is_given_for_a_run_does_not_raise(caplog: pytest.LogCaptureFixture) -> None:
    class Tier(enum.StrEnum):
        BARE = "bare"

    class Unprintable:
        def __str__(self) -> str:
            raise ValueError("no text")

    given: dict[str, Any] = {
        "run_id": 5,
        "experiment": Tier.BARE,
        "task": Unprintable(),
        "trial": "3",
        "launch": "first",
    }
    with run(**given) as context:
        assert context == RunContext(
            run_id="6152bc863269f1d04b4d21185d6bb25e", experiment="bare", trial=3
        )
        assert type(context.experiment) is str
    assert caplog.messages == [
        "MIDSPAN_TASK cannot be told: <class 'ValueError'>; it is left out",
        "MIDSPAN_LAUNCH is not a number from 0: 'first'; it is left out",
    ]


def test_what_is_no_context_is_told_and_the_run_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    wrong: Any = "a run"
    with run(wrong, new_run_id=lambda: "b" * 32) as context:
        assert context == RunContext(run_id="b" * 32)
    assert "midspan could not record a step (run)" in caplog.text


def test_each_call_of_a_decorated_function_is_a_run_of_its_own() -> None:
    @run(task="refund")
    def plain(number: int) -> tuple[int, str | None]:
        context = current_run()
        assert context is not None
        assert context.task == "refund"
        return number, context.run_id

    @run(task="refund")
    async def waits(number: int) -> tuple[int, str | None]:
        await asyncio.sleep(0)
        return plain.__wrapped__(number)  # type: ignore[attr-defined,no-any-return]

    async def both() -> list[tuple[int, str | None]]:
        return list(await asyncio.gather(waits(2), waits(3)))

    told = [plain(0), plain(1), *asyncio.run(both())]
    assert [number for number, _ in told] == [0, 1, 2, 3]
    assert len({run_id for _, run_id in told} - {None}) == 4
    assert current_run() is None
