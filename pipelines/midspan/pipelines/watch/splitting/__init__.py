"""Takes a request apart by trace, so that nobody behind has to decode it to know what it is of."""

from midspan.pipelines.watch.splitting.split import split
from midspan.pipelines.watch.splitting.traces import Reason, Split, Unreadable

__all__ = ["Reason", "Split", "Unreadable", "split"]
