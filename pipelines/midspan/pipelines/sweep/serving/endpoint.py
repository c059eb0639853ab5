"""An address where somebody else serves a model."""

from typing import Final

from midspan.scorers.errors import SurroundingsError

SECONDS: Final = 15.0


def require_reachable(name: str, address: str, *, seconds: float = SECONDS) -> None:
    """Return when anything answers at the address, or say why nothing does.

    No key is sent, so a refusal is an answer, too.
    """
    import httpx

    try:
        # trust_env stays on: an address elsewhere may be behind the proxy that the user has.
        httpx.get(f"{address.rstrip('/')}/models", timeout=seconds)
    except httpx.TransportError as error:
        raise SurroundingsError(
            f"{name}: nothing answers at {address}: {error or type(error).__name__}",
            fix="Start the server, or correct the model's `endpoint` in the suite.",
        ) from error
