"""Where something is published to: addresses, secrets that never show, and default servers."""

from pathlib import Path

import pytest

from midspan.pipelines.publish.target import Target
from midspan.pipelines.publish.targets import targets
from midspan.scorers.errors import InvalidInput, SurroundingsError


@pytest.mark.parametrize(
    "url", ["localhost:6006", "", "ftp://host", "http://", "phoenix", "http://[::1"]
)
def test_what_is_no_address_is_said(url: str) -> None:
    with pytest.raises(InvalidInput, match="is not the address of a server"):
        Target(server="phoenix", url=url)


def test_a_password_in_an_address_is_refused_without_being_told() -> None:
    with pytest.raises(InvalidInput, match="password") as caught:
        Target(server="phoenix", url="http://me:hunter2@host:6006")

    assert "hunter2" not in str(caught.value)


def test_secrets_come_from_the_environment_and_never_show() -> None:
    variables = {
        "PHOENIX_API_KEY": "phx-secret",
        "MLFLOW_TRACKING_USERNAME": "me",
        "MLFLOW_TRACKING_PASSWORD": "mlf-secret",
    }
    named = {"phoenix": "http://a", "mlflow": "http://b", "otlp": "http://c"}

    found = targets(named, variables=variables)  # type: ignore[arg-type]

    assert [one.server for one in found] == ["phoenix", "mlflow", "otlp"]
    with found[0].client() as client:
        assert client.headers["authorization"] == "Bearer phx-secret"
    assert found[1].login == ("me", "mlf-secret")
    assert (found[2].token, found[2].login) == (None, None)
    assert "secret" not in repr(found)


def test_without_a_server_named_those_that_run_here_are_meant(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MIDSPAN_HOME", str(tmp_path))

    with pytest.raises(SurroundingsError, match="no server is named, and none") as caught:
        targets({"phoenix": None, "mlflow": None}, variables={})

    assert caught.value.fix is not None
    assert "midspan up" in caught.value.fix


def test_certificates_that_cannot_be_read_are_said(tmp_path: Path) -> None:
    absent = Target(server="phoenix", url="https://host", ca=tmp_path / "ca.pem")
    with pytest.raises(InvalidInput, match="there is no such file"):
        absent.client()
    (tmp_path / "ca.pem").write_text("no certificate")
    with pytest.raises(InvalidInput, match="holds no certificates"):
        absent.client()
