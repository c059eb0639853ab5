"""Markers: named predicates, with examples that they must and must not fire on."""

from typing import Any, ClassVar, Literal

from pydantic import GetJsonSchemaHandler, ValidationInfo, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from midspan.scorers.file_format.fields import Text
from midspan.scorers.file_format.models import Strict
from midspan.scorers.profile.examples import Example
from midspan.scorers.profile.predicates import PREDICATE_KEYS, Predicate

Better = Literal["higher", "lower", "none"]


class Marker(Strict):
    """Something an agent may do that is worth counting. The predicate's keys stand beside these."""

    predicate: Predicate
    description: Text | None = None
    """What it means when the marker fires, for people who read the report."""
    better: Better = "none"
    """Whether more of it is good (`higher`), bad (`lower`) or neither (`none`)."""
    fires_on: tuple[Example, ...] = ()
    """Examples the marker must fire on; checked by `midspan markers check`."""
    quiet_on: tuple[Example, ...] = ()
    """Examples the marker must not fire on."""

    own_keys: ClassVar[tuple[str, ...]] = ("description", "better", "fires_on", "quiet_on")

    @classmethod
    def known_keys(cls) -> tuple[str, ...]:
        """Return the marker's own keys and every key that a predicate may have."""
        return (*cls.own_keys, *PREDICATE_KEYS)

    @model_validator(mode="before")
    @classmethod
    def _take_predicate(cls, data: Any, info: ValidationInfo) -> Any:
        if not isinstance(data, dict) or isinstance(data.get("predicate"), Strict):
            return data
        cls.remember(data, info)
        own = {key: value for key, value in data.items() if key in cls.own_keys}
        rest = {key: value for key, value in data.items() if key not in cls.own_keys}
        return {**own, "predicate": rest}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return a schema in which the predicate's keys stand beside the marker's own."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        choices = schema["properties"].pop("predicate")
        if "$ref" in choices:
            choices = handler.resolve_ref_schema(choices)
        ways = [handler.resolve_ref_schema(choice) for choice in choices["oneOf"]]
        for way in ways:
            schema["properties"] |= way["properties"]
        schema["oneOf"] = [{"required": way["required"]} for way in ways]
        schema.pop("required")
        return schema
