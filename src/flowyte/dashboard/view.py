"""A template becomes a response: the frame that all pages share, and the headers that keep them closed to others."""

import re
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response

from flowyte.dashboard import words
from flowyte.dashboard.assets import ASSETS
from flowyte.dashboard.services import PageServices
from flowyte.kit.db import TenantTx
from flowyte.knowledge.gaps import open_gaps
from flowyte.skills.messages import count_new
from flowyte.tenancy.organizations import organization_name

HEADERS = {
    # Nothing from elsewhere and nothing inline: an injected tag neither runs nor calls home.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; media-src 'self'; worker-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


FORM = re.compile(r'<form [^>]*method="post"[^>]*>')


@dataclass(frozen=True, slots=True, kw_only=True)
class Rail:
    """What the frame of a page shows whatever the page is."""

    organization: str
    new_messages: int
    open_gaps: int


async def rail_of(tx: TenantTx) -> Rail:
    gaps = sum((await open_gaps(tx)).values())
    return Rail(organization=await organization_name(tx), new_messages=await count_new(tx), open_gaps=gaps)


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("flowyte.dashboard"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(asset=ASSETS.url, states=words.STATES)
    for word in (words.exact, words.span, words.millis, words.phone, words.cause, words.plural):
        environment.filters[word.__name__] = word
    return environment


TEMPLATES = _environment()


def render(request: Request[Any, Any, Any], template: str, *, status: int = 200, **values: Any) -> Response[str]:
    """`values` over the frame's own: `rail` (None for nobody), `now`, `path`, `notice` (from a redirect)."""
    pages: PageServices = request.app.state.pages
    now = pages.clock.now()
    text = TEMPLATES.get_template(template).render(
        rail=request.scope.get("rail"),
        path=request.url.path,
        ago=lambda then: words.ago(then, now),
        now=now,
        done=request.query_params.get("done"),
        **values,
    )
    principal: Any = request.scope.get("principal")
    if principal is not None:  # auth.py refuses a form of another organization's page
        stated = f'<input type="hidden" name="of_organization" value="{principal.org}">'
        text = FORM.sub(lambda found: found[0] + stated, text)
    return Response(text, status_code=status, media_type="text/html", headers=HEADERS)
