import pytest

from midspan.scorers.file_format import InvalidFile
from midspan.scorers.suite import Cell, Suite, Variant

TASKS = "suite: s\ncontract: 1\ntasks: [{id: a, prompt: p}, {id: b, prompt: p}]\n"
LOCAL = '{name: m, endpoint: "http://127.0.0.1:8000/v1"}'
FULL = f"""{TASKS}\
matrix:
  models: [{LOCAL}, {{name: Qwen/Qwen3-14B, serve: {{tool_call_parser: hermes}}}}]
  revisions: [v1, {{ref: 3f1c2ab, name: cli+skill}}]
  tiers: [bare, skill]
  harnesses: [pi]
  trials: 5
  exclude: [{{tier: skill, revision: v1}}, {{task: b, model: m}}]
target: {{repository: "https://example.com/shop.git", install: ".[x]", python: "3.12"}}
tiers: {{bare: {{}}, skill: {{files: [{{from: s/, to: .s/}}]}}, clone: {{checkout: "."}}}}
harnesses: {{pi: {{kind: pi, version: 1.5.2}}}}
"""


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        Suite.parse(text)
    return [str(problem).removeprefix("suite.yaml:") for problem in caught.value.problems]


def variant(model: str, revision: str, tier: str) -> Variant:
    return Variant(model=model, revision=revision, tier=tier, harness="pi")


def test_cells_are_the_product_less_what_is_excluded() -> None:
    suite = Suite.parse(FULL)
    qwen = "Qwen/Qwen3-14B"
    assert suite.variants == (
        variant("m", "v1", "bare"),
        variant("m", "cli+skill", "bare"),
        variant("m", "cli+skill", "skill"),
        variant(qwen, "v1", "bare"),
        variant(qwen, "cli+skill", "bare"),
        variant(qwen, "cli+skill", "skill"),
    )
    assert suite.cells[:2] == (
        Cell(task="a", variant=variant("m", "v1", "bare")),
        Cell(task="a", variant=variant("m", "cli+skill", "bare")),
    )
    # 2 models x 3 variants: m leaves out task b.
    assert (len(suite.cells), suite.run_count) == (9, 45)


def test_without_a_target_and_tiers_there_is_one_of_each_and_all_harnesses_run() -> None:
    suite = Suite.parse(
        f"{TASKS}matrix: {{models: [{LOCAL}]}}\n"
        "harnesses: {x: {kind: pi}, y: {kind: smolagents}}"
    )
    assert suite.variants == (
        Variant(model="m", revision="none", tier="none", harness="x"),
        Variant(model="m", revision="none", tier="none", harness="y"),
    )
    assert suite.run_count == 4


def test_every_name_of_the_matrix_exists() -> None:
    text = FULL.replace("[bare, skill]", "[bare, skil]").replace("[pi]", "[pie]")
    text = text.replace("tier: skill, revision: v1", "tier: bare, revision: v2")
    assert refused(text) == [
        "7: matrix.tiers[1]: `tiers` has no 'skil'. Did you mean 'skill'?",
        "8: matrix.harnesses[0]: `harnesses` has no 'pie'. Did you mean 'pi'?",
        "10: matrix.exclude[0].revision: the matrix has no revision 'v2'.",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "{tier: skill, revision: v1}",
            "{tear: x}",
            "10: matrix.exclude[0].tear: unknown key. Did you mean 'tier'?",
        ),
        ("{tier: skill, revision: v1}", "{}", "10: matrix.exclude[0]: would leave out everything"),
        (
            "{tier: skill, revision: v1}",
            "{harness: pi}",
            "10: matrix.exclude: leaves out every cell",
        ),
        ("[v1, ", "[v1, v1, ", "6: matrix.revisions[1]: 'v1' stands twice"),
        ("trials: 5", "trials: 0", "9: matrix.trials: must be 1 or more"),
        (
            "[v1, ",
            "[1.10, ",
            "6: matrix.revisions[0]: must be text, not the number 1.1; put it in quotes",
        ),
        ('python: "3.12"', "python: 3.12", "11: target.python: must be text, not the number 3.12"),
        ('python: "3.12"', 'python: "2.7"', "11: target.python: '2.7' is no Python version"),
        ("kind: pi", "kind: py", "13: harnesses.pi.kind: 'py' is not one of pi, smolagents"),
        (
            '{checkout: "."}',
            "{checkout: /srv}",
            "12: tiers.clone.checkout: '/srv' must be a path inside",
        ),
    ],
)
def test_mistakes(old: str, new: str, problem: str) -> None:
    assert old in FULL
    (only,) = refused(FULL.replace(old, new))
    assert only.startswith(problem)


def test_revisions_and_target_need_each_other() -> None:
    lines = FULL.splitlines()
    without_target = "\n".join(line for line in lines if not line.startswith("target:"))
    assert refused(without_target) == [
        "6: matrix.revisions: revisions are those of `target`, and there is none",
        "11: tiers.clone.checkout: there is no `target` to check out",
    ]
    without_revisions = FULL.replace("  revisions:", "  # ").replace(", revision: v1", "")
    assert refused(without_revisions) == [
        "4: matrix: `target` needs `revisions`: the commits, tags or branches to run"
    ]


