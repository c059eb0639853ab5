"""What a watch says of itself over HTTP: `/metrics` and `/healthz`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from midspan.pipelines.watch.figures import Told
from midspan.pipelines.watch.health import damage
from midspan.pipelines.watch.metrics import page, registry
from midspan.pipelines.watch.receiver import answers
from midspan.pipelines.watch.receiver.access import require_access
from midspan.pipelines.watch.receiver.refusals import Refused

TEXT: Final = "text/plain; version=0.0.4; charset=utf-8"


def routes(
    figures: Callable[[], Mapping[str, Told]],
    problems: Callable[[], Sequence[str]],
    *,
    token: str | None,
) -> list[BaseRoute]:
    """Return both pages; figures are for holders of the token alone, health for everybody."""
    found = registry(figures)

    async def metrics(request: Request) -> Response:
        try:
            require_access(request.headers, token)
        except Refused as why:
            return answers.refused("json", why)
        return Response(page(found), media_type=TEXT)

    async def health(request: Request) -> Response:
        wrong = problems()
        told = {
            "status": "failing" if wrong else "ok",
            "problems": wrong,
            "damage": damage(figures()),
        }
        return JSONResponse(told, 503 if wrong else 200)

    return [Route("/metrics", metrics), Route("/healthz", health)]
