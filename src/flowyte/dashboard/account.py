"""One's own account: its password, second factor, passkeys and sessions, and going to another organization."""

import uuid
from typing import Any

import segno
from litestar import Request, Response, get, post
from litestar.response import Redirect

from flowyte.dashboard.members import said
from flowyte.dashboard.services import Pages, PageServices, Viewer
from flowyte.dashboard.sign_in import signed_in
from flowyte.dashboard.view import render
from flowyte.kit.errors import FlowyteError, NotFound, Unauthenticated
from flowyte.tenancy import members, passkeys, people, second_factor
from flowyte.tenancy.principal import Principal

OWN = {"scope": "account:own"}  # held by every session, and by nothing else


@get("/account", opt=OWN, include_in_schema=False)
async def account_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[str]:
    return await _page(request, pages, viewer)


@post("/account", opt=OWN, include_in_schema=False)
async def claim(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    form = await request.form()
    email, password = str(form.get("email") or ""), str(form.get("password") or "")
    try:
        token = await members.claim(pages.door, viewer, email=email, password=password)
    except FlowyteError as error:
        return await _refused(request, pages, viewer, error)
    return await signed_in(request, pages, token)


@post("/account/password", opt=OWN, include_in_schema=False)
async def change_password(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    form = await request.form()
    old, new = str(form.get("old") or ""), str(form.get("new") or "")
    try:
        await people.change_password(pages.door, viewer, old=old, new=new)
    except FlowyteError as error:
        return await _refused(request, pages, viewer, error)
    return Redirect("/account?done=changed", status_code=303)


@post("/account/switch", opt=OWN, include_in_schema=False)
async def switch(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    try:
        org = uuid.UUID(str((await request.form()).get("organization") or ""))
    except ValueError as error:
        raise NotFound from error
    return await signed_in(request, pages, await people.switch(pages.door, viewer, org))


@post("/account/sign-out-everywhere", opt=OWN, include_in_schema=False)
async def sign_out_everywhere(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    try:
        await people.end_everywhere(pages.door, viewer)
    except FlowyteError as error:
        return await _refused(request, pages, viewer, error)
    return Redirect("/sign-in", status_code=303)


@post("/account/sessions/{session_id:str}/end", opt=OWN, include_in_schema=False)
async def end_session(pages: Pages, viewer: Viewer, session_id: str) -> Redirect:
    await people.end_one(pages.door, viewer, session_id)
    return Redirect("/account?done=ended", status_code=303)


@get("/account/authenticator", opt=OWN, include_in_schema=False)
async def authenticator_page(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    if viewer.person is None:
        return Redirect("/account", status_code=303)
    return await _authenticator(request, pages, viewer, second_factor.new_seed())


@post("/account/authenticator", opt=OWN, include_in_schema=False)
async def add_authenticator(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    """The only page that ever holds the recovery codes."""
    form = await request.form()
    seed, code, password = (str(form.get(name) or "") for name in ("seed", "code", "password"))
    try:
        codes = await second_factor.turn_on(pages.door, viewer, seed=seed, code=code, password=password)
    except Unauthenticated:
        return await _authenticator(request, pages, viewer, seed, error="This is not the password of the account.")
    except FlowyteError as error:
        if viewer.person is None or not seed:
            return await _refused(request, pages, viewer, error)
        return await _authenticator(request, pages, viewer, seed, error=said(error))
    return render(request, "recovery_codes.html", codes=codes)


@post("/account/authenticator/remove", opt=OWN, include_in_schema=False)
async def remove_authenticator(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    password = str((await request.form()).get("password") or "")
    try:
        await second_factor.turn_off(pages.door, viewer, password=password)
    except FlowyteError as error:
        return await _refused(request, pages, viewer, error)
    return Redirect("/account?done=removed", status_code=303)


@post("/account/recovery-codes", opt=OWN, include_in_schema=False)
async def renew_codes(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    password = str((await request.form()).get("password") or "")
    try:
        codes = await second_factor.renew_codes(pages.door, viewer, password=password)
    except FlowyteError as error:
        return await _refused(request, pages, viewer, error)
    return render(request, "recovery_codes.html", codes=codes)


@post("/account/passkeys/options", opt=OWN, include_in_schema=False)
async def passkey_options(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    """For the page's script: what the browser is asked, or in words why it is not."""
    password = str((await request.form()).get("password") or "")
    try:
        if pages.site is None:
            raise NotFound
        asked = await passkeys.ask_to_add(pages.door, viewer, pages.site, password=password)
    except FlowyteError as error:
        words = "This is not the password of the account." if isinstance(error, Unauthenticated) else said(error)
        return Response({"error": words}, status_code=400, headers={"Cache-Control": "no-store"})
    return Response({"options": asked.options, "token": asked.token}, headers={"Cache-Control": "no-store"})


@post("/account/passkeys", opt=OWN, include_in_schema=False)
async def add_passkey(request: Request[Any, Any, Any], pages: Pages, viewer: Viewer) -> Response[Any]:
    form = await request.form()
    token, credential, name = (str(form.get(part) or "") for part in ("token", "credential", "name"))
    try:
        if pages.site is None:
            raise NotFound
        await passkeys.add(pages.door, viewer, pages.site, token=token, credential=credential, name=name)
    except Unauthenticated:
        return await _page(request, pages, viewer, error="That took too long; begin anew.", status=400)
    except FlowyteError as error:
        return await _refused(request, pages, viewer, error)
    return Redirect("/account?done=passkey", status_code=303)


@post("/account/passkeys/{passkey_id:str}/remove", opt=OWN, include_in_schema=False)
async def remove_passkey(pages: Pages, viewer: Viewer, passkey_id: str) -> Redirect:
    if viewer.person is None:
        raise NotFound
    await passkeys.remove(pages.door, viewer, passkey_id)
    return Redirect("/account?done=unkeyed", status_code=303)


async def _authenticator(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, seed: str, *, error: str = ""
) -> Response[str]:
    secret = second_factor.secret_of(pages.door, viewer, seed)
    async with pages.database.tenant(viewer) as tx:
        email = await members.email_of(tx, people.person_of(viewer))
    picture = segno.make(second_factor.uri_of(secret, email), micro=False).svg_data_uri(scale=5, border=2, light="#fff")
    spelled = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return render(
        request,
        "authenticator.html",
        status=400 if error else 200,
        seed=seed,
        picture=picture,
        spelled=spelled,
        error=error,
    )


async def _page(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, *, error: str = "", status: int = 200
) -> Response[str]:
    door = pages.door
    second, codes = await second_factor.status(door, viewer)
    return render(
        request,
        "account.html",
        status=status,
        viewer=viewer,
        error=error,
        second=second,
        codes=codes,
        keys=await passkeys.list_passkeys(door, viewer),
        sessions=await people.sessions_of(door, viewer) if viewer.person else [],
        organizations=await people.names_of(door, viewer),
        site=pages.site,
        address=pages.address,
        limited="agents:read" not in viewer.scopes,
    )


async def _refused(
    request: Request[Any, Any, Any], pages: PageServices, viewer: Principal, error: FlowyteError
) -> Response[str]:
    words = "This is not the password of the account." if isinstance(error, Unauthenticated) else said(error)
    return await _page(request, pages, viewer, error=words, status=400)


HANDLERS = [
    account_page,
    claim,
    change_password,
    switch,
    sign_out_everywhere,
    end_session,
    authenticator_page,
    add_authenticator,
    remove_authenticator,
    renew_codes,
    passkey_options,
    add_passkey,
    remove_passkey,
]
