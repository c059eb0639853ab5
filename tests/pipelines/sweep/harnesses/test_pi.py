"""pi: the real one where it is installed, and what is said where it is not."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from midspan.pipelines.ingest.ingest import ingest
from midspan.pipelines.sweep.harnesses import Said
from midspan.pipelines.sweep.harnesses.pi import package_of
from midspan.pipelines.workspace import Workspace
from midspan.scorers.errors import SurroundingsError
from tests.agents import environments
from tests.support.scripted_model import (
    Refusal,
    ScriptedModel,
    calling,
    saying,
    scripted_model,
)
from tests.support.seats import Ran, driver_of, harness_of, run_in, seat_in

PI = "{kind: pi, version: 0.73.1}"


@pytest.fixture
def pi(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put pi on PATH, where `make agents` has installed it."""
    if not environments.installed("pi"):
        pytest.skip("`make agents` installs pi")
    programs = environments.node_modules("pi") / ".bin"
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")


def run(folder: Path, model: ScriptedModel, **given: Any) -> Ran:
    return run_in(seat_in(folder / "room", harness_of(PI), base_url=model.url, **given), folder)


@pytest.mark.usefixtures("pi")
def test_it_answers_and_leaves_its_session(tmp_path: Path) -> None:
    with scripted_model(calling("bash", command="echo 39.00"), saying("39.00 USD")) as model:
        ran = run(tmp_path, model)

    assert (ran.code, ran.said) == (0, Said(answer="39.00 USD"))
    assert model.headers[0]["authorization"] == "Bearer sk-of-this-run"
    assert model.requests[0]["model"] == "org/shopper"
    ingest([ran.seat.sessions], tmp_path / "workspace")
    (name, result) = Workspace(tmp_path / "workspace").table("calls").collect()["name", "result"]
    assert (name[0], result[0]) == ("bash", "39.00\n")


@pytest.mark.usefixtures("pi")
@pytest.mark.parametrize("prompt", ["-v is what?", "@notes.txt", "a\n--help", "x" * 140_000])
def test_any_text_is_a_prompt(prompt: str, tmp_path: Path) -> None:
    with scripted_model(saying("fine")) as model:
        ran = run(tmp_path, model, prompt=prompt)

    assert ran.said.answer == "fine"
    content = model.requests[0]["messages"][-1]["content"]
    assert (content if isinstance(content, str) else content[0]["text"]).strip() == prompt


@pytest.mark.usefixtures("pi")
def test_words_of_the_tier_reach_it(tmp_path: Path) -> None:
    skill = tmp_path / "shop" / "SKILL.md"
    skill.parent.mkdir()
    skill.write_text(
        "---\nname: shop\ndescription: Knows the prices of lamps.\n---\nLook them up.\n"
    )
    with scripted_model(saying("fine")) as model:
        run(tmp_path, model, arguments=("--skill", str(skill.parent)))
    assert "Knows the prices of lamps." in str(model.requests[0]["messages"][0])


@pytest.mark.usefixtures("pi")
def test_the_model_has_the_settings_that_the_suite_gives_it(tmp_path: Path) -> None:
    harness = harness_of("{kind: pi, model_settings: {maxTokens: 321, id: other}}")
    with scripted_model(saying("fine")) as model:
        run_in(seat_in(tmp_path / "room", harness, base_url=model.url), tmp_path)
    (request,) = model.requests
    assert (request["model"], request["max_completion_tokens"]) == ("org/shopper", 321)


@pytest.mark.usefixtures("pi")
def test_an_answer_that_was_refused_is_a_failure_whatever_its_exit_code(tmp_path: Path) -> None:
    refusal = Refusal(status=400, body={"error": {"message": "no such model"}})
    with scripted_model(calling("bash", command="true"), refusal) as model:
        ran = run(tmp_path, model)
    assert ran.said.answer is None
    assert ran.said.failed is not None
    assert ran.said.failed.startswith("pi: 400")


def answer(text: str, stop: str, **further: str) -> dict[str, Any]:
    content = [{"type": "text", "text": text}]
    return {"role": "assistant", "content": content, "stopReason": stop, **further}


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ([answer("no", "stop"), answer("39", "stop")], Said(answer="39")),
        ([answer("cut of", "length")], Said(answer="cut of")),
        (
            [answer("no", "stop"), answer("3\u20289\x85\x0c!", "stop")],
            Said(answer="3\u20289\x85\x0c!"),
        ),
        # Ended between a call and its result: the text is a remark on the way.
        ([answer("Let me look.", "toolUse")], Said(answer=None)),
        (
            [answer("39", "stop"), answer("", "error", errorMessage="500 out of memory")],
            Said(answer=None, failed="pi: 500 out of memory"),
        ),
        ([answer("", "aborted")], Said(answer=None, failed="pi: aborted")),
        ([], Said(answer=None, failed="pi got no answer: Error: no models")),
    ],
)
@pytest.mark.parametrize("printed", [False, True])
def test_the_last_answer_counts(
    messages: list[dict[str, Any]], said: Said, printed: bool, tmp_path: Path
) -> None:
    seat = seat_in(tmp_path / "room", harness_of(PI), base_url="http://127.0.0.1:1/v1")
    kind = "message_end" if printed else "message"
    # As Node writes it: characters stand for themselves.
    lines = [
        json.dumps({"type": kind, "message": message}, ensure_ascii=False) for message in messages
    ]
    text = "".join(f"{line}\n" for line in ['{"type": "session"}', *lines])
    stdout, stderr = tmp_path / "stdout", tmp_path / "stderr"
    stderr.write_text("Error: no models\n" if not messages else "")
    # Without a session there is what was printed, with its beginning cut off.
    stdout.write_text(f'ent":1}}\n{text}' if printed else "")
    if not printed:
        (seat.sessions / "2026_1.jsonl").write_text(text)
    assert driver_of(seat.run.harness, tmp_path).said(seat, stdout, stderr) == said


@pytest.mark.usefixtures("pi")
def test_its_version_is_the_one_that_the_suite_names(tmp_path: Path) -> None:
    assert driver_of(harness_of(PI), tmp_path).identity().version == "0.73.1"
    assert driver_of(harness_of("{kind: pi}"), tmp_path).identity().version == "0.73.1"
    with pytest.raises(SurroundingsError) as other:
        driver_of(harness_of("{kind: pi, version: 1.5.2}"), tmp_path).identity()
    assert str(other.value) == (
        "pi is 0.73.1 here; the suite names 1.5.2\n"
        "Install it: npm install --global @earendil-works/pi-coding-agent@1.5.2"
    )


def test_where_it_is_missing_the_command_that_installs_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SurroundingsError) as missing:
        driver_of(harness_of(PI), tmp_path).identity()
    assert str(missing.value) == (
        "harness mine: pi is not on PATH\n"
        "Install it: npm install --global @mariozechner/pi-coding-agent@0.73.1"
    )


def test_one_that_does_not_start_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "pi"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(broken.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    with pytest.raises(SurroundingsError, match="is there and does not start"):
        driver_of(harness_of(PI), tmp_path).identity()


@pytest.mark.parametrize(
    ("version", "package"),
    [
        ("0.73.1", "@mariozechner/pi-coding-agent"),
        ("0.74.0", "@earendil-works/pi-coding-agent"),
        ("1.5.2", "@earendil-works/pi-coding-agent"),
        (None, "@earendil-works/pi-coding-agent"),
    ],
)
def test_the_package_has_moved(version: str | None, package: str) -> None:
    assert package_of(version) == package
