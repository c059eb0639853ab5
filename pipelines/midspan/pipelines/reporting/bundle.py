"""The program of the page, which comes with the package as it was built."""

from importlib.resources import files

from midspan.dashboards.report.page import Bundle
from midspan.scorers.errors import SurroundingsError


def bundle() -> Bundle:
    """Return the program and the looks of the page."""
    folder = files("midspan.dashboards.report").joinpath("bundle")
    try:
        return Bundle(
            script=folder.joinpath("report.js").read_text(encoding="utf-8"),
            style=folder.joinpath("report.css").read_text(encoding="utf-8"),
        )
    except FileNotFoundError as error:
        raise SurroundingsError(
            f"the page of the report is not built: {error.filename} is missing",
            fix="In a checkout: npm --prefix dashboards/web ci && "
            "npm --prefix dashboards/web run build. Else install midspan again.",
        ) from None
