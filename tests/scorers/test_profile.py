import json
import subprocess
import sys
from pathlib import Path

import pytest

from midspan.scorers.file_format import InvalidFile
from midspan.scorers.profile import Margin, Price, Profile, pack_names

HEAD = "profile: shop\ncontract: 1\n"


def parse(body: str) -> Profile:
    return Profile.parse(HEAD + body)


def refused(body: str) -> str:
    with pytest.raises(InvalidFile) as caught:
        parse(body)
    (problem,) = caught.value.problems
    return str(problem).removeprefix("profile.yaml:3: ")


def test_the_least_profile_has_every_default() -> None:
    profile = Profile.parse(HEAD)
    assert profile.tools.state_changing == ()
    assert (profile.scorers, profile.markers, profile.rules, profile.prices) == ({}, {}, {}, ())
    assert profile.compare.model_dump() == {
        "primary": ("success", "tokens", "seconds"),
        "alpha": 0.05,
        "minimum_tasks": 6,
    }
    assert profile.gate.model_dump() == {
        "coverage": 0.95,
        "floors": {},
        "no_regression": {},
        "underpowered": "fail",
        "regression_set": None,
    }


def test_everything_a_profile_may_say_beside_markers_and_rules() -> None:
    profile = parse("""\
tools: {roles: {shell: [bash, Bash], read_only: [get_*]}, state_changing: [refund_*]}
errors: {forms: ["^shop: refused"], transient: [quota], acknowledged: [could not]}
prices: [{model: "Qwen/*", per_million: {new: 0.20, cached: 0.05, output: 0.60}}]
scorers: {loop: {at_least: 2}, citations: false, faults: true}
composites: {quality: {weights: {success: 0.5, recovery_rate: 0.2}}}
compare: {primary: [success], alpha: 0.01, minimum_tasks: 10}
gate:
  coverage: 0.9
  floors: {success_rate: 0.6}
  no_regression: {success: 0.05, tokens: 10%, seconds: 2.5 %}
  underpowered: warn
  regression_set: {pass_hat: 3, at_least: 0.9}
""")
    assert profile.tools.roles.shell == ("bash", "Bash")
    assert profile.tools.roles.read_only == ("get_*",)
    assert profile.tools.state_changing == ("refund_*",)
    assert profile.errors.forms == ("^shop: refused",)
    assert profile.prices == (
        Price.model_validate(
            {"model": "Qwen/*", "per_million": {"new": 0.2, "cached": 0.05, "output": 0.6}}
        ),
    )
    assert profile.scorers == {"loop": {"at_least": 2}, "citations": False, "faults": True}
    assert profile.composites["quality"].weights == {"success": 0.5, "recovery_rate": 0.2}
    assert profile.gate.no_regression == {
        "success": Margin(amount=0.05),
        "tokens": Margin(amount=0.1, relative=True),
        "seconds": Margin(amount=0.025, relative=True),
    }
    assert profile.gate.regression_set is not None
    assert profile.gate.regression_set.pass_hat == 3


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("tool: {}", "tool: unknown key. Did you mean 'tools'?"),
        ("tools: {roles: {shel: [a]}}", "tools.roles.shel: unknown key. Did you mean 'shell'?"),
        ("tools: {roles: {shell: bash}}", "tools.roles.shell: must be a list, not text 'bash'"),
        ("errors: {forms: ['a(?=b)']}", "errors.forms[0]: look-around is not supported (RE2"),
        ("errors: {forms: ['(?<!b)a']}", "errors.forms[0]: look-around is not supported (RE2"),
        (r"errors: {transient: ['(a)\1']}", "errors.transient[0]: backreferences are not supp"),
        ("errors: {forms: ['[']}", "errors.forms[0]: is no regular expression: unclosed character"),
        ("errors: {forms: ['((a{999}){999}){9}']}", "errors.forms[0]: the pattern is too large"),
        ("errors: {forms: [5]}", "errors.forms[0]: must be text, not the number 5"),
        ("prices: [{model: a, per_million: {new: 1}}]", "prices[0].per_million.output: missing"),
        (
            "prices: [{model: a, per_million: {new: -1, output: 1}}]",
            "prices[0].per_million.new: must be 0 or more",
        ),
        ("scorers: {loop: 2}", "scorers.loop: must be true or false or a mapping, not the number"),
        ("scorers: {Loop: {}}", "scorers.Loop: 'Loop' is no score name: only lower-case letters"),
        ("composites: {q: {weights: {}}}", "composites.q.weights: must not be empty"),
        (
            "composites: {q: {weights: {a@b: 1}}}",
            "composites.q.weights.a@b: 'a@b' is no score name",
        ),
        ("composites: {q: {weights: {a: 0}}}", "composites.q.weights.a: must be greater than 0"),
        ("compare: {primary: [a/b]}", "compare.primary[0]: 'a/b' is no score name"),
        ("compare: {primary: [a, a]}", "compare: `primary` names a score twice"),
        ("compare: {alpha: 1}", "compare.alpha: must be less than 1"),
        ("gate: {floors: {A: 1}}", "gate.floors.A: 'A' is no score name"),
        ("gate: {no_regression: {a: -1}}", "gate.no_regression.a: must be 0 or more"),
        ("gate: {no_regression: {a: ten}}", "gate.no_regression.a: 'ten' is no margin: write a"),
        ("gate: {no_regression: {a: true}}", "gate.no_regression.a: must be a number, or a share"),
        ("gate: {underpowered: maybe}", "gate.underpowered: 'maybe' is not one of fail, warn."),
        ("gate: {coverage: 95}", "gate.coverage: must be 1 or less"),
        (
            "gate: {regression_set: {pass_hat: 0, at_least: 1}}",
            "gate.regression_set.pass_hat: must",
        ),
        ("markers:", "markers: must be a mapping (key: value), not nothing (null)"),
    ],
)
def test_mistakes(body: str, problem: str) -> None:
    assert refused(body).startswith(problem)


