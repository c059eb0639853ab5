"""Errors that only the result tells: the span says ok, the text or the structure does not.

A result is taken out of its wrapping first (JSON text, MCP content, text blocks, `{result: x}`).
Then, in order: an error flag at any layer; a structured exit code, after which text is not read;
error fields of JSON; forms of error text at the start, and for shells and code at any line.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from midspan.scorers.faults.forms import FORMS, READ_TOOL_LIMIT, UNWRAP_AT_MOST, Form
from midspan.scorers.faults.last_program import last_program
from midspan.scorers.faults.layers import (
    called_tool_result,
    decoded,
    error_field,
    exit_code,
    flagged,
    inner,
    text_of,
)

EXIT_1_IS_AN_ANSWER: Final = frozenset(
    {"grep", "egrep", "fgrep", "rg", "diff", "cmp", "test", "pgrep"}
)
"""Programs whose exit code 1 is an answer, not a failure."""


@dataclass(frozen=True, kw_only=True)
class Hidden:
    """A fault found in a result, with the rule and the text that tells."""

    fault: str
    rule: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Reader:
    """How the result of a tool is to be read.

    `reads`: it gives back what it read, which may look like an error. `runs_code`: it is a shell
    or an interpreter. `arguments`: what it was asked to run, if that is known.
    """

    reads: bool = False
    runs_code: bool = False
    arguments: str | None = None

    def takes_for_an_answer(self, code: int) -> bool:
        """Return whether an exit code is an answer of the program that gave it."""
        if code != 1 or self.arguments is None:
            return False
        return last_program(self.arguments) in EXIT_1_IS_AN_ANSWER


@dataclass(frozen=True, kw_only=True)
class HiddenErrors:
    """Finds errors in results; the forms are data that a profile may add to."""

    forms: tuple[Form, ...] = FORMS

    def find(self, result: str, reader: Reader = Reader()) -> Hidden | None:
        """Return the fault that a result tells, or None.

        >>> HiddenErrors().find('{"status": "error", "message": "no such order"}').rule
        'hidden.error/status'
        >>> HiddenErrors().find('{"status": "error"}') is None
        True
        """
        layer: Any = result
        for _ in range(UNWRAP_AT_MOST):
            layer = decoded(layer)
            if flagged(layer):
                return self._refined(text_of(layer), "flag")
            code = exit_code(layer)
            if code is not None:
                fine = code == 0 or reader.takes_for_an_answer(code)
                return None if fine else self._refined(text_of(layer), "exit_code")
            field = error_field(layer)
            if field is not None:
                return self._refined(field.text, field.name)
            printed = called_tool_result(layer) if isinstance(layer, str) else None
            if printed is not None and printed.error:
                return self._refined(printed.text, "flag")
            unwrapped = inner(layer) if printed is None else printed.text
            if unwrapped is None:
                break
            layer = unwrapped
        return self._in_text(layer, reader) if isinstance(layer, str) else None

    def _in_text(self, text: str, reader: Reader) -> Hidden | None:
        stripped = text.strip()
        for form in self.forms:
            if form.anywhere and not reader.runs_code:
                continue
            limit = READ_TOOL_LIMIT if reader.reads and form.at_most is None else form.at_most
            if limit is not None and len(stripped) > limit:
                continue
            match = re.search(form.pattern, stripped)
            if match is not None:
                told = stripped[match.start() :]
                return Hidden(fault=form.fault, rule=f"{form.fault}/{form.id}", text=told)
        return None

    def _refined(self, text: str, rule: str) -> Hidden:
        """Return the fault of a result that says it failed: the text may blame the model."""
        found = self._in_text(text, Reader())
        if found is not None and found.fault.startswith("model."):
            return found
        return Hidden(fault="hidden.error", rule=f"hidden.error/{rule}", text=text)
