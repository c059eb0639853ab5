"""Where environments are kept between test runs, as for the integration tests."""

from tests.integration.conftest import server_environments

__all__ = ["server_environments"]
