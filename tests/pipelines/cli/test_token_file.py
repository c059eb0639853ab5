"""Tokens in files: nobody else may read them, unless whoever mounted them saw to that."""

from pathlib import Path

import pytest

from midspan.pipelines.cli.token_file import token_of
from midspan.scorers.errors import InvalidInput


def test_a_file_that_others_may_read_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(" s3cret\n")
    file.chmod(0o600)
    assert token_of(file) == "s3cret"
    file.chmod(0o640)
    with pytest.raises(InvalidInput, match="others may read") as raised:
        token_of(file)
    assert "s3cret" not in str(raised.value)
    assert token_of(None) is None


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    with pytest.raises(InvalidInput, match="is a directory"):
        token_of(tmp_path)


def test_credentials_that_were_mounted_are_taken_as_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside, mounted = tmp_path / "secret", tmp_path / "credentials"
    outside.write_text("s3cret")
    outside.chmod(0o444)
    mounted.mkdir()
    (mounted / "token").symlink_to(outside)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(mounted))
    assert token_of(mounted / "token") == "s3cret"
    with pytest.raises(InvalidInput, match="others may read"):
        token_of(mounted / ".." / "secret")


@pytest.mark.parametrize("text", ["", "two words", "two\nlines", "umläut"])
def test_what_is_no_token_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "token"
    file.write_text(text)
    file.chmod(0o600)
    with pytest.raises(InvalidInput, match="one word of ASCII"):
        token_of(file)
