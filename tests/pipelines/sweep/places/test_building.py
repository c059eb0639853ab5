"""What runs while a revision is installed may be its own code: it gets none of our keys."""

from midspan.pipelines.sweep.places.building import installer_variables

SECRETS = {
    "OPENAI_API_KEY": "k",
    "OPENAI_API_KEY_2": "k",
    "openai_api_key": "k",
    "HF_TOKEN_PATH": "k",
    "AWS_SECRET_ACCESS_KEY_ID": "k",
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=k",
    "SESSION_COOKIE": "k",
    "BASIC_AUTH": "ann:k",
    "DATABASE_URL": "postgres://ann:k@db/shop",
}
NEEDED = {
    "PATH": "/usr/bin",
    "SSH_AUTH_SOCK": "/run/agent",
    "UV_INDEX_CORP_PASSWORD": "k",
    "PIP_INDEX_URL": "https://ann:k@mirror.invalid/all",
    "GIT_CONFIG_KEY_0": "url.https://ann:k@git/.insteadOf",
    "https_proxy": "http://ann:k@proxy:3128",
    "HTTP_PROXY": "http://ann:k@proxy:3128",
}


def test_an_installer_gets_what_it_needs_and_no_key_beside_it() -> None:
    ours = {**SECRETS, **NEEDED, "PYTHONPATH": "/ours", "VIRTUAL_ENV": "/ours"}
    assert installer_variables(ours) == {**NEEDED, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"}
