"""What stands in a code fence of an answer."""

import doctest

import pytest

from midspan.scorers import code_fences
from midspan.scorers.code_fences import fenced


@pytest.mark.parametrize(
    ("text", "inner"),
    [
        ("```\n1\n```", "1"),
        ("So:\n```json  \n\n  {}  \n\n```\nand\n```\n2\n```", "{}"),
        ("```python\nx = 1```", "x = 1"),
        ("```\n```", ""),
        ("```inline``` and\n```\n1\n```", "1"),
        ("```\nnever closed", None),
        ("```not a word\n1\n```", None),
        ("no fence", None),
        ("", None),
    ],
)
def test_the_first_whole_fence(text: str, inner: str | None) -> None:
    assert fenced(text) == inner


def test_a_text_made_to_take_for_ever_does_not() -> None:
    """Hours, where each line end could belong to three parts of the pattern."""
    assert fenced("```" + "\n" * 4_000_000) is None
    assert fenced("```a" * 1_000_000) is None


def test_examples() -> None:
    failed, tried = doctest.testmod(code_fences)
    assert (failed, tried > 0) == (0, True)
