"""What became of everything that was to be published, server by server."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from midspan.pipelines.publish.progress import Progress, Step, What, untold
from midspan.scorers.errors import Exit

LISTED: Final = 5
"""Places that are named of everything that was left for one reason."""


@dataclass(kw_only=True)
class Count:
    """The account of one kind of rows: `asked` = `stored` + `already` + the sum of `left`."""

    asked: int = 0
    stored: int = 0
    already: int = 0
    """There before: by the manifest, or since the server has them."""

    left: Counter[str] = field(default_factory=Counter)
    """Rows that the server does not have, by reason."""

    where: dict[str, list[str]] = field(default_factory=dict)
    """For each reason that something was left, the first few places."""


@dataclass(frozen=True, kw_only=True)
class Link:
    """A page to look at, and what is seen there."""

    what: str
    url: str


@dataclass(kw_only=True)
class Account:
    """Counts while a server is published to, and tells of them; `published` closes it."""

    server: str
    url: str
    tell: Progress = untold
    counts: dict[What, Count] = field(default_factory=dict)
    aside: Counter[str] = field(default_factory=Counter)
    links: list[Link] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    removed: int = 0

    def of(self, what: What) -> Count:
        """Return the count of one kind of rows."""
        return self.counts.setdefault(what, Count())

    def asked(self, what: What, rows: int) -> None:
        """Count rows that are to be published."""
        self._told(what, "asked", rows)
        self.of(what).asked += rows

    def stored(self, what: What, rows: int) -> None:
        """Count rows that the server stored now."""
        self._told(what, "done", rows)
        self.of(what).stored += rows

    def already(self, what: What, rows: int) -> None:
        """Count rows that the server has had before."""
        self._told(what, "done", rows)
        self.of(what).already += rows

    def left(self, what: What, rows: int, reason: str, where: Iterable[str] = ()) -> None:
        """Count rows that the server does not have, and keep the first few places of them."""
        if rows:
            self._told(what, "done", rows)
            self.of(what).left[reason] += rows
            named = self.of(what).where.setdefault(reason, [])
            for place in where:
                if len(named) >= LISTED:
                    return
                if place not in named:
                    named.append(place)

    def put_aside(self, reasons: Mapping[str, int]) -> None:
        """Count rows that no server is to have, by reason: they are no failure."""
        self.aside.update(reasons)

    def published(self) -> "Published":
        """Return the report of the server."""
        return Published(
            server=self.server,
            url=self.url,
            counts={what: count for what, count in self.counts.items() if count.asked},
            aside=self.aside,
            links=tuple(self.links),
            notes=tuple(dict.fromkeys(self.notes)),
            removed=self.removed,
        )

    def _told(self, what: What, stage: Literal["asked", "done"], rows: int) -> None:
        if rows:
            self.tell(Step(self.server, what, stage, rows))


@dataclass(frozen=True, kw_only=True)
class Published:
    """What became of it at one server."""

    server: str
    url: str
    counts: Mapping[What, Count]
    aside: Mapping[str, int]
    """Score rows that are not for this server, by reason; nothing is wrong with that."""

    links: tuple[Link, ...] = ()
    notes: tuple[str, ...] = ()
    removed: int = 0
    """Rows of ours that the server had and that no longer stand in the workspace."""

    @property
    def left(self) -> Mapping[str, int]:
        """Return what the server does not have, of all kinds, by reason."""
        total: Counter[str] = Counter()
        for count in self.counts.values():
            total.update(count.left)
        return total

    @property
    def where(self) -> Mapping[str, list[str]]:
        """Return the first few places of what was left, of all kinds, by reason."""
        found: dict[str, list[str]] = {}
        for count in self.counts.values():
            for reason, places in count.where.items():
                found.setdefault(reason, []).extend(places)
        return found

    @property
    def exit_code(self) -> Exit:
        """Return whether all of it was done, or a part."""
        return Exit.IN_PART if self.left else Exit.DONE
