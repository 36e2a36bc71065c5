"""The schemas of an agent's files, at an address that editors can be pointed to."""

from typing import Any

from litestar import Response, get

from flowyte.agents.folder_schema import KINDS, schema_of
from flowyte.kit.errors import NotFound


@get("/schemas/{name:str}", opt={"public": "the same for everybody"}, include_in_schema=False)
async def schema(name: str) -> Response[dict[str, Any]]:
    for kind in KINDS:
        if name == f"{kind}.json":
            return Response(
                {"$id": f"/schemas/{name}", **schema_of(kind)},
                media_type="application/schema+json",
                headers={"Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff"},
            )
    raise NotFound


HANDLERS = [schema]
