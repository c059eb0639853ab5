"""Comparison and gate as Markdown and JUnit: whatever a name holds, it stays a name."""

from xml.etree import ElementTree

import pytest

from midspan.dashboards.junit import junit
from midspan.dashboards.markdown import comparison_markdown, gate_markdown
from midspan.dashboards.terminal.comparison import comparison_page
from midspan.dashboards.terminal.gate import gate_page
from midspan.scorers.comparison import Comparison
from midspan.scorers.comparison.gate import gate
from midspan.scorers.comparison.gate_result import GateResult
from midspan.scorers.profile import Profile
from tests.dashboards.terminal.printing import printed
from tests.scorers.comparison.builders import compared, ground, run_list, trials

NASTY = "z|x`<b>\x1b[31m\u0000@all"


def comparison(side: str = "b") -> Comparison:
    rows = run_list({**trials("a", *["11"] * 8), side: trials("b", *["00"] * 8)["b"]})
    hint = [float(n % 5) for n in range(16)] + [9.0 + n % 3 for n in range(16)]
    return compared(ground(rows, {"tokens": hint}), names=["tokens"])


def gated(side: str = "b") -> GateResult:
    written = "profile: p\ncontract: 1\ngate: {floors: {success_rate: 0.5}}"
    return gate(comparison(side), Profile.parse(written).gate, {})


def test_a_comparison_in_markdown() -> None:
    lines = comparison_markdown(comparison()).splitlines()
    assert lines[:10] == [
        "## Compared on 8 tasks that both did, by model",
        "",
        "- **b** against **a**: worse: success (100 % → 0 %)",
        "",
        "| success ↑ | figure | difference | p | verdict | tasks / runs |",
        "|---|---|---|---|---|---|",
        "| a | 100 % (59 to 100) | · | · | baseline | 8 / 16 |",
        "| b | 0 % (0 to 41) | -100 points | 0.008 | worse | 8 / 16 |",
        "",
        "- fail now: t0 2/2 → 0/2, t1 2/2 → 0/2, t2 2/2 → 0/2, t3 2/2 → 0/2, t4 2/2 → 0/2, "
        "t5 2/2 → 0/2 and 2 more",
    ]
    assert "| tokens ↓ | 1.88 → 9.94 | +430 % (+383 to +480) | 0.008 | worse |" in lines
    assert "Without a difference seen: 0 more." in lines


def test_names_cannot_break_a_table_or_call_people() -> None:
    for text in (comparison_markdown(comparison(NASTY)), gate_markdown(gated(NASTY))):
        assert "z\\|x\\`\\<b\\>\\[31m\\@all" in text
        assert "\x1b" not in text


def test_no_name_makes_invalid_xml() -> None:
    root = ElementTree.fromstring(junit(gated(NASTY)))
    assert root[0].attrib == {
        "name": "midspan gate",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
    }
    names = {case.get("classname") for case in root.iter("testcase")}
    assert names == {"midspan.gate.a", "midspan.gate.z|x`<b>[31m@all"}


@pytest.mark.parametrize("width", [80, 200])
def test_pages_keep_to_the_terminal_and_cannot_drive_it(width: int) -> None:
    for page in (comparison_page(comparison(NASTY), everything=True), gate_page(gated(NASTY))):
        lines = printed(page, width)
        assert max(map(len, lines)) <= width
        assert "\x1b" not in "".join(lines)


def test_a_gate_on_a_terminal() -> None:
    assert printed(gate_page(gated()), 80) == [
        "a",
        "  passed         at least 95 % of the planned runs evaluated",
        "                 100 %",
        "b",
        "  passed         at least 95 % of the planned runs evaluated",
        "                 100 %",
        "  FAILED         success_rate at least 50 %",
        "                 0 %",
        "",
        "The gate is not passed. 1 failed, 2 passed.",
    ]


def test_hints_are_apart_and_those_that_say_nothing_are_counted() -> None:
    rows = run_list({**trials("a", *["11"] * 8), **trials("b", *["11"] * 8)})
    values = {"tokens": [1.0] * 32, "other": [2.0] * 32}
    found = compared(ground(rows, values), names=["tokens", "other"])
    short, long = (printed(comparison_page(found, everything=all_), 80) for all_ in (False, True))
    assert "Hints: b against a" in short
    assert "2 more scores without a difference seen: --all" in short
    assert any(line.startswith("tokens ") for line in long)


def test_what_was_not_seen_is_told_with_the_size_that_would_have_been() -> None:
    rows = run_list({**trials("a", *["10"] * 12), **trials("b", *["10", "11", "00"] * 4)})
    values = {"tokens": [100.0 + 7 * (n % 5) for n in range(48)]}
    found = compared(ground(rows, values), names=["tokens"])
    said = (
        "a difference of 38 points or more would have been, 4 times in 5 (12 tasks, 2 runs of each)"
    )
    assert f"- not seen: {said}" in comparison_markdown(found)
    page = " ".join(" ".join(printed(comparison_page(found, everything=True), 80)).split())
    assert f"not seen: {said}" in page
    assert "No difference seen, and from what size on it would have been" in page
    [difference] = found.as_dict()["scores"][0]["differences"]
    assert round(difference["detectable"], 2) == 0.38


def test_reasons_gather_the_hints_that_cannot_be_told() -> None:
    rows = run_list({**trials("a", "11", "11"), **trials("b", "10", "11")})
    values = {"tokens": [1.0] * 8, "other": [2.0] * 8}
    found = compared(ground(rows, values), names=["tokens", "other"])
    lines = printed(comparison_page(found, everything=True), 80)
    at = lines.index("cannot be told: 2 tasks in both, and 6 are needed")
    assert lines[at + 1] == "  tokens, other"
