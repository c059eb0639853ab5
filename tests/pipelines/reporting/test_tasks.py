from pathlib import Path

from midspan.dashboards.report.frames import ShownFile
from midspan.instrumentation.redaction import Redaction
from midspan.pipelines.files import load_suite
from midspan.pipelines.reporting.tasks import suite_tasks, without_secrets

KEY = "hf_" + "abcdefghijklmnopqrst"
KEYED = f"""
suite: shop
contract: 1
tasks:
  - id: price
    prompt: Use {KEY}.
    tags: [{KEY}]
    files: [settings.ini, logo.png]
    checks: [{{kind: substring, value: {KEY}}}]
    expected_calls: {{mode: in_order, calls: [{{name: {KEY}}}]}}
"""

SUITE = """
suite: shop
contract: 1
tasks:
  - id: price
    prompt: How much?
    set: regression
    tags: [money]
    files: [notes.md, {from: logo.png, to: images/logo.png}, folder, gone.txt, data.bin]
    answer: {format: number}
    checks:
      - {id: amount, kind: number, equals: 35.88, tolerance: 0.01}
      - {id: order, kind: substring, value: ORD-1}
      - {kind: file, path: out.json, exists: true}
      - {kind: expected_calls}
    expected_calls: {mode: in_order, calls: [{name: look}, {name: convert}]}
"""


def test_tasks_are_shown_as_their_suite_writes_them(tmp_path: Path) -> None:
    (tmp_path / "suite.yaml").write_text(SUITE)
    (tmp_path / "notes.md").write_text("ä" * 3_000)
    (tmp_path / "logo.png").write_bytes(b"\x89PNG")
    (tmp_path / "data.bin").write_bytes(b"\0\1")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "a.txt").write_text("inside")
    suite = load_suite(tmp_path / "suite.yaml")
    first, second = suite_tasks(suite, tmp_path, ["shop", "shop-2"])
    assert (first.experiment, second.experiment) == ("shop", "shop-2")
    assert (first.id, first.set, first.prompt, first.prompt_from) == (
        "price",
        "regression",
        "How much?",
        "suite",
    )
    assert (first.tags, first.answer) == (("money",), "number")
    assert first.expected_calls == "look, convert (in this order)"
    assert first.checks == [
        {
            "id": "amount",
            "kind": "number",
            "says": "the answer is the number 35.88, tolerance 0.01",
        },
        {"id": "order", "kind": "substring", "says": 'the answer contains "ORD-1"'},
        {"id": "file-0", "kind": "file", "says": 'of a file path "out.json", exists true'},
        {
            "id": "expected_calls-0",
            "kind": "expected_calls",
            "says": "the expected calls were made",
        },
    ]
    assert first.files == [
        ShownFile(path="notes.md", kind="text", bytes=6_000, preview="ä" * 2_048),
        ShownFile(
            path="images/logo.png", kind="image", bytes=4, preview="data:image/png;base64,iVBORw=="
        ),
        ShownFile(path="folder/a.txt", kind="text", bytes=6, preview="inside"),
        ShownFile(path="gone.txt", kind="other", bytes=None, preview=None),
        ShownFile(path="data.bin", kind="other", bytes=2, preview=None),
    ]


def test_of_a_large_folder_it_is_said_how_many_files_are_not_listed(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    for number in range(23):
        (tmp_path / "folder" / f"{number:02}.txt").write_text("a")
    text = "{suite: s, contract: 1, tasks: [{id: t, prompt: p, files: [folder]}]}"
    (tmp_path / "suite.yaml").write_text(text)
    [task] = suite_tasks(load_suite(tmp_path / "suite.yaml"), tmp_path, ["e"])
    assert len(task.files) == 21
    assert [file.path for file in task.files[-2:]] == ["folder/19.txt", "folder/ (3 more)"]


def test_keys_in_a_suite_and_its_files_are_taken_out(tmp_path: Path) -> None:
    (tmp_path / "settings.ini").write_text(f"user = me\napi_key = {KEY}\n")
    (tmp_path / "logo.png").write_bytes(b"\x89PNG" + KEY.encode())
    (tmp_path / "suite.yaml").write_text(KEYED)
    [task] = suite_tasks(load_suite(tmp_path / "suite.yaml"), tmp_path, ["e"])
    assert str(task).count(KEY) == 5
    shown = without_secrets(task, Redaction())
    assert KEY not in str(shown)
    word = shown.checks[0]["says"].removeprefix('the answer contains "').rstrip('"')
    assert word.startswith("REDACTED_key_")
    assert shown.prompt == f"Use {word}."
    assert [file.preview for file in shown.files] == [
        f"user = me\napi_key = {word}\n",
        task.files[1].preview,
    ]
