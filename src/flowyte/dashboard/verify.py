"""The page on which anybody verifies a receipt in their own browser, and the program that does it without one."""

from importlib.resources import files
from typing import Any

from litestar import Request, Response, get

from flowyte.dashboard.view import HEADERS, render

PUBLIC = {"public": "whoever was given a receipt may check it; the page knows nothing of anybody"}
# The page may load what it is made of and then reach nothing, not even this server.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'"
)
PROGRAM = (files("flowyte.receipts") / "verify_receipt.py").read_bytes()


@get("/verify", opt=PUBLIC, include_in_schema=False)
async def verify_page(request: Request[Any, Any, Any]) -> Response[str]:
    page = render(request, "verify.html")
    page.headers["Content-Security-Policy"] = POLICY
    return page


@get("/verify/verify_receipt.py", opt=PUBLIC, include_in_schema=False)
async def program() -> Response[bytes]:
    headers = {
        "Content-Disposition": 'attachment; filename="verify_receipt.py"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": HEADERS["Cache-Control"],
    }
    return Response(PROGRAM, media_type="text/x-python", headers=headers)


HANDLERS = [verify_page, program]
