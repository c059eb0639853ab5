"""The tables of frameworks in the documentation say what the tests here have seen."""

import re

import pytest

from tests.agents.environments import ENVIRONMENTS, EXAMPLES, ROOT, requirements
from tests.agents.expected import EXPECTED, Expected
from tests.agents.running import ADDED, as_it_was

PAGE = (ROOT / "docs" / "instrument.md").read_text()
ROW = re.compile(r"^\| \[(?P<title>[^]]+)\]\(.*/(?P<name>\w+)\.py\) \| `(.+)` \| `(.+)` \|$", re.M)


def test_each_example_is_in_the_table_with_its_line() -> None:
    rows = {match["name"]: match for match in ROW.finditer(PAGE)}
    assert rows.keys() == ENVIRONMENTS.keys()
    for name, (title, _, installed, line) in ((name, row.groups()) for name, row in rows.items()):
        assert title == EXPECTED[name].title
        assert installed.split() == requirements(ENVIRONMENTS[name])
        assert f"\n{line}{ADDED}" in (EXAMPLES / f"{name}.py").read_text()


def test_examples_that_share_an_environment_install_the_same() -> None:
    lines = {
        name: re.search(r"^pip install midspan .+$", as_it_was(name), re.M) for name in ENVIRONMENTS
    }
    told = {(ENVIRONMENTS[name], line and line[0]) for name, line in lines.items()}
    assert len(told) == len(set(ENVIRONMENTS.values()))


@pytest.mark.parametrize("expected", EXPECTED.values(), ids=EXPECTED)
def test_what_is_seen_of_each(expected: Expected) -> None:
    seen = (expected.lines, expected.trace, expected.proxy, expected.broken)
    cells = " | ".join(f"`{fault}`" if fault else "not seen" for fault in seen)
    assert f"\n| {expected.title} | {cells} |\n" in PAGE


def test_the_readme_says_how_to_run_each() -> None:
    readme = (EXAMPLES / "README.md").read_text()
    told = re.findall(r"`python examples/agents/(\w+)\.py`", readme)
    assert sorted(told) == sorted(ENVIRONMENTS)
