from collections.abc import Iterator

import pytest

from tests.agents.environments import ENVIRONMENTS
from tests.agents.model_server import model_server
from tests.agents.running import skip_where_missing


@pytest.fixture
def url() -> Iterator[str]:
    """The address of the scripted models."""
    with model_server() as address:
        yield address


@pytest.fixture(params=ENVIRONMENTS)
def example(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    skip_where_missing(ENVIRONMENTS[name])
    return name
