"""The check that reads the answer as JSON."""

from midspan.pipelines.checks.json_values import (
    at_pointer,
    holds_all,
    is_same,
    parse_json,
    shown_json,
)
from midspan.pipelines.checks.verdict import HOLDS, Verdict, fails, quoted
from midspan.scorers.code_fences import fenced
from midspan.scorers.suite.checks import JsonCheck


def judge_json(check: JsonCheck, answer: str) -> Verdict:
    """Return whether the JSON answer has the value where it is looked for.

    JSON in a code fence is not JSON, as for `answer_pass`; the detail says when it would be right.
    """
    verdict = _judged(check, answer)
    if verdict.passed:
        return verdict
    inner = fenced(answer)
    if inner is None or not _judged(check, inner).passed:
        return verdict
    return fails(f"{verdict.detail}; what stands in its code fence would be right")


def _judged(check: JsonCheck, answer: str) -> Verdict:
    try:
        document = parse_json(answer)
    except ValueError as error:
        return fails(f"{quoted(answer)} is not JSON: {error}")
    try:
        found = at_pointer(document, check.pointer)
    except LookupError:
        return fails(f"nothing at {check.pointer} in {quoted(answer)}")
    if "equals" in check.model_fields_set:
        if is_same(found, check.equals, check.tolerance):
            return HOLDS
        return fails(f"{shown_json(found)} is not {shown_json(check.equals)}")
    if holds_all(found, check.subset, check.tolerance):
        return HOLDS
    return fails(f"{shown_json(found)} does not hold {shown_json(check.subset)}")
