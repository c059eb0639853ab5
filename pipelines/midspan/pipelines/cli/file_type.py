"""What an option or argument takes that names a file or a directory."""

from pathlib import Path
from typing import Final

import click

FILE: Final = click.Path(path_type=Path)
