import pytest

from midspan.scorers.file_format import InvalidFile
from midspan.scorers.suite import Suite

HEAD = "suite: s\ncontract: 1\ntasks: [{id: a, prompt: p}]\n"
TARGET = "target: {repository: shop}\n"


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidFile) as caught:
        Suite.parse(HEAD + text)
    return [str(problem).removeprefix("suite.yaml:") for problem in caught.value.problems]


def test_what_a_tier_gives() -> None:
    suite = Suite.parse(
        f"{HEAD}{TARGET}tiers:\n"
        "  skill:\n"
        "    checkout: .\n"
        "    setup: [[pip, install, pytest], [sh, -c, 'make data']]\n"
        "    setup_seconds: 60\n"
        "    environment: {HF_HUB_OFFLINE: '1', TOKENIZERS_PARALLELISM: ''}\n"
    )
    tier = suite.tiers["skill"]
    assert tier.setup == (("pip", "install", "pytest"), ("sh", "-c", "make data"))
    assert tier.setup_seconds == 60
    assert tier.environment == {"HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": ""}
    plain = Suite.parse(f"{HEAD}tiers: {{bare: {{}}}}").tiers["bare"]
    assert (plain.setup, plain.setup_seconds, plain.environment) == ((), 300, {})


def test_what_of_a_target_is_installed() -> None:
    target = Suite.parse(
        f"{HEAD}target: {{repository: shop, install: 'core[dev, x]', requirements: ['numpy>=2']}}"
    ).target
    assert target is not None
    assert (target.install, target.requirements) == ("core[dev, x]", ("numpy>=2",))
    nothing = Suite.parse(f"{HEAD}target: {{repository: shop, install: null}}").target
    assert nothing is not None
    assert nothing.install is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tiers: {t: {setup: [pip install x]}}", "4: tiers.t.setup[0]: must be a list"),
        ("tiers: {t: {setup: [[]]}}", "4: tiers.t.setup[0]: must not be empty"),
        (
            "tiers: {t: {environment: {HF_TOKEN: x}}}",
            "4: tiers.t.environment.HF_TOKEN: HF_TOKEN looks like a secret, and agents can read",
        ),
        (
            "tiers: {t: {environment: {PATH: x}}}",
            "4: tiers.t.environment.PATH: PATH is set by midspan",
        ),
        (
            "tiers: {t: {environment: {MIDSPAN_RUN_ID: x}}}",
            "4: tiers.t.environment.MIDSPAN_RUN_ID: MIDSPAN_RUN_ID is set by midspan",
        ),
        (
            "tiers: {t: {env: {A: x}}}",
            "4: tiers.t.env: unknown key. Did you mean 'environment'?",
        ),
        (
            "target: {repository: '--upload-pack=x'}",
            "4: target.repository: must be an address that git clones",
        ),
        ("target: {repository: 'ext::sh -c x'}", "4: target.repository: must be an address"),
        (
            "target: {repository: 'https://ann:pw@example.com/x'}",
            "4: target.repository: must hold no user name or password",
        ),
        ("target: {repository: x, install: -e .}", "4: target.install: '-e .' is no path in"),
        ("target: {repository: x, install: ../y}", "4: target.install: '../y' is no path in"),
        (
            "target: {repository: x, requirements: [--index-url=x]}",
            "4: target.requirements[0]: '--index-url=x' is no requirement",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused(text: str, said: str) -> None:
    (problem,) = refused(text)
    assert problem.startswith(said)


def test_a_revision_is_no_option() -> None:
    said = refused(
        f"{TARGET}harnesses: {{h: {{kind: pi}}}}\n"
        "matrix: {models: [{name: m, endpoint: 'http://x/v1'}], revisions: [--all]}"
    )
    assert said == ["6: matrix.revisions[0]: '--all' is no commit, tag or branch"]
