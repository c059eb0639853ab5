import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from midspan.scorers.errors import InvalidInput
from midspan.scorers.loop import Loop
from midspan.scorers.plugins import available, declarations, load_scorer
from midspan.scorers.score import Level, Scorer
from midspan.scorers.valid_call_rate import ValidCallRate

Install = Callable[[str, str], None]

PACKAGE = """
class Fine:
    version = "1"
    declares = ()

    def score(self, tables):
        return tables.runs.select("run_id")


class Shapeless:
    pass


def made():
    return Fine()


from midspan.scorers.run_scorer import run_scorer


@run_scorer
def short(run, *, most: int = 10):
    return len(run.answer or "") <= most
"""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Install a package with one scorer, as pip would."""

    def install(name: str, value: str) -> None:
        (tmp_path / "shop_scorers.py").write_text(PACKAGE)
        metadata = tmp_path / "shop_scorers-1.0.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(
            "Metadata-Version: 2.1\nName: shop-scorers\nVersion: 1\n"
        )
        (metadata / "entry_points.txt").write_text(f"[midspan.scorers]\n{name} = {value}\n")
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, "shop_scorers", raising=False)

    return install


@pytest.fixture(autouse=True)
def nothing_cached() -> Iterator[None]:
    available.cache_clear()
    yield
    available.cache_clear()


def test_the_built_in_scorers_are_there_by_name() -> None:
    assert isinstance(load_scorer("loop"), Loop)
    assert isinstance(load_scorer("valid_call_rate"), ValidCallRate)
    assert list(available()) == sorted(available())


def test_parameters_are_the_fields_of_the_scorer() -> None:
    assert load_scorer("loop", {"at_least": 4}) == Loop(at_least=4)


def test_every_installed_scorer_declares_what_it_gives() -> None:
    for name in available():
        scorer = load_scorer(name)
        assert scorer.version
        declared = (*scorer.declares, *getattr(scorer, "families", ()))
        assert all(each.name and each.unit and each.description for each in declared)
        levels = {each.level for each in declared}
        # Counts of events on steps have a row on the run beside them.
        assert Level.RUN in levels


def test_scorers_of_other_packages_are_found(install: Install) -> None:
    install("shop_share", "shop_scorers:Fine")
    scorer = load_scorer("shop_share")
    assert isinstance(scorer, Scorer)
    assert type(scorer).__name__ == "Fine"


@pytest.mark.parametrize(
    ("name", "parameters", "problem"),
    [
        ("loops", {}, r"^no such scorer: loops; .*, valid_call_rate\. Did you mean 'loop'\?$"),
        (
            "loop",
            {"at_lest": 2},
            r"^scorer loop: has no parameter 'at_lest'\. Did you mean 'at_least'\?\n"
            r"Its parameters: at_least = 2[^\n]*\.$",
        ),
        ("valid_call_rate", {"a": 1}, r"has no parameter 'a'\.\nIt has no parameters\.$"),
        (
            "loop",
            {"at_least": "3"},
            r"^scorer loop: at_least cannot be \"3\": Input should be a valid integer\nIts param",
        ),
        ("loop", {"at_least": True}, r"^scorer loop: at_least cannot be true: Input should be a"),
        ("loop", {"at_least": 1}, r"^loop: at_least must be 2 or more, not 1"),
    ],
)
def test_what_cannot_be_made_is_said(name: str, parameters: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        load_scorer(name, parameters)


def test_a_function_of_one_run_is_a_scorer_with_parameters(install: Install) -> None:
    install("shop_short", "shop_scorers:short")
    assert [each.name for each in load_scorer("shop_short").declares] == ["short"]
    assert load_scorer("shop_short", {"most": 3}) != load_scorer("shop_short")
    with pytest.raises(InvalidInput, match=r"scorer shop_short: has no parameter 'moost'\. Did"):
        load_scorer("shop_short", {"moost": 3})


def test_a_function_that_makes_a_scorer_will_do(install: Install) -> None:
    install("shop_made", "shop_scorers:made")
    assert type(load_scorer("shop_made")).__name__ == "Fine"
    with pytest.raises(InvalidInput, match=r"scorer shop_made: .*unexpected keyword argument 'a'"):
        load_scorer("shop_made", {"a": 1})


def test_declarations_are_those_of_all_that_can_be_loaded(install: Install) -> None:
    before = declarations()
    available.cache_clear()
    install("shop_gone", "shop_scorers:Gone")
    assert "shop_gone" in available()
    assert declarations() == before
    assert before["longest_loop"].unit == "count"


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (
            "shop_scorers:Gone",
            r"^scorer shop_share: cannot be loaded from shop_scorers:Gone: .*'Gone'\n"
            r"Install, mend or remove the package that brings it\.$",
        ),
        ("nowhere:Fine", r"^scorer shop_share: cannot be loaded from nowhere:Fine: No module"),
        ("shop_scorers:Shapeless", r"^scorer shop_share: shop_scorers:Shapeless is no scorer\n"),
    ],
)
def test_a_package_that_is_broken_is_named(install: Install, value: str, problem: str) -> None:
    install("shop_share", value)
    with pytest.raises(InvalidInput, match=problem):
        load_scorer("shop_share")
