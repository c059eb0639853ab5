"""The settings that the OpenTelemetry Collector knows, of the components that deploy/ uses.

Taken from the documentation of each component (its README and configuration schema, contrib
distribution 0.152), for the Collector refuses to start where a key is another one. A leaf says what
the value is; a list of one kind means a list of that kind.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

DURATION: Final = re.compile(r"(\d+(\.\d+)?(ns|us|ms|s|m|h))+")
Settings = dict[str, Any]

AUTH: Final = {"authenticator": "name"}
BATCH: Final = {
    "flush_timeout": "duration",
    "min_size": "whole",
    "max_size": "whole",
    "sizer": {"items", "bytes"},
    "partition": {"metadata_keys": ["text"]},
}
QUEUE: Final = {
    "enabled": "switch",
    "num_consumers": "whole",
    "wait_for_result": "switch",
    "block_on_overflow": "switch",
    "sizer": {"requests", "items", "bytes"},
    "queue_size": "whole",
    "storage": "name",
    "batch": BATCH,
}
RETRY: Final = {
    "enabled": "switch",
    "initial_interval": "duration",
    "randomization_factor": "number",
    "multiplier": "number",
    "max_interval": "duration",
    "max_elapsed_time": "duration",
}
HTTP_SERVER: Final = {
    "endpoint": "text",
    "auth": AUTH,
    "max_request_body_size": "whole",
    "include_metadata": "switch",
    "compression_algorithms": ["text"],
    "read_timeout": "duration",
    "read_header_timeout": "duration",
    "write_timeout": "duration",
    "idle_timeout": "duration",
    "tls": {"cert_file": "text", "key_file": "text", "client_ca_file": "text"},
}
GRPC_SERVER: Final = {
    "endpoint": "text",
    "auth": AUTH,
    "max_recv_msg_size_mib": "whole",
    "max_concurrent_streams": "whole",
    "include_metadata": "switch",
    "tls": HTTP_SERVER["tls"],
}

KNOWN: Final[dict[str, dict[str, Settings]]] = {
    "extensions": {
        "health_check": {"endpoint": "text", "path": "text"},
        "bearertokenauth": {
            "filename": "text",
            "scheme": "text",
            "header": "text",
            "token": "text",
            "tokens": ["text"],
        },
        "file_storage": {
            "directory": "text",
            "timeout": "duration",
            "fsync": "switch",
            "create_directory": "switch",
            "directory_permissions": "text",
            "compaction": {
                "on_start": "switch",
                "on_rebound": "switch",
                "directory": "text",
                "max_transaction_size": "whole",
                "cleanup_on_start": "switch",
                "rebound_needed_threshold_mib": "whole",
                "rebound_trigger_threshold_mib": "whole",
                "check_interval": "duration",
            },
        },
    },
    "receivers": {"otlp": {"protocols": {"http": HTTP_SERVER, "grpc": GRPC_SERVER}}},
    "processors": {
        "memory_limiter": {
            "check_interval": "duration",
            "limit_mib": "whole",
            "spike_limit_mib": "whole",
            "limit_percentage": "whole",
            "spike_limit_percentage": "whole",
            "min_gc_interval_when_soft_limited": "duration",
            "min_gc_interval_when_hard_limited": "duration",
        },
        "redaction": {
            "allow_all_keys": "switch",
            "allowed_keys": ["text"],
            "ignored_keys": ["text"],
            "ignored_key_patterns": ["text"],
            "blocked_key_patterns": ["text"],
            "blocked_values": ["text"],
            "allowed_values": ["text"],
            "redact_all_types": "switch",
            "hash_function": {"md5", "sha1", "sha3", "hmac-sha256", "hmac-sha512"},
            "summary": {"debug", "info", "silent"},
        },
        "transform": {
            "error_mode": {"ignore", "silent", "propagate"},
            "trace_statements": ["text"],
            "log_statements": ["text"],
        },
    },
    "exporters": {
        "file": {
            "path": "text",
            "append": "switch",
            "format": {"json", "proto"},
            "compression": {"zstd"},
            "flush_interval": "duration",
            "create_directory": "switch",
            "directory_permissions": "text",
            "rotation": {
                "max_megabytes": "whole",
                "max_days": "whole",
                "max_backups": "whole",
                "localtime": "switch",
            },
        },
        "otlp_http": {
            "endpoint": "text",
            "traces_endpoint": "text",
            "logs_endpoint": "text",
            "encoding": {"proto", "json"},
            "auth": AUTH,
            "compression": {"gzip", "zstd", "snappy", "zlib", "deflate", "lz4", "none"},
            "timeout": "duration",
            "tls": {"insecure": "switch", "ca_file": "text", "cert_file": "text"},
            "sending_queue": QUEUE,
            "retry_on_failure": RETRY,
        },
    },
}


def problems(found: Any, known: Any, where: str) -> Iterator[str]:
    """Yield each key that the Collector would refuse, and each value of another kind."""
    if isinstance(known, dict):
        if not isinstance(found, dict):
            yield f"{where}: no settings"
            return
        for key, value in found.items():
            if key in known:
                yield from problems(value, known[key], f"{where}.{key}")
            else:
                yield f"{where}.{key}: unknown"
    elif isinstance(known, list):
        for number, one in enumerate(found if isinstance(found, list) else [None]):
            yield from problems(one, known[0], f"{where}[{number}]")
    elif not fits(found, known):
        yield f"{where}: {found!r} is no {known}"


def fits(value: Any, kind: Any) -> bool:
    """Whether a value is of a kind, or one of the words that may stand there."""
    if isinstance(kind, set):
        return value in kind
    if kind == "switch":
        return isinstance(value, bool)
    if kind in {"whole", "number"}:
        numbers = int if kind == "whole" else (int, float)
        return isinstance(value, numbers) and not isinstance(value, bool)
    if not isinstance(value, str) or not value:
        return False
    return kind != "duration" or DURATION.fullmatch(value) is not None
