"""A report as files: the page, and what is too large for it."""

from collections.abc import Callable, Mapping
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final

from midspan.dashboards.report.blocks import Block, blocks, with_blocks
from midspan.dashboards.report.cuts import cut
from midspan.dashboards.report.document import document
from midspan.dashboards.report.overview import overview
from midspan.dashboards.report.page import Bundle, Packed, beside, page
from midspan.pipelines.reporting.gathering import Gathered
from midspan.pipelines.reporting.packing import packed, packed_json

IN_PAGE: Final = 9_000_000
"""Bytes of steps that stand in the page; later blocks lie beside it."""

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Report:
    """The files of a report."""

    page: str
    beside: Mapping[str, str] = field(default_factory=dict)
    """By name, relative to the page."""
    runs: int
    cut: int = 0
    """Texts of which the page holds the beginning."""


def report(
    gathered: Gathered,
    bundle: Bundle,
    *,
    folder: str,
    one_file: bool = False,
    in_page: int = IN_PAGE,
    tell: Tell = lambda _stage: None,
) -> Report:
    """Return the files of a report; `folder` is the name of the one beside the page.

    As `one_file` all steps stand in the page, and of long texts there is the beginning alone.
    """
    files: dict[str, str] = {}
    told: list[dict[str, Any]] = []
    inside: list[str | None] = []
    answers: list[Any] = []
    left, shortened = in_page, 0
    with ThreadPoolExecutor(max_workers=2) as pool:
        # Beside the figures: most of it is done outside of Python.
        packing = pool.submit(_packing, gathered, pool, whole_texts=not one_file)
        content, summary = document(gathered.frames), overview(gathered.frames)
        tell("packing steps")
        done = [block.result() for block in packing.result()]
    for each, steps, texts in done:
        fits = one_file or len(steps) <= left
        left -= len(steps) if fits else left  # what comes later lies beside it as well
        line: dict[str, Any] = {"file": None, "texts": None}
        if not fits:
            line["file"] = f"{folder}/steps-{each.number:04}.js"
            files[line["file"]] = beside("block", each.number, steps)
        if texts is not None:
            line["texts"] = f"{folder}/text-{each.number:04}.js"
            files[line["texts"]] = beside("texts", each.number, texts)
        inside.append(steps if fits else None)
        told.append(line)
        answers += each.answers
        shortened += len(each.texts)
    tell("writing the document")
    content = with_blocks(content, answers, told)
    return Report(
        page=page(summary, Packed(document=packed(content), blocks=inside), bundle),
        beside=files,
        runs=gathered.runs.height,
        cut=shortened,
    )


def plain_document(gathered: Gathered) -> dict[str, Any]:
    """Return the document by itself: no steps, and of long answers the beginning."""
    runs = gathered.runs
    answers = cut(gathered.secrets(runs["answer"], runs["run_id"]), "runs.answer", {})
    return with_blocks(document(gathered.frames), answers, ())


def _packing(
    gathered: Gathered, pool: Executor, *, whole_texts: bool
) -> list[Future[tuple[Block, str, str | None]]]:
    """Return the blocks in their order, each of them packed beside the making of the next."""
    made = blocks(gathered.runs, gathered.steps(), gathered.secrets)
    return [pool.submit(_packed, block, whole_texts=whole_texts) for block in made]


def _packed(block: Block, *, whole_texts: bool) -> tuple[Block, str, str | None]:
    """Return a block with its steps and its texts packed."""
    texts = packed(block.texts) if block.texts and whole_texts else None
    return replace(block, steps=b""), packed_json(block.steps), texts
