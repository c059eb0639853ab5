from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Thread

import pytest

from midspan.instrumentation import agent, carried, current_run, run, tool_call
from midspan.instrumentation.testing import Recorder


def test_threads_belong_to_the_step_that_began_them(recorder: Recorder) -> None:
    provider = recorder.tracer_provider
    together = Barrier(4)

    def look(number: int) -> int:
        with tool_call(f"look {number}", arguments={}, tracer_provider=provider):
            together.wait(30)
            return number * 2

    with (
        run(run_id="a" * 32),
        agent("shop", tracer_provider=provider),
        ThreadPoolExecutor(4) as pool,
    ):
        assert list(pool.map(carried(look), range(4))) == [0, 2, 4, 6]
    [root] = [span for span in recorder.spans() if span["name"] == "invoke_agent shop"]
    tools = [span for span in recorder.spans() if span is not root and span["parent_id"]]
    assert {span["parent_id"] for span in tools} == {root["span_id"]}
    assert {span["attributes"]["midspan.run.id"] for span in tools} == {"a" * 32}
    assert len(tools) == 4


def test_a_thread_by_itself_knows_nothing_of_the_run() -> None:
    seen = []
    with run(task="refund"):
        for work in (lambda: current_run(), carried(current_run)):
            thread = Thread(target=lambda work=work: seen.append(work()))
            thread.start()
            thread.join()
    assert seen[0] is None
    assert seen[1] is not None
    assert seen[1].task == "refund"


def test_what_a_carried_function_raises_is_its_own() -> None:
    def fails() -> None:
        raise KeyError("its own")

    with pytest.raises(KeyError, match="its own"):
        carried(fails)()
    assert carried(fails).__name__ == "fails"
