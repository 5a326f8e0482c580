"""Our pages, as esbuild made them: `/`, `/desk/`, `/panel/`, `/console/` and what they load from `/static/`."""

from __future__ import annotations

import html
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from pathlib import Path

import msgspec
from aiohttp import web

from cordboard.contract import Route
from cordboard.model.errors import CallerError
from cordboard.web.answers import page_policy, protocol_page_policy
from cordboard.web.doors import Door, Visit

DIST = Path(__file__).parent / "dist"
PANEL = "/panel/"
CRM = "/crm/native/"
PAGES: Mapping[str, str] = {
    "/": "index.html",
    "/desk/": "desk.html",
    PANEL: "panel.html",
    "/console/": "console.html",
    "/inspector/": "inspector.html",
}
_FILE = re.compile(r"[a-z0-9][a-z0-9._-]*\.(js|css|svg|map)\Z", re.IGNORECASE)
_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "map": "application/json",
}
_CRM_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    **{f".{suffix}": form for suffix, form in _TYPES.items()},
}
_UNBUILT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Cordboard: pages not built</title>
<h1>The pages are not built</h1><p>Cordboard runs, but this checkout has no built pages yet. Run <code>make page</code> in it
(needs Node 20) and load this page again. An installed wheel carries them.</p></html>
"""


def static_doors(ancestors: Iterable[str], dist: Path = DIST, *, demo: bool = False) -> Iterable[Door]:
    """The doors of our pages. `ancestors`: origins that may embed the panel; the others nobody embeds. `demo`: whether whoever is
    on this machine is signed in without being asked.
    """
    embedders = tuple(ancestors)
    policy = {**page_policy(None), "Cache-Control": "no-cache"}
    embeddable = {**page_policy(embedders), "Cache-Control": "no-cache"}

    async def page(visit: Visit) -> web.StreamResponse:
        path = visit.route.path
        headers = embeddable if path == PANEL else policy
        if path not in {visit.request.path, "/"}:  # relative links of a page need its slash
            return web.Response(status=308, headers={**headers, "Location": path})
        file = dist / PAGES[path]
        if not file.is_file():
            return web.Response(text=_UNBUILT, status=503, content_type="text/html", headers=headers)
        told = _told(file, embedders if path == PANEL else (), demo=demo and visit.local)
        return web.Response(text=told, content_type="text/html", headers=headers)

    async def static(visit: Visit) -> web.StreamResponse:
        name = visit.params["file"]
        form = _FILE.match(name)
        file = dist / name
        if form is None or not file.is_file():
            raise CallerError("not-found", "there is no such file")
        return web.FileResponse(file, headers={**policy, "Content-Type": _TYPES[form[1].lower()]})

    for path in PAGES:
        yield Door(route=_route(path, "page"), serve=page)
    yield Door(route=_route("/static/{file}", "static"), serve=static)


def crm_doors(dist: Path = DIST) -> Iterable[Door]:
    """The doors of the demo's CRM under `/crm/`: its files, as the web server of somebody's CRM would serve them."""
    policy = {**page_policy(None), "Cache-Control": "no-cache"}
    policy["Content-Security-Policy"] += "; frame-src 'self'"
    folder = dist / "crm"
    files = {f"/crm/{file.relative_to(folder).as_posix()}": file for file in sorted(folder.rglob("*.*"))}

    async def moved(visit: Visit) -> web.StreamResponse:
        del visit
        return web.Response(status=308, headers={**policy, "Location": CRM})

    def serving(file: Path) -> Callable[[Visit], Awaitable[web.StreamResponse]]:
        async def serve(visit: Visit) -> web.StreamResponse:
            del visit
            return web.FileResponse(file, headers={**policy, "Content-Type": _CRM_TYPES[file.suffix]})

        return serve

    yield Door(route=_route("/crm/", "crm"), serve=moved)
    for path, file in files.items():
        if file.suffix in _CRM_TYPES:
            yield Door(route=_route(path.removesuffix("index.html"), "crm"), serve=serving(file))


def page_door(route: Route, ancestors: Iterable[str], dist: Path = DIST, *, demo: bool = False) -> Door:
    """The door of a protocol's page. `ancestors`: the origins allowed; a page that may be embedded finds them where it says
    `{{embedders}}`, so that it speaks to nobody else. `demo`: as for our own pages.
    """
    allowed = tuple(ancestors) if route.embed else ()
    policy = {**protocol_page_policy(allowed if route.embed else None), "Cache-Control": "no-cache"}

    async def page(visit: Visit) -> web.StreamResponse:
        file = dist / route.page
        if not file.is_file():
            return web.Response(text=_UNBUILT, status=503, content_type="text/html", headers=policy)
        return web.Response(
            text=_told(file, allowed, demo=demo and visit.local), content_type="text/html", headers=policy
        )

    return Door(route=msgspec.structs.replace(route, anonymous=True, limit=0), serve=page)


def _told(file: Path, embedders: Iterable[str], *, demo: bool) -> str:
    """The page, told who may embed it, and whether there is a demo: one that has to ask gets an error into its console."""
    text = file.read_text(encoding="utf-8")
    text = text.replace("{{embedders}}", html.escape(" ".join(embedders)))
    return text.replace("{{demo}}", "yes" if demo else "no")


def _route(path: str, name: str) -> Route:
    return Route(kind="http", path=path, name=name, anonymous=True, limit=0)
