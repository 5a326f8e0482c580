from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from cordboard.app import App, running
from cordboard.model.errors import CallerError
from cordboard.settings import Settings
from cordboard.web.doors import Doors
from cordboard.web.origins import Origins, checked, own_origins
from cordboard.web.statics import static_doors


async def got(client: aiohttp.ClientSession, app: App, path: str, **headers: str) -> tuple[int, str, Any]:
    async with client.get(app.url + path, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text(), answer.headers


@pytest.fixture
async def sim(settings: Callable[..., Settings]) -> AsyncIterator[App]:
    async with running(settings(links=[{"name": "sim", "protocol": "simulator"}])) as app:
        yield app


async def test_ready_means_that_every_link_is_up(sim: App, client: aiohttp.ClientSession) -> None:
    status, text, _ = await got(client, sim, "/readyz")
    assert (status, '"ready":true' in text, '"state":"up"' in text) == (200, True, True)
    token, _ = sim.tokens.mint("ops", frozenset({"simulate"}), seconds=60, now=sim.hub.clock.now())
    async with client.post(
        sim.url + "/links/sim/console/fault",
        json={"drop": 60_000},
        headers={"Authorization": f"Bearer {token}"},
    ) as answer:
        assert answer.status == 200
    status, text, _ = await got(client, sim, "/readyz")
    assert (status, '"ready":false' in text, '"state":"down"' in text) == (503, True, True)
    assert "dropped-on-purpose" in text
    status, text, _ = await got(client, sim, "/readyz", **{"X-Forwarded-For": "203.0.113.9"})
    assert (status, "dropped-on-purpose" in text) == (503, False), "reasons are for this machine"
    assert (await got(client, sim, "/healthz"))[0] == 200
    metrics = (await got(client, sim, "/metrics"))[1]
    assert 'cordboard_link_state{link="sim",state="down"} 1.0' in metrics
    assert 'cordboard_link_state{link="sim",state="up"} 0.0' in metrics


async def test_a_link_that_never_came_up_is_not_ready(app: App, client: aiohttp.ClientSession) -> None:
    status, text, _ = await got(client, app, "/readyz")
    assert (status, '"state":"starting"' in text) == (503, True)


async def test_a_log_that_cannot_be_written_is_not_ready(sim: App, client: aiohttp.ClientSession) -> None:
    sim.hub.broken = "no space left on the disk"
    status, text, _ = await got(client, sim, "/readyz")
    assert (status, '"writable":false' in text) == (503, True)
    assert "cordboard_store_writable 0.0" in (await got(client, sim, "/metrics"))[1]
    sim.hub.broken = ""
    assert (await got(client, sim, "/readyz"))[0] == 200


async def test_the_numbers_are_those_of_this_hub(sim: App, client: aiohttp.ClientSession) -> None:
    await sim.hub.settled()
    for _ in range(3):
        await got(client, sim, "/nothing")
    _, text, headers = await got(client, sim, "/metrics")
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert f"cordboard_entries_total {float(sim.hub.metrics.entries)}" in text
    assert 'cordboard_refused_requests_total{code="not-found"} 3.0' in text
    assert 'cordboard_append_seconds_bucket{le="+Inf"}' in text
    assert "python_info" not in text, "a registry of its own"


async def test_metrics_can_be_switched_off(start: Callable[..., Any], client: aiohttp.ClientSession) -> None:
    assert (await got(client, await start(web={"metrics": False}), "/metrics"))[0] == 404


async def test_pages_may_load_their_own_files_and_nothing_else(
    app: App, client: aiohttp.ClientSession
) -> None:
    for path, embedders in (
        ("/", "'none'"),
        ("/desk/", "'none'"),
        ("/panel/", "'self' https://crm.example"),
        ("/console/", "'none'"),
    ):
        status, text, headers = await got(client, app, path)
        assert status in {200, 503}
        assert "<html" in text
        policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
        assert policy == {
            "default-src": "'none'",
            "script-src": "'self'",
            "style-src": "'self'",
            "connect-src": "'self'",
            "img-src": "'self' data:",
            "frame-ancestors": embedders,
            "base-uri": "'none'",
            "form-action": "'self'",
        }
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert "aiohttp" not in headers["Server"]
    status, _, headers = await got(client, app, "/desk")
    assert (status, headers["Location"]) == (308, "/desk/")


async def test_files_are_served_by_name_alone_and_asked_for_again_cheaply(
    client: aiohttp.ClientSession, start: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "desk.html").write_text("<html>desk, demo: {{demo}}</html>")
    (dist / "desk.js").write_text("run()")
    (dist / "panel.html").write_text('<html><i embedders="{{embedders}}"></i></html>')
    (dist / ".built").write_text("")
    (tmp_path / "secret.js").write_text("secret")
    real = static_doors
    monkeypatch.setattr(
        "cordboard.web.edge.static_doors", lambda ancestors, demo: real(ancestors, dist, demo=demo)
    )
    app = await start()
    status, text, headers = await got(client, app, "/static/desk.js")
    assert (status, text, headers["Content-Type"]) == (200, "run()", "text/javascript; charset=utf-8")
    again = await got(client, app, "/static/desk.js", **{"If-None-Match": headers["ETag"]})
    assert again[0] == 304
    assert (await got(client, app, "/desk/"))[1] == "<html>desk, demo: no</html>"
    assert (await got(client, app, "/panel/"))[1] == '<html><i embedders="https://crm.example"></i></html>'
    for path in (
        "..%2fsecret.js",
        "%2e%2e/secret.js",
        ".built",
        "nothing.js",
        "desk.html",
        "desk.js/x",
        "%00.js",
    ):
        assert (await got(client, app, f"/static/{path}"))[0] == 404, path
    status, text, _ = await got(client, app, "/console/")
    assert (status, "make page" in text) == (503, True)


def test_every_page_has_one_door() -> None:
    doors = Doors()
    for door in static_doors([]):
        doors.add(door)
    paths = {"/", "/desk/", "/panel/", "/console/"}
    assert {doors.find("GET", path)[0].route.path for path in paths} == paths


def test_origins_are_written_as_browsers_send_them() -> None:
    assert checked(["https://crm.example", "http://[::1]:8080"], "web.origins")
    for wrong, right in {
        "https://crm.example/": "https://crm.example",
        "https://bücher.example": "https://xn--bcher-kva.example",
        "https://CRM.example": "https://crm.example",
        "https://crm.example:443": "https://crm.example",
        "https://crm.example/page": "https://crm.example",
        "crm.example": "",
        "null": "",
        "https://crm.example:x": "",
        "https://crm;script-src *": "",
        "https://crm example": "",
    }.items():
        with pytest.raises(CallerError) as refused:
            checked([wrong], "web.origins")
        assert refused.value.details == {"field": "web.origins"}
        assert (
            f"write {right!r}" in refused.value.message
            if right
            else "scheme and host" in refused.value.message or "a * stands for" in refused.value.message
        )


@pytest.mark.parametrize(
    ("pattern", "fix"),
    [
        ("*", "like https://*.crm.example"),
        ("https://*", "like https://*.crm.example"),
        ("https://crm.*.example", "like https://*.crm.example"),
        ("https://crm*.example.com", "like https://*.crm.example"),
        ("https://*crm.example.com", "like https://*.crm.example"),
        ("https://*.*.example.com", "write scheme and host only"),
        ("https://*.com", "everybody may have a name below com"),
        ("http://*.localhost", "everybody may have a name below localhost"),
        ("https://*.co.uk", "like https://*.crm.co.uk"),
        ("https://*.0.0.1", "an address has no names below it"),
        ("https://*.[::1]", "an address has no names below it"),
        ("https://*.127.0.0.1", "an address has no names below it"),
        ("https://*.crm.example/", "write 'https://*.crm.example'"),
        ("https://*.CRM.example:443", "write 'https://*.crm.example'"),
        ("*.crm.example", "like https://*.crm.example"),
    ],
)
def test_a_pattern_is_somebodys_own_domain(pattern: str, fix: str) -> None:
    with pytest.raises(CallerError) as refused:
        checked([pattern], "web.origins")
    assert refused.value.details == {"field": "web.origins"}
    assert refused.value.message.startswith("web.origins: ")
    assert fix in refused.value.message


def test_a_pattern_stands_for_one_name_or_more() -> None:
    written = ("https://*.crm.example", "https://*.desk.example:8443", "https://one.example")
    origins = Origins(checked(written, "web.origins"))
    origins.own = frozenset({"http://localhost:8765"})
    for let_in in (
        "https://a.crm.example",
        "https://a--b.c-1.crm.example",
        "https://a.desk.example:8443",
        "https://one.example",
        "http://localhost:8765",
    ):
        assert let_in in origins, let_in
        assert origins.let_in(let_in)
    refused = (
        "",
        "null",
        "https://crm.example",
        "http://a.crm.example",
        "https://a.crm.example:8443",
        "https://a.desk.example",
        "https://evilcrm.example",
        "https://.crm.example",
        "https://a..crm.example",
        "https://a.crm.example.evil.example",
        "https://a.crm.example\n",
        "https://evil.example/.crm.example",
        "https://evil.example:80.crm.example",
        "https://evil.example#.crm.example",
        "https://user@a.crm.example",
        "https://*.crm.example",
        "https://aXcrm.example",
        "https://a.one.example",
    )
    for origin in refused:
        assert origin not in origins, origin
    assert not any(origins.let_in(origin) for origin in refused)
    assert origins.used == {
        "https://*.crm.example": 2,
        "https://*.desk.example:8443": 1,
        "https://one.example": 1,
    }
    assert set(origins.refused) == set(refused)


def test_what_was_refused_is_kept_in_bounds() -> None:
    origins = Origins(())
    for number in range(1000):
        assert not origins.let_in(f"https://{number}.example" + "x" * 9000)
    assert len(origins.refused) == 20
    assert max(map(len, origins.refused)) == 200


def test_the_hubs_own_address_is_no_pattern() -> None:
    with pytest.raises(CallerError, match="scheme and host only"):
        checked(["https://*.hub.example"], "web.public", patterns=False)


def test_a_hub_knows_its_own_origins_without_asking_the_caller() -> None:
    assert own_origins("0.0.0.0", 8765, "") == {  # noqa: S104 - not bound to
        "http://127.0.0.1:8765",
        "http://localhost:8765",
        "http://[::1]:8765",
    }
    assert "http://10.0.0.7:8765" in own_origins("10.0.0.7", 8765, "")
    assert own_origins("127.0.0.1", 8765, "https://hub.example") == {"https://hub.example"}
