"""What `midspan doctor` finds about the libraries that agents are made of."""

from collections.abc import Iterator

from midspan.instrumentation.auto import Installed
from midspan.pipelines.servers.finding import Finding, note, ok


def check_instrumentation(installed: Installed) -> Iterator[Finding]:
    """Yield, for each library that is installed, what records it or what to install for that."""
    for one in installed.used:
        what = f"records {', '.join(one.libraries)}"
        yield ok(what, f"{one.package} {one.version}, under midspan trace", more=one.target)
    for one in installed.doubled:
        yield note(f"records {', '.join(one.libraries)}", f"{one.package} is left to {one.instead}")
    for library in installed.native:
        yield ok(f"records {library.distribution}", "it emits spans itself")
    for library in installed.bare:
        yield note(
            f"records {library.distribution}", "nothing does", f"pip install {library.package}"
        )
