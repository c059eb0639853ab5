"""Who the token belongs to, and what it may do, as far as the Hub says so."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from midspan.pipelines.sweep.launchers.hf_jobs.patience import Patience
from midspan.pipelines.sweep.launchers.hf_jobs.refusals import TOKENS, explained
from midspan.scorers.errors import SurroundingsError

if TYPE_CHECKING:
    from huggingface_hub import HfApi

RUN_JOBS: Final = "job.write"
"""Permission of a fine-grained token."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The user of a token."""

    name: str
    organisations: tuple[str, ...]
    role: str | None
    """Of the token: read, write or fineGrained; None where the Hub does not say."""
    permissions: frozenset[str]
    """Of a fine-grained token: `namespace permission`."""

    def namespaces(self) -> tuple[str, ...]:
        """Return who may be made to pay."""
        return self.name, *self.organisations

    def may_run_jobs(self, namespace: str) -> bool | None:
        """Return whether the token can start jobs; None where that shows only when it tries."""
        if self.role == "write":
            return True
        if self.role != "fineGrained":
            return False if self.role == "read" else None
        return True if f"{namespace} {RUN_JOBS}" in self.permissions else None


def account(api: "HfApi", patience: Patience | None = None) -> Account:
    """Return who is signed in; nobody is an error that says how to sign in."""
    from huggingface_hub import get_token

    if not (api.token or get_token()):
        raise SurroundingsError(
            "there is no token for the Hub",
            fix=f"Make one that may write and run jobs at {TOKENS}, then: hf auth login",
        )
    with explained("asking the Hub who the token belongs to"):
        return _account((patience or Patience()).with_(api.whoami))


def _account(said: dict[str, Any]) -> Account:
    token = (said.get("auth") or {}).get("accessToken") or {}
    scopes = (token.get("fineGrained") or {}).get("scoped") or []
    return Account(
        name=said["name"],
        organisations=tuple(one["name"] for one in said.get("orgs") or ()),
        role=token.get("role"),
        permissions=frozenset(
            f"{scope.get('entity', {}).get('name')} {permission}"
            for scope in scopes
            for permission in scope.get("permissions", ())
        ),
    )