def test_reading_a_profile_runs_and_imports_nothing_that_it_names(tmp_path: Path) -> None:
    (tmp_path / "named_module.py").write_text("raise SystemExit('imported')")
    watch = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
from midspan.scorers.profile import Profile
import polars
seen = []
sys.addaudithook(lambda event, args: seen.append((event, args[:1])))
Profile.parse('''
profile: p
contract: 1
extends: [midspan/default, {{pack: midspan/cli-adoption, program: named_module}}]
scorers: {{named_module: {{at_least: 2}}}}
markers: {{m: {{python: {{imports: named_module}}, fires_on: ["import named_module"]}},
          c: {{command: {{program: touch}}, fires_on: ["touch {tmp_path}/ran"]}}}}
''')
assert "named_module" not in sys.modules
started = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork",
           "socket.connect")
assert not [event for event, _ in seen if event in started], seen
assert not [args for event, args in seen if event == "import" and "named_module" in str(args)]
print("clean", any(event == "open" for event, _ in seen))
"""
    done = subprocess.run(
        [sys.executable, "-c", watch], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("clean True\n", "")
    assert [path.name for path in tmp_path.iterdir() if path.suffix != ".pyc"] == [
        "named_module.py"
    ]


def test_the_default_profile_knows_widespread_tools() -> None:
    roles = Profile.default().tools.roles
    assert {"bash", "Bash", "exec_command", "execute_bash"} <= set(roles.shell)
    assert {"edit", "Edit", "apply_patch", "str_replace_editor"} <= set(roles.write)
    assert {"update_plan", "TodoWrite", "think"} <= set(roles.neutral)
    assert {"final_answer", "finish"} <= set(roles.answer)
    assert Profile.default().tools.state_changing == ()


PARAMETERS = {
    "midspan/cli-adoption": ", program: git",
    "midspan/python-api": ", name: pandas",
    "midspan/ran-help": ", program: git",
}


def test_every_shipped_pack_loads() -> None:
    assert {"midspan/default", "midspan/transformers", *PARAMETERS} <= {*pack_names()}
    for name in pack_names():
        loaded = parse(f"extends: [{{pack: {name}{PARAMETERS.get(name, '')}}}]")
        assert loaded.profile == "shop"


def test_a_profile_can_be_written_out_as_json() -> None:
    profile = parse("gate: {no_regression: {tokens: 10%}}\nmarkers: {m: {answer: {}}}")
    written = json.loads(profile.model_dump_json(by_alias=True, exclude_unset=True))
    assert written["markers"] == {"m": {"predicate": {"answer": {}}}}
    assert written["gate"] == {"no_regression": {"tokens": {"amount": 0.1, "relative": True}}}
