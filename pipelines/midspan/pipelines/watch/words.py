"""Numbers of things, in words."""


def counted(number: float, one: str, several: str | None = None) -> str:
    """Return how many of something there are; `several` is what more than one are called.

    >>> counted(1, "run"), counted(1200, "run"), counted(0, "entry", "entries")
    ('1 run', '1,200 runs', '0 entries')
    """
    called = one if number == 1 else several or f"{one}s"
    return f"{number:,.0f} {called}"
