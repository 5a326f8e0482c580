"""What a running hub says of itself: whether it can write, and how its links are."""

from __future__ import annotations

import time
from collections.abc import Iterator

import msgspec

from cordboard.app.doctor.findings import Finding, fine, found
from cordboard.app.doctor.hosts import clock
from cordboard.contract import REASONS, Failed, Replied, Request
from cordboard.hub.clock import SystemClock
from cordboard.hub.driver import LinkStatus
from cordboard.hub.network.asking import ask
from cordboard.hub.network.client import Client
from cordboard.hub.network.network import Network
from cordboard.web.health import Readiness

_CODES = {
    "starting": "link-starting",
    "down": "link-down",
    "login": "link-login",
    "gave-up": "link-gave-up",
    "stopped": "link-down",
}


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
    off = clock(said.headers.get("date", ""), url, time.time())
    if off is not None:
        yield off


def _of_link(link: LinkStatus) -> Finding:
    about = f"links.{link.link}"
    since = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(link.since / 1000))
    if link.state == "up":
        return fine(about, f"up since {since}, its credentials were accepted, {link.subjects} subject(s)")
    reason = link.reason or "it says why to callers on its own machine only"
    why = REASONS.get(link.reason, "").partition(". ")[0].rstrip(".")
    return found(
        _CODES[link.state], about, f"{link.state} since {since}: {reason}{f' ({why})' if why else ''}"
    )
