"""What is written down of how a model was served: in the result record, and on every span."""

from collections.abc import Mapping
from typing import Any, Final

from midspan.instrumentation import conventions
from midspan.pipelines.records import HardwareRecord

ATTRIBUTES: Final[Mapping[str, str]] = {
    "engine": conventions.SERVE_ENGINE,
    "version": conventions.SERVE_VERSION,
    "endpoint": conventions.SERVE_ENDPOINT,
    "image": conventions.SERVE_IMAGE,
    "weights": conventions.SERVE_WEIGHTS,
    "revision": conventions.SERVE_REVISION,
    "tool_call_parser": conventions.SERVE_TOOL_CALL_PARSER,
    "reasoning_parser": conventions.SERVE_REASONING_PARSER,
    "dtype": conventions.SERVE_DTYPE,
    "max_model_len": conventions.SERVE_MAX_MODEL_LEN,
}
"""Which parts of the record stand on spans, and under which name."""


def known(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts that are known: absent, never null."""
    return {key: value for key, value in record.items() if value not in (None, "")}


def attributes(record: Mapping[str, Any], hardware: HardwareRecord) -> dict[str, str]:
    """Return the resource attributes that say how the model was served, and on what.

    >>> attributes({"engine": "vllm", "arguments": ["-x"]}, HardwareRecord(gpu="NVIDIA L4"))
    {'midspan.serve.engine': 'vllm', 'midspan.hardware.gpu': 'NVIDIA L4'}
    """
    found = {name: str(record[key]) for key, name in ATTRIBUTES.items() if key in record}
    parts = {
        conventions.HARDWARE_FLAVOR: hardware.flavor,
        conventions.HARDWARE_GPU: hardware.gpu,
        conventions.HARDWARE_DRIVER: hardware.driver,
    }
    return found | {name: value for name, value in parts.items() if value is not None}
