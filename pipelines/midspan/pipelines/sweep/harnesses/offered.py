"""The digest of the tools that midspan's own agents offer, the one that their spans will have."""

import functools

from midspan.pipelines.agents.workbench import DEFINITIONS


@functools.cache
def workbench_digest() -> str:
    """Return the digest of bash, read, write and edit, as ingest computes it from the spans."""
    from midspan.pipelines.ingest.assembly.columns import tools_digest
    from midspan.pipelines.ingest.normalise.tool_definitions import tools_of

    return tools_digest(tools_of(DEFINITIONS))
