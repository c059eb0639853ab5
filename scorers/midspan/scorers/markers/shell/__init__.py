"""What a shell command runs, reads and writes."""

from midspan.scorers.markers.shell.files import Written, read_paths, written_files
from midspan.scorers.markers.shell.segment import Redirect, Segment
from midspan.scorers.markers.shell.started import started

__all__ = ["Redirect", "Segment", "Written", "read_paths", "started", "written_files"]
