"""Annotations that are there: read, and of ours those taken away that should not be."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from midspan.pipelines.publish.phoenix.api import Phoenix
from midspan.pipelines.publish.phoenix.bodies import ID, IDENTIFIER, Body, Level
from midspan.pipelines.publish.span_server import chunks

IDS_A_QUERY: Final = 200
PAGE: Final = 1000

DELETE: Final[Mapping[Level, str]] = {
    "span": "mutation($ids: [ID!]!) "
    "{deleteSpanAnnotations(input: {annotationIds: $ids}) {__typename}}",
    "trace": "mutation($ids: [ID!]!) "
    "{deleteTraceAnnotations(input: {annotationIds: $ids}) {__typename}}",
}
DELETE_ONE: Final = "mutation($id: ID!) {deleteProjectSessionAnnotation(id: $id) {__typename}}"


def annotations(
    phoenix: Phoenix, project: str, level: Level, ids: Iterable[str], **more: str
) -> Iterator[Mapping[str, Any]]:
    """Yield what the project has of some steps, traces or sessions; `more` says of what kind."""
    path = f"/v1/projects/{project}/{level}_annotations"
    for some in chunks(sorted(set(ids)), IDS_A_QUERY):
        query: dict[str, Any] = {f"{level}_ids": some, "limit": PAGE, **more}
        while (page := phoenix.found(path, **query)) is not None:
            yield from page["data"]
            if not page.get("next_cursor"):
                break
            query["cursor"] = page["next_cursor"]


def reconcile(
    phoenix: Phoenix, project: str, level: Level, ids: Iterable[str], bodies: Sequence[Body]
) -> tuple[int, set[tuple[str, str]]]:
    """Take away what is not among the bodies; return how many, and what a person has taken over.

    An annotation of ours that a person edited is theirs: it is neither removed nor written again.
    """
    wanted = {(body[ID[level]], body["name"]) for body in bodies}
    stale: list[str] = []
    taken_over: set[tuple[str, str]] = set()
    for one in annotations(phoenix, project, level, ids, identifier=IDENTIFIER):
        key = one[ID[level]], one["name"]
        if one["annotator_kind"] == "HUMAN":
            taken_over.add(key)
        elif key not in wanted:
            stale.append(one["id"])
    for some in chunks(stale, IDS_A_QUERY):
        if level == "session":
            for each in some:
                phoenix.mutate(DELETE_ONE, {"id": each})
        else:
            phoenix.mutate(DELETE[level], {"ids": some})
    return len(stale), taken_over


def has_ours(phoenix: Phoenix, project: str) -> bool:
    """Return whether the project has any annotation of ours."""
    return any(
        phoenix.get(f"/v1/projects/{project}/{level}_annotations", identifier=IDENTIFIER, limit=1)[
            "data"
        ]
        for level in ("span", "trace")
    )
