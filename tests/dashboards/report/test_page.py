import re

import pytest

from midspan.dashboards.report.overview import Overview
from midspan.dashboards.report.page import GENERATOR, Bundle, Packed, page

NOTHING = Overview(title="t", about="a", heads=("variant",), rows=(), outcomes="", notes=())
PROGRAM = Bundle(script="run()", style="a {}")


def test_a_reader_without_scripts_sees_the_main_figures() -> None:
    overview = Overview(
        title="Shop & <b>co</b>",
        about="2 runs",
        heads=("variant", "success ↑"),
        rows=(("a <i>", "50 %"), ("all runs", "50 %")),
        outcomes="1 success · 1 wrong",
        notes=("1 run lost",),
    )
    made = page(overview, Packed(document="D", blocks=["B", None]), PROGRAM)
    assert "<title>Shop &amp; &lt;b&gt;co&lt;/b&gt;</title>" in made
    text = re.sub(r"<[^>]+>", "|", made[made.index("<main") : made.index("</main>")])
    assert [part for part in text.split("|") if part][:9] == [
        "Shop &amp; &lt;b&gt;co&lt;/b&gt;",
        "2 runs",
        "Overview",
        "variant",
        "success ↑",
        "a &lt;i&gt;",
        "50 %",
        "all runs",
        "50 %",
    ]
    assert "1 success · 1 wrong|" in text
    assert "1 run lost" in text


def test_the_page_holds_the_document_and_the_blocks_that_fit() -> None:
    made = page(NOTHING, Packed(document="DDD", blocks=["B0", None, "B2"]), PROGRAM)
    kind = 'type="application/octet-stream"'
    assert f'<script {kind} id="document">DDD</script>' in made
    assert re.findall(r'data-block="(\d)">(\w+)<', made) == [("0", "B0"), ("2", "B2")]
    assert f'<meta name="generator" content="{GENERATOR}">' in made


@pytest.mark.parametrize("script", ["a('</script>')", "a('<!-- <script>')", "/<\\/script>/"])
def test_a_program_cannot_end_its_own_element(script: str) -> None:
    made = page(NOTHING, Packed(document="D", blocks=[]), Bundle(script=script, style="</style>"))
    assert made.count("</script>") == 2
    assert made.count("</style>") == 1
    assert "<!--" not in made.replace("<!doctype", "")
