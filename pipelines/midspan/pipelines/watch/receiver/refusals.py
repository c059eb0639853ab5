"""Why a request is not taken, as a status of HTTP and a reason to count."""

from typing import Final, Literal

RefusalReason = Literal[
    "bad_request",
    "bad_token",
    "not_local",
    "too_large",
    "too_slow",
    "media_type",
    "busy",
    "backlog_full",
    "disk_full",
    "stopping",
]

STATUS: Final[dict[RefusalReason, int]] = {
    "bad_request": 400,
    "bad_token": 401,
    "not_local": 403,
    "too_slow": 408,
    "too_large": 413,
    "media_type": 415,
    "busy": 429,
    "backlog_full": 503,
    "disk_full": 503,
    "stopping": 503,
}
CODES: Final[dict[RefusalReason, int]] = {
    "bad_request": 3,
    "bad_token": 16,
    "not_local": 7,
    "too_slow": 4,
    "too_large": 3,
    "media_type": 3,
    "busy": 8,
    "backlog_full": 14,
    "disk_full": 14,
    "stopping": 14,
}
"""As google.rpc.Code has them."""

RETRY_SECONDS: Final[dict[RefusalReason, int]] = {
    "busy": 1,
    "backlog_full": 5,
    "disk_full": 15,
    "stopping": 5,
}


class Refused(Exception):
    """A request that is not taken; nothing of it was."""

    def __init__(self, reason: RefusalReason, message: str) -> None:
        super().__init__(message)
        self.reason: RefusalReason = reason
        self.message = message
