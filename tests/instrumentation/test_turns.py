"""Actions are done one after the other, and none is waited for by the thread that does another."""

import threading

import pytest

from midspan.instrumentation.turns import Turns


def test_action_asked_for_in_the_midst_of_another_is_done_after_it() -> None:
    turns = Turns()
    done: list[str] = []

    def outer() -> None:
        done.append("outer begins")
        turns.take(lambda: done.append("inner"))
        done.append("outer ends")

    turns.take(outer)
    assert done == ["outer begins", "outer ends", "inner"]


def test_other_threads_wait_for_their_turn() -> None:
    turns = Turns()
    done: list[str] = []
    begun, ready = threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        ready.wait(10)
        done.append("slow")

    first = threading.Thread(target=turns.take, args=(slow,))
    first.start()
    begun.wait(10)
    second = threading.Thread(target=turns.take, args=(lambda: done.append("quick"),))
    second.start()
    ready.set()
    first.join()
    second.join()
    assert done == ["slow", "quick"]


def test_action_that_fails_is_not_tried_again_and_stops_no_other() -> None:
    turns = Turns()
    done: list[str] = []

    def fails() -> None:
        done.append("tried")
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        turns.take(fails)
    turns.take(lambda: done.append("next"))
    assert done == ["tried", "next"]
