"""The tools of the demo agent: real ones, over a database and the files of one directory."""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import jsonschema_rs

from midspan.pipelines.demo.definitions import DEFINITIONS
from midspan.pipelines.demo.shell import run_command
from midspan.pipelines.demo.shop import (
    NoSuchCustomerError,
    NoSuchOrderError,
    RateTimeoutError,
    Shop,
)
from midspan.pipelines.demo.wording import Wording

LONGEST_FILE: Final = 20_000


class ToolError(Exception):
    """A tool that could not do what it was asked; the text is what the model gets to read."""


class UnknownToolError(ToolError):
    """The model asked for a tool that is not there."""


class InvalidArgumentsError(ToolError):
    """The arguments do not fit the schema of the tool."""


class NotFoundError(ToolError):
    """There is no such order or file."""


class ForbiddenPathError(ToolError):
    """The path leads out of the directory of the run."""


class ServiceTimeoutError(ToolError):
    """The service behind the tool did not answer in time."""


_PARAMETERS: Final[Mapping[str, Any]] = {
    definition["function"]["name"]: definition["function"]["parameters"]
    for definition in DEFINITIONS
}
_VALIDATORS: Final = {
    name: jsonschema_rs.validator_for(parameters) for name, parameters in _PARAMETERS.items()
}


@dataclass(frozen=True, kw_only=True)
class Toolset:
    """All tools of one run, at one revision."""

    directory: Path
    shop: Shop
    wording: Wording

    def call(self, name: str, arguments: Mapping[str, Any]) -> str:
        """Return what a tool answers; a failure it knows how to word is a `ToolError`.

        Two of the tools report failures as a result instead, as many do: `search_orders` and
        `refund_order` with an error object, `run_shell` with an exit code.
        """
        validator = _VALIDATORS.get(name)
        if validator is None:
            tools = ", ".join(_VALIDATORS)
            raise UnknownToolError(self.wording.unknown_tool.format(tool=name, tools=tools))
        problems = sorted(_problem(name, error) for error in validator.iter_errors(arguments))
        if problems:
            detail = "; ".join(problems)
            raise InvalidArgumentsError(self.wording.arguments.format(tool=name, detail=detail))
        tool: Callable[..., str] = getattr(self, f"_{name}")
        try:
            return tool(**arguments)
        except NoSuchOrderError as error:
            raise NotFoundError(self.wording.order.format(value=str(error))) from None
        except RateTimeoutError:
            raise ServiceTimeoutError(self.wording.timeout) from None

    def _lookup_order(self, order_id: str) -> str:
        return json.dumps(self.shop.order(order_id))

    def _search_orders(
        self, customer: str | None = None, status: str | None = None, limit: int = 20
    ) -> str:
        try:
            orders = self.shop.orders(customer, status, limit)
        except NoSuchCustomerError as error:
            return json.dumps({"error": self.wording.customer.format(value=str(error))})
        return json.dumps({"orders": orders, "count": len(orders)})

    def _convert_currency(self, amount: float, from_currency: str, to_currency: str) -> str:
        converted = self.shop.convert(amount, from_currency, to_currency)
        return json.dumps({"amount": converted, "currency": to_currency})

    def _refund_order(self, order_id: str, reason: str) -> str:
        return json.dumps(self.shop.refund(order_id, reason))

    def _read_file(self, path: str) -> str:
        file = self._inside(path)
        if not file.is_file():
            text = self.wording.missing.format(value=path, files=self._files())
            raise NotFoundError(text)
        with file.open(encoding="utf-8", errors="replace") as stream:
            text = stream.read(LONGEST_FILE + 1)
        return text if len(text) <= LONGEST_FILE else f"{text[:LONGEST_FILE]}\n(cut)"

    def _write_file(self, path: str, content: str) -> str:
        file = self._inside(path)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
        except OSError as error:
            raise ToolError(f"cannot write {path!r}: {error.strerror}") from error
        return f"wrote {len(content)} characters to {path}"

    def _run_shell(self, command: str) -> str:
        finished = asdict(run_command(command, self.directory))
        if finished["exit_code"] and self.wording.shell_hint:
            finished["hint"] = self.wording.shell_hint.format(files=self._files())
        return json.dumps(finished)

    def _inside(self, path: str) -> Path:
        file = (self.directory / path).resolve()
        if not file.is_relative_to(self.directory.resolve()):
            raise ForbiddenPathError(self.wording.outside.format(value=path))
        return file

    def _files(self) -> str:
        """Return the names of the files here, but for those that are hidden."""
        found = sorted(file for file in self.directory.rglob("[!.]*") if file.is_file())
        names = [file.relative_to(self.directory) for file in found]
        shown = [name.as_posix() for name in names if not name.parts[0].startswith(".")]
        return ", ".join(shown[:20])


def _problem(tool: str, error: jsonschema_rs.ValidationError) -> str:
    """Return what is wrong with the arguments, and what would be right."""
    properties = _PARAMETERS[tool]["properties"]
    if not error.instance_path:
        return f"{error.message} (the arguments are {', '.join(properties)})"
    name = str(error.instance_path[0])
    if "enum" in properties[name]:
        return f"'{name}' must be one of {', '.join(properties[name]['enum'])}"
    return f"'{name}': {error.message}"
