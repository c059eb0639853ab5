"""Answers that are none: they are asked for again, and told of; nothing ends in a crash."""

from collections import Counter

import pytest

from midspan.pipelines.publish.exchange import Patience
from midspan.pipelines.publish.mlflow.api import Api, Place, Refused
from midspan.pipelines.publish.mlflow.runs import Runs, RunWish
from midspan.pipelines.publish.target import Target
from midspan.scorers.errors import SurroundingsError
from tests.support.reverse_proxy import Answer, proxied

NOBODY = "http://127.0.0.1:9"
FOUND = '{"experiment": {"experiment_id": "3", "lifecycle_stage": "active", "creation_time": 7}}'


def target(url: str) -> Target:
    return Target(server="mlflow", url=url, patience=Patience(deadline=1, sleep=lambda _: None))


@pytest.mark.parametrize("body", ["{}", "null", "[]", '{"experi', "<html>sign in</html>"])
def test_what_is_no_answer_is_told_of(body: str) -> None:
    def answers(_method: str, path: str) -> Answer:
        return (200, body if path.startswith("/api") else "OK")

    with (
        proxied(NOBODY, answers) as proxy,
        Api(target(proxy.url)) as api,
        pytest.raises(Refused, match="MLflow answered HTTP 200"),
    ):
        api.place("shop")


@pytest.mark.parametrize("once", [(200, '{"experi'), (200, "null"), (500, "oops")])
def test_what_fails_once_is_asked_again(once: Answer) -> None:
    asked = Counter[str]()

    def answers(_method: str, path: str) -> Answer:
        asked[path] += 1
        return once if path.startswith("/api") and asked[path] == 1 else (200, FOUND)

    with proxied(NOBODY, answers) as proxy, Api(target(proxy.url)) as api:
        assert api.place("shop") == Place("3", 7)


def test_a_dry_run_bears_that_nobody_answers() -> None:
    with Api(target(NOBODY), dry=True) as api:
        assert (api.away, api.place("shop", make=False)) == (True, None)

    with pytest.raises(SurroundingsError, match="does not answer"), Api(target(NOBODY)):
        pass


def test_of_two_runs_that_were_made_at_once_the_first_one_stays() -> None:
    def run(number: str, made: int) -> str:
        tags = f'[{{"key": "midspan.made_ms", "value": "{made}"}}]'
        return f'{{"info": {{"run_id": "{number}"}}, "data": {{"tags": {tags}}}}}'

    def answers(_method: str, path: str) -> Answer:
        if not path.endswith("/search"):
            return 200, f'{{"run": {run("a", 1900)}}}'
        found = f"[{run('a', 1900)}, {run('b', 950)}]"  # as long as texts they are in this order
        return 200, f'{{"runs": {found if proxy.paths("POST") else "[]"}}}'

    with proxied(NOBODY, answers) as proxy, Api(target(proxy.url)) as api:
        wish = RunWish(key="v1", name="v1", start_ms=1, end_ms=2)
        assert Runs(api, "3").find_or_make(wish) == "b"
        assert [path.rpartition("/")[2] for path in proxy.paths("POST")] == [
            *("search", "create", "search"),
            "delete",
        ]