def test_a_product_beyond_reason_is_refused_before_it_is_made() -> None:
    models = ", ".join(f'{{name: m{n}, endpoint: "http://h/v1"}}' for n in range(1500))
    tiers = [f"t{n}" for n in range(1500)]
    text = (
        f"{TASKS}matrix: {{models: [{models}]}}\nharnesses: {{x: {{kind: pi}}}}\n"
        f"tiers: {{{', '.join(f'{tier}: {{}}' for tier in tiers)}}}"
    )
    assert refused(text) == ["4: matrix: makes 4,500,000 cells; more than 1,000,000 are refused"]


def models(text: str, harness: str = "{kind: pi}") -> str:
    return f"{TASKS}matrix: {{models: [{text}]}}\nharnesses: {{h: {harness}}}"


@pytest.mark.parametrize(
    "secret",
    ["sk-proj-abcdef123456", "hf_AbCdEf123456", "AKIAIOSFODNN7EXAMPLE", "Bearer x", '"KEY\\n"'],
)
def test_a_key_where_a_name_is_meant_is_refused_and_not_shown(secret: str) -> None:
    (problem,) = refused(models(f'{{name: m, endpoint: "http://h/v1", key_env: {secret}}}'))
    assert problem == (
        "4: matrix.models[0].key_env: must be the NAME of an environment variable,"
        " such as OPENAI_API_KEY, never a key itself"
    )


@pytest.mark.parametrize(
    ("model", "problem"),
    [
        ("{name: m, api_key: sk-secret}", "api_key: unknown key. Did you mean 'key_env'?"),
        (
            "{name: m, endpoint: 'http://u:secret@h/v1'}",
            "endpoint: must be http(s)://host[:port]/path",
        ),
        (
            "{name: m, endpoint: 'http://h/v1?api-version=1'}",
            "endpoint: has a query (`?...`), and requests go to http(s)://host[:port]/path alone",
        ),
        ("{name: m, endpoint: 'http://h?key=secret'}", "endpoint: has a query (`?...`)"),
        ("{name: m, endpoint: 'http://h/v1#key'}", "endpoint: has a query (`?...`)"),
        ("{name: m, endpoint: h:8000}", "endpoint: must be http(s)://host[:port]/path"),
        (
            "{name: m, endpoint: 'http://h', sampling: {api_key: secret}}",
            " `sampling` must hold no secret",
        ),
        (
            "{name: m, endpoint: 'http://h', serve: {}}",
            " has both `serve` and `endpoint`; keep one",
        ),
        (
            "{name: m, serve: {engine: vlm}}",
            "serve.engine: 'vlm' is not one of vllm, transformers, llama-cpp. Did you mean 'vllm'?",
        ),
        ("{name: m, serve: {}, key_env: KEY}", " `key_env` needs `endpoint`"),
        ("{name: m}", " needs `serve` or `endpoint`"),
    ],
)
def test_models_are_checked(model: str, problem: str) -> None:
    (only,) = refused(models(model))
    assert only.removeprefix("4: matrix.models[0]").lstrip(".:").startswith(problem)
    assert "secret" not in only.replace("no secret", "")


def test_a_model_that_the_agent_itself_knows_needs_no_address() -> None:
    own = "{kind: command, argv: [my-agent, '{prompt}'], instrument: auto}"
    assert Suite.parse(models("{name: m}", own)).run_count == 2


@pytest.mark.parametrize(
    ("harness", "problem"),
    [
        ("{kind: command}", "argv: missing"),
        (
            "{kind: command, argv: ['{promt}']}",
            "argv[0]: unknown placeholder {promt}. Did you mean {prompt}?",
        ),
        ("{kind: command, argv: [a], version: 2.1}", "version: must be text, not the number 2.1"),
        ("{kind: python, function: agent.run}", "function: 'agent.run' is no function"),
        (
            "{kind: pi, instrument: porxy}",
            "instrument: 'porxy' is not one of proxy, auto, both. Did you mean 'proxy'?",
        ),
    ],
)
def test_harnesses_are_checked(harness: str, problem: str) -> None:
    (only,) = refused(models(LOCAL, harness))
    assert only.removeprefix("5: harnesses.h.").startswith(problem)


def test_braces_that_mean_something_else_are_left_alone() -> None:
    harness = "{kind: command, argv: [sh, -c, \"awk '{print}'\", '{base_url}', '{\"a\": 1}']}"
    assert Suite.parse(models(LOCAL, harness)).run_count == 2


@pytest.mark.parametrize(
    ("launch", "problem"),
    [
        ("{kind: hf-jobs}", " `kind: hf-jobs` needs `hf_jobs: {flavor: ...}`"),
        (
            "{kind: hf_jobs}",
            "kind: 'hf_jobs' is not one of local, hf-jobs. Did you mean 'hf-jobs'?",
        ),
        ("{hf_jobs: {flavor: a, timeout: 4 hours}}", "hf_jobs.timeout: '4 hours' is no duration"),
        (
            "{hf_jobs: {flavor: a, labels: {team: a b}}}",
            "hf_jobs.labels.team: 'a b' is no job label",
        ),
        ("{hf_jobs: {flavor: a, bucket: runs}}", "hf_jobs.bucket: 'runs' is no bucket"),
        ("{per: model}", "per: 'model' is not one of model-revision, cell, run."),
        ("{concurrency: 0}", "concurrency: must be 1 or more"),
    ],
)
def test_launch_is_checked(launch: str, problem: str) -> None:
    (only,) = refused(f"{TASKS}launch: {launch}")
    assert only.removeprefix("4: launch").lstrip(".:").startswith(problem)
