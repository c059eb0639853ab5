"""The models under test, and how each is reached."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar, Final

from pydantic import AfterValidator, Field, JsonValue, model_validator

from midspan.scorers.file_format.fields import Label, Text, VariableName
from midspan.scorers.file_format.models import Strict
from midspan.scorers.suite.serve import Serve

_KEY_WORDS: Final = ("key", "api_key", "apikey", "token", "secret", "password", "authorization")


def _endpoint(value: str) -> str:
    # The address is not shown in the message: it may hold a password.
    if not re.fullmatch(r"https?://[^\s/@]+(/[^\s]*)?", value):
        raise ValueError("must be http(s)://host[:port]/path, without user name or password")
    if "?" in value or "#" in value:
        raise ValueError(
            "has a query (`?...`), and requests go to http(s)://host[:port]/path alone; a key "
            "is named by `key_env`"
        )
    return value


class Model(Strict):
    """One model: served beside the agent, behind an endpoint, or known to the agent itself."""

    name: Label
    revision: Text | None = None
    """Revision of the weights."""
    sampling: Mapping[str, JsonValue] = Field(default_factory=dict)
    """Sent with every request: temperature, seed ..."""
    serve: Serve | None = None
    endpoint: Annotated[str, AfterValidator(_endpoint)] | None = None
    """An OpenAI-compatible address."""
    key_env: VariableName | None = None
    """NAME of the environment variable that holds the key. Never the key."""

    other_words: ClassVar[dict[str, str]] = {
        "key": "key_env",
        "api_key": "key_env",
        "token": "key_env",
        "api_key_env": "key_env",
        "base_url": "endpoint",
        "url": "endpoint",
        "model": "name",
    }

    @model_validator(mode="after")
    def _one_way_to_it(self) -> "Model":
        if self.serve is not None and self.endpoint is not None:
            raise ValueError("has both `serve` and `endpoint`; keep one")
        if self.serve is not None and ".." in self.name.split("/"):
            raise ValueError("`name` of a served model must be no path with `..`")
        if self.key_env is not None and self.endpoint is None:
            raise ValueError("`key_env` needs `endpoint`")
        for name in self.sampling:
            if name.casefold() in _KEY_WORDS:
                raise ValueError(f"`sampling` must hold no secret ({name}); use key_env")
        return self

    @model_validator(mode="after")
    def _weights_it_can_find(self) -> "Model":
        serve = self.serve
        if serve is None or serve.engine != "llama-cpp":
            return self
        if self.revision is not None and not serve.path and serve.file is None:
            raise ValueError("`revision` with llama-cpp needs `serve: {file: NAME.gguf}`")
        return self

    @property
    def served_by(self) -> Serve:
        """Return how it is served; only for models that are."""
        assert self.serve is not None
        return self.serve
