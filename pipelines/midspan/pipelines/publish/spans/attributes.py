"""Values as attributes of OTLP."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from midspan.instrumentation.encoding import clean, to_json

LARGEST: Final = 2**63 - 1


class Attributed(Protocol):
    """What has attributes: a span, an event, a resource, a log record."""

    @property
    def attributes(self) -> Any:
        """Return the list that they are added to."""
        ...


def set_attributes(holder: Attributed, values: Mapping[str, Any]) -> None:
    """Add the values that are known; what is None is not sent."""
    add = holder.attributes.add
    for key, value in values.items():
        if value is not None:
            _set(add(key=clean(key)).value, value)


def _set(message: AnyValue, value: Any) -> None:
    """Set a value in OTLP's form; what no server takes as it is, as JSON."""
    if isinstance(value, str):
        message.string_value = clean(value)
    elif isinstance(value, bool):
        message.bool_value = value
    elif isinstance(value, int) and abs(value) <= LARGEST:
        message.int_value = value
    elif isinstance(value, float):
        message.double_value = value
    elif isinstance(value, list | tuple) and _of_one_kind(value):
        for item in value:
            _set(message.array_value.values.add(), item)
    else:
        message.string_value = to_json(value)


def _of_one_kind(values: Iterable[Any]) -> bool:
    """Return whether a list holds texts alone, or numbers of one kind: others, servers refuse."""
    kinds = {type(value) for value in values}
    return len(kinds) == 1 and kinds <= {str, bool, int, float}
