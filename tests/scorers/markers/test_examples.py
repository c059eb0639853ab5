import pytest

from midspan.scorers.file_format import InvalidFile
from midspan.scorers.markers.examples import contradictions
from midspan.scorers.profile import Profile, pack_names
from tests.scorers.markers.acting import fired, profile, ran

PARAMETERS = {
    "midspan/cli-adoption": ", program: transformers",
    "midspan/python-api": ", name: pandas",
    "midspan/ran-help": ", program: git",
}
TRANSFORMERS = Profile.parse(
    "profile: p\ncontract: 1\nextends: [midspan/default, midspan/transformers]"
)
CLI = "{command: {program: transformers}}"
PIPELINE = "{python: {calls: transformers.pipeline}}"


def pack(name: str) -> Profile:
    given = f"{{pack: {name}{PARAMETERS.get(name, '')}}}"
    return Profile.parse(f"profile: p\ncontract: 1\nextends: [midspan/default, {given}]")


@pytest.mark.parametrize("name", pack_names())
def test_every_marker_of_every_pack_keeps_to_its_examples(name: str) -> None:
    shipped = pack(name)
    assert [str(one) for one in contradictions(shipped)] == []
    for marker in shipped.markers.values():
        assert marker.fires_on
        assert marker.quiet_on
        assert marker.description


def told(**markers: str) -> list[str]:
    return [str(one) for one in contradictions(profile(**markers))]


def test_a_marker_that_contradicts_its_examples_is_told() -> None:
    assert told(
        cli="{command: {program: git}, fires_on: [git log, grep git a], quiet_on: [sudo git x]}",
        fine="{command: {program: git}, fires_on: [git log], quiet_on: [ls]}",
    ) == ["cli: does not fire on: grep git a", "cli: fires on: sudo git x (by: git x)"]


@pytest.mark.parametrize(
    ("predicate", "fires", "quiet"),
    [
        ("python: {imports: a}", "[import a, \"python -c 'import a'\"]", "['# import a']"),
        ("reads: '**/a.py'", "[x/a.py, cat x/a.py]", "[b.py, ls x/a.py]"),
        ("writes: '**/a.py'", "[x/a.py, echo hi > x/a.py]", "[b.py, cat x/a.py]"),
        ("writes: a, content: b", "[{writes: a, content: abc}]", "[a, {writes: a, content: x}]"),
        ("tool: a*", "[ab]", "[b]"),
        ("tool: a, arguments: {/x: 1}", "[{tool: a, arguments: {x: 1}}]", "[a]"),
        ("tool: a, fault: any", "[{tool: a, fault: any}]", "[a]"),
        ("output: hi", "[oh hi]", "[oh]"),
        ("answer: {regex: '^hi'}", "[hi you]", "[oh hi, {output: hi}]"),
        ("result: hi", "[oh hi, {tool: a, result: hi}]", "[oh]"),
        ("any: [{tool: a}, {answer: b}]", "[a, b]", "[c]"),
        ("not: {tool: a}", "[b, {output: x}]", "[a]"),
        ("all: [{tool: a}, {result: b}]", "[{tool: a, result: b}]", "[a, b]"),
        (
            "sequence: [{tool: a}, {answer: {}}]",
            "[[{tool: a}, {answer: x}]]",
            "[[{tool: b}, {answer: x}], a]",
        ),
        ("count: {tool: a}, at_least: 2", "[[{tool: a}, {tool: a}]]", "[[{tool: a}]]"),
    ],
)
def test_examples_are_of_the_kind_that_the_marker_is_about(
    predicate: str, fires: str, quiet: str
) -> None:
    assert told(m=f"{{{predicate}, fires_on: {fires}, quiet_on: {quiet}}}") == []
    swapped = told(m=f"{{{predicate}, fires_on: {quiet}, quiet_on: {fires}}}")
    assert len(swapped) == len(told(m=f"{{{predicate}, fires_on: {quiet}}}")) + len(
        told(m=f"{{{predicate}, quiet_on: {fires}}}")
    )
    assert all("does not fire on" in one or "fires on" in one for one in swapped)
    assert swapped


@pytest.mark.parametrize(
    ("example", "problem"),
    [
        ("3", "must be text, a list or a mapping"),
        ("{}", "a step has one of the keys command, python, reads, writes, tool, output, answer"),
        ("{tool: a, answer: b}", "a step has one of the keys"),
        ("{tool: a, content: b}", "`content` needs `writes`"),
        ("[]", "must not be empty"),
    ],
)
def test_mistakes_in_examples(example: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        profile(m=f"{{tool: a, fires_on: [{example}]}}")
    assert "markers.m.fires_on[0]" in str(caught.value)
    assert problem in str(caught.value) or problem.startswith("must be text")


class TestWhatPatternsOverTextGetWrong:
    """Each of these misled markers that were patterns over the text of a command."""

    def test_a_folder_named_like_the_program(self) -> None:
        assert fired(CLI, ran("cd /repo/transformers && ls")) == []

    def test_a_program_behind_timeout(self) -> None:
        assert fired(CLI, ran("timeout 60 transformers classify --text x")) != []

    def test_a_program_behind_variables(self) -> None:
        assert fired(CLI, ran("HF_HOME=/x transformers fill-mask")) != []

    def test_a_program_on_the_second_line(self) -> None:
        assert fired(CLI, ran("cd /repo\ntransformers env")) != []

    def test_a_call_in_what_grep_printed(self) -> None:
        grep = ran("grep -rn 'pipeline(' src") | {"result": "a.py:1: transformers.pipeline('x')"}
        assert fired(PIPELINE, grep) == []

    def test_a_call_in_an_edit(self) -> None:
        edit = {
            "name": "edit",
            "raw_arguments": '{"path": "a.py", "oldText": "x", '
            '"newText": "import transformers\\ntransformers.pipeline(1)"}',
        }
        assert fired(PIPELINE, edit) != []

    def test_the_shipped_pack_says_the_same(self) -> None:
        assert contradictions(TRANSFORMERS) == []
        examples = {*TRANSFORMERS.markers["cli"].quiet_on, *TRANSFORMERS.markers["cli"].fires_on}
        assert "cd /repo/transformers && ls" in examples
        assert "timeout 60 transformers classify --text x" in examples
