import polars as pl
import pytest

from midspan.scorers.grounding.identifiers import kind_of_value


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("URL", ["https://shop.com/a?b=1", "www.shop.com", "s3://bucket/key", "file:///srv/a"]),
        ("email address", ["ann@shop.com", "a.b+c@mail.shop.co.uk"]),
        ("path", ["/srv/app/main.py", "./a/b", "../x", "~/notes", "src/app/main.py"]),
        (
            "id",
            [
                *("ORD-1042", "#W9502126", "user_123", "a1b2c3d4", "HAT023", "M20IZO"),
                *("123456", "#1234567", "5551234567", "gpt-4o", "9780306406157"),
            ],
        ),
        (
            None,
            [
                *("hello", "12345", "2024-05-24", "2024-05-24T10:00:00Z", "10:30", "10:30am"),
                *("20240524", "1700000000", "1700000000000", "24h", "100ms", "10px", "39.00USD"),
                *("EUR39.00", "39.99", "1500000", "utf-8", "mp3", "step_2", "sha256", "v1.2.3"),
                *("3.11.4", "Q3-2024", "2024-Q3", "May24", "24May2024", "#ff00aa", "P1D", "1e10"),
                *("and/or", "text/html", "America/New_York", "/", "/tmp/x1.txt", "**/*.py"),
                *("1042", "999999", "12 34 56", "http/1.1", "iso-8859-1", "h264", "50th", "10kg"),
            ],
        ),
    ],
)
def test_which_values_name_something(kind: str | None, values: list[str]) -> None:
    frame = pl.DataFrame({"value": values}).with_columns(kind=kind_of_value())
    assert frame.rows() == [(value, kind) for value in values]
