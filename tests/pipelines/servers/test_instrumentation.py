from midspan.instrumentation.auto import Installed, Instrumentor
from midspan.instrumentation.auto.libraries import LIBRARIES
from midspan.pipelines.servers.instrumentation import check_instrumentation


def test_each_library_is_recorded_or_told_how() -> None:
    one = Instrumentor(
        name="openai", package="first", version="1.2", target="a:B", libraries=("openai",)
    )
    other = Instrumentor(
        name="openai",
        package="second",
        version="2.0",
        target="c:D",
        libraries=("openai",),
        instead="first",
    )
    installed = Installed(
        used=(one,),
        doubled=(other,),
        native=(LIBRARIES["pydantic-ai-slim"],),
        bare=(LIBRARIES["langchain-core"],),
    )
    assert [(f.level, f.what, f.detail, f.fix) for f in check_instrumentation(installed)] == [
        ("ok", "records openai", "first 1.2, under midspan trace", None),
        ("note", "records openai", "second is left to first", None),
        ("ok", "records pydantic-ai-slim", "it emits spans itself", None),
        (
            "note",
            "records langchain-core",
            "nothing does",
            "pip install openinference-instrumentation-langchain",
        ),
    ]
