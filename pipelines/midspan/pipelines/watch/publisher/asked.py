"""What is published of each run, and where: a server that runs are read from has their spans."""

from dataclasses import replace
from urllib.parse import unquote

import httpx

from midspan.pipelines.files import load_setting, load_suite
from midspan.pipelines.publish.asked import Asked
from midspan.pipelines.publish.target import Target, is_loopback
from midspan.pipelines.scoring.judged_by import recall
from midspan.pipelines.watch.publisher.settings import PublisherSettings
from midspan.scorers.plugins import declarations


def asked_of(settings: PublisherSettings) -> Asked:
    """Return what is published of each run: its spans and its scores."""
    judged = recall(settings.workspace, suite=settings.suite, profile=settings.profile)
    setting = load_setting(suite=judged.suite, profile=judged.profile, examples=False)
    return Asked(
        only=frozenset({"spans", "scores"}),
        partial=True,
        suite=load_suite(judged.suite) if judged.suite is not None else None,
        setting=setting,
        known=declarations(setting.profile),
    )


def asked_at(target: Target, asked: Asked, source: str | None) -> Asked:
    """Return what is published there: to the project that the runs are read from, scores alone.

    >>> there = Target(server="phoenix", url="http://localhost:6006")
    >>> found = asked_at(there, Asked(), "phoenix+http://127.0.0.1:6006/my%20shop")
    >>> sorted(found.only), found.project
    (['scores'], 'my shop')
    """
    kind, plus, address = (source or "").partition("+")
    if target.server != "phoenix" or kind != "phoenix" or not plus:
        return asked
    base, _, project = address.rstrip("/").rpartition("/")
    if _place(base) != _place(target.url):
        return asked
    return replace(asked, only=frozenset({"scores"}), project=unquote(project))


def _place(url: str) -> tuple[str, int | None, str]:
    """Return what is the same for all ways to write the address of a server."""
    parsed = httpx.URL(url)
    host = "127.0.0.1" if is_loopback(parsed.host) else parsed.host
    return (
        host,
        parsed.port or {"http": 80, "https": 443}.get(parsed.scheme),
        parsed.path.rstrip("/"),
    )
