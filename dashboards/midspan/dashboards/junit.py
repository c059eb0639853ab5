"""A gate as JUnit XML, which every CI system draws: a test case for each requirement."""

import re
from typing import Final
from xml.etree import ElementTree

from midspan.dashboards.gate_words import asked, found, verdict
from midspan.scorers.comparison.gate_result import GateResult, Outcome, Requirement

_REFUSED: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML may hold, however they are written."""


def junit(result: GateResult) -> str:
    """Return the XML of a gate; what could not be evaluated is an error, and never a pass."""
    outcomes = [each.outcome for each in result.requirements]
    suite = ElementTree.Element(
        "testsuite",
        name="midspan gate",
        tests=str(len(outcomes)),
        failures=str(outcomes.count(Outcome.FAILED)),
        errors=str(outcomes.count(Outcome.NOT_EVALUATED)),
        skipped="0",
    )
    for each in result.requirements:
        _case(suite, each, result)
    told = ElementTree.SubElement(suite, "system-out")
    told.text = _clean("\n".join([verdict(result), *result.comparison.warnings]))
    root = ElementTree.Element("testsuites")
    root.append(suite)
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=False) + "\n"


def _case(suite: ElementTree.Element, each: Requirement, result: GateResult) -> None:
    where = ".".join(part for part in ("midspan.gate", each.side) if part)
    case = ElementTree.SubElement(
        suite, "testcase", classname=_clean(where), name=_clean(asked(each, result))
    )
    message = _clean(found(each, result))
    if each.outcome is Outcome.FAILED:
        ElementTree.SubElement(case, "failure", message=message)
    elif each.outcome is Outcome.NOT_EVALUATED:
        ElementTree.SubElement(case, "error", message=message)
    else:
        told = ElementTree.SubElement(case, "system-out")
        told.text = f"warning: {message}" if each.outcome is Outcome.WARNING else message


def _clean(text: str) -> str:
    return _REFUSED.sub("", text)
