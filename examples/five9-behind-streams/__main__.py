"""A page for Amazon Connect over Five9, on one machine and with no account: `make across`.

    the page  --Streams-->  hub.toml  --Five9's REST and WebSocket, over TLS-->  vendor.toml, with callers

Five9 is always called over TLS, so a proxy with a certificate of its own stands before the hub that plays it. Nothing else is
for show: the settings are those with which one would go to Five9, but for the login host.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import tempfile
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from cordboard.app import App, running
from cordboard.app.demo import caller
from cordboard.app.logs import configure
from cordboard.model.errors import CordboardError
from cordboard.settings import Settings, parsed
from cordboard.testing import FaultProxy
from cordboard.web.accounts import Accounts

HERE = Path(__file__).parent
HUB, VENDOR = "8775", "8776"


async def main(hub_port: int, vendor_port: int) -> None:
    """Run both until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    with tempfile.TemporaryDirectory(prefix="cordboard-") as folder:
        async with (
            five9(Path(folder) / "vendor", vendor_port) as (vendor, proxy),
            hub(Path(folder), hub_port, proxy) as app,
        ):
            print(SAID.format(hub=app.url, vendor=vendor.url, five9=proxy.url), flush=True)
            customers = asyncio.create_task(caller(vendor, voice_only=True))
            await stop.wait()
            customers.cancel()


@asynccontextmanager
async def five9(folder: Path, port: int) -> AsyncIterator[tuple[App, FaultProxy]]:
    """The hub that plays Five9, and what stands before it with TLS. Mia's password there is in FIVE9_MIA."""
    async with (
        running(settings("vendor.toml", data=folder, port=port)) as vendor,
        FaultProxy(vendor.url, tls=True) as proxy,
    ):
        os.environ["FIVE9_MIA"] = secrets.token_urlsafe()
        Accounts(folder / "accounts.json").add(
            "mia", os.environ["FIVE9_MIA"], frozenset({"agent:mia"}), agent="mia"
        )
        yield vendor, proxy


@asynccontextmanager
async def hub(folder: Path, port: int, proxy: FaultProxy) -> AsyncIterator[App]:
    """The hub of `hub.toml`, sent to the Five9 that is played."""
    ca_file = str(proxy.ca_file)
    async with running(
        settings("hub.toml", data=folder / "hub", port=port, five9=proxy.url, ca_file=ca_file)
    ) as app:
        yield app


def settings(file: str, *, data: Path, port: int, five9: str = "", ca_file: str = "") -> Settings:
    """What stands in the file; where it keeps its data and listens, and which Five9 is called, is said here."""
    raw: dict[str, Any] = tomllib.loads((HERE / file).read_text(encoding="utf-8"))
    if five9:
        raw["links"][0]["options"]["url"] = five9
    return parsed({**raw, "data": str(data), "web": {"port": port}, "network": {"ca_file": ca_file}})


SAID = """
  Open {hub}/crm/streams/, set yourself ready and wait: your phone rings within ten seconds.

  That page was written for Amazon Connect, and loads Amazon's own library, unchanged.
  Its calls come from {five9}, over Five9's agent interface: a second Cordboard plays Five9.
  Each frame of Five9's, and what the page was told of it: {hub}/inspector/.
  The callers and the other agents: {vendor}/console/.
  Stop with Ctrl-C.
"""


if __name__ == "__main__":
    configure(settings("hub.toml", data=HERE, port=0).log)
    try:
        asyncio.run(main(*(int(port) for port in sys.argv[1:] or (HUB, VENDOR))))
    except CordboardError as error:
        sys.exit(f"{error.message}: python examples/five9-behind-streams {HUB} {VENDOR}")
