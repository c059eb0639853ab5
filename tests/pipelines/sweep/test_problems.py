"""Problems are collected, and told together: each once, with what mends it."""

import pytest

from midspan.pipelines.sweep.problems import Found, NotReady, Problem
from midspan.scorers.errors import Exit, MidspanError, SurroundingsError


def test_one_problem_reads_like_any_error() -> None:
    error = NotReady([Problem(what="no key", fix="export it", exit_code=Exit.SURROUNDINGS)])
    assert str(error) == "no key\nexport it"
    assert error.exit_code == Exit.SURROUNDINGS


def test_the_same_problem_is_told_once() -> None:
    found = Found()
    for _ in range(2):
        with found.collecting():
            raise SurroundingsError("no git", fix="install it")
    with found.collecting():
        raise NotReady([Problem(what="a"), Problem(what="b")])
    with pytest.raises(MidspanError) as caught:
        found.require_none()
    assert str(caught.value).splitlines() == [
        "3 problems; nothing was started",
        "- no git",
        "  install it",
        "- a",
        "- b",
    ]


def test_nothing_found_is_nothing_raised() -> None:
    Found().require_none()
