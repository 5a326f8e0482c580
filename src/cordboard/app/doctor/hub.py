"""What a running hub says of itself: whether it can write, and how its links are."""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec

from cordboard.app.doctor.findings import Finding, fine, found, of_down
from cordboard.app.doctor.hosts import clock
from cordboard.contract import Failed, Replied, Request
from cordboard.hub.clock import SystemClock
from cordboard.hub.driver import LinkStatus
from cordboard.hub.network.asking import ask
from cordboard.hub.network.client import Client
from cordboard.hub.network.network import Network
from cordboard.web.health import OriginsSeen, Readiness


async def readiness(network: Network, url: str) -> Replied | Failed:
    """The answer of a hub's `/readyz`."""
    client = Client(network)
    request = Request(name="ready", method="GET", url=f"{url.rstrip('/')}/readyz")
    try:
        return await ask(client, request, SystemClock())
    finally:
        await client.close()


def of_hub(said: Replied | Failed, url: str, *, named: bool) -> Iterator[Finding]:
    """What is wrong with the hub at this address. `named`: a person named it, so it should run."""
    if isinstance(said, Failed):
        if named or said.reason != "connect-refused":
            yield found("hub-unreachable", url, said.reason)
        else:
            yield found("hub-not-running", url, "nobody answers")
        return
    try:
        ready = msgspec.json.decode(said.data, type=Readiness)
    except msgspec.MsgspecError:
        yield found(
            "hub-unreachable" if named else "port-taken", url, f"no hub's answer (HTTP {said.status})"
        )
        return
    if ready.store.writable:
        yield fine(url, "a hub runs there and can write its log")
    else:
        yield found("log-unwritable", url, ready.store.reason or "it does not say why from afar")
    for link in ready.links:
        yield _of_link(link)
    if ready.origins is not None:
        yield from _of_origins(ready.origins)
    off = clock(said.headers.get("date", ""), url, time.time())
    if off is not None:
        yield off


def _of_link(link: LinkStatus) -> Finding:
    about = f"links.{link.link}"
    since = _at(link.since)
    if link.state == "up":
        return fine(about, f"up since {since}, its credentials were accepted, {link.subjects} subject(s)")
    return of_down(about, link.state, link.reason or "it says why to callers on its own machine only", since)


def _of_origins(seen: OriginsSeen) -> Iterator[Finding]:
    since = _at(seen.since)
    for origin in seen.unused:
        yield found("origin-unused", "web.origins", f"{origin}: not since {since}")
    for origin, times in seen.refused.items():
        yield found("origin-stranger", "web.origins", f"{origin!r}, {times} time(s) since {since}")


def _at(millis: int) -> str:
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(millis / 1000))
