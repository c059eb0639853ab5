"""Who a token belongs to, and what it may do."""

from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["read", "write", "fineGrained"]


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user, as one of the tokens sees it."""

    name: str
    role: Role = "write"
    organisations: tuple[str, ...] = ()
    permissions: tuple[str, ...] = ()
    """Of a fine-grained token, for the user's own namespace."""
    closed_buckets: tuple[str, ...] = field(default=())
    """Buckets that it may read and not write."""

    def may_write(self) -> bool:
        return self.role == "write" or "repo.write" in self.permissions

    def may_run_jobs(self) -> bool:
        return self.role == "write" or "job.write" in self.permissions

    def described(self) -> dict[str, Any]:
        """Return what `whoami` says."""
        token: dict[str, Any] = {"displayName": "a token", "role": self.role}
        if self.role == "fineGrained":
            scope = {"entity": {"type": "user", "name": self.name}}
            token["fineGrained"] = {
                "global": [],
                "scoped": [{**scope, "permissions": list(self.permissions)}],
            }
        return {
            "type": "user",
            "id": f"id-of-{self.name}",
            "name": self.name,
            "orgs": [{"name": name, "type": "org", "id": name} for name in self.organisations],
            "auth": {"type": "access_token", "accessToken": token},
        }
