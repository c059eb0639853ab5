"""The tools that a model call was offered, as both servers list them."""

import msgspec
import polars as pl

from midspan.instrumentation.encoding import clean


class Definitions:
    """The sets of tools of a workspace, as JSON text; each is written once."""

    def __init__(self, tools: pl.LazyFrame) -> None:
        """Keep the table; nothing is written before it is asked for."""
        self._tools = tools
        self._sets: dict[str, list[dict[str, str | None]]] | None = None
        self._written: dict[str, str] = {}

    def of(self, digest: str | None) -> str | None:
        """Return the definitions of a set; None where it was not recorded what was offered."""
        if digest is None:
            return None
        if digest not in self._written:
            self._written[digest] = _written(self._of_digest(digest))
        return self._written[digest]

    def one(self, digest: str | None, name: str) -> dict[str, str | None] | None:
        """Return one tool of a set, None where it is not known."""
        found = [] if digest is None else self._of_digest(digest)
        return next((tool for tool in found if tool["name"] == name), None)

    def _of_digest(self, digest: str) -> list[dict[str, str | None]]:
        if self._sets is None:
            self._sets = {}
            for row in self._tools.collect().iter_rows(named=True):
                self._sets.setdefault(row["digest"], []).append(row)
        return self._sets.get(digest, [])


def _written(tools: list[dict[str, str | None]]) -> str:
    definitions = []
    for tool in tools:
        # MLflow lists tools that have a function with a name; the rest is the flat form.
        definition: dict[str, object] = {
            "type": "function",
            "name": tool["name"],
            "function": {"name": tool["name"]},
        }
        if tool["description"] is not None:
            definition["description"] = tool["description"]
        if tool["schema"] is not None:
            definition["parameters"] = msgspec.Raw(tool["schema"].encode())
        definitions.append(definition)
    return clean(msgspec.json.encode(definitions).decode())
