"""A link's cookies: kept as long as the link lives, and by nobody after it."""

from __future__ import annotations

import asyncio

from aiohttp import web

from cordboard.contract import LinkFrame, Replied, Request
from cordboard.hub.channels import Channels
from cordboard.hub.clock import SystemClock


async def counted(request: web.BaseRequest) -> web.StreamResponse:
    """A vendor that counts how often it has seen a caller, in a cookie."""
    times = int(request.cookies.get("times", "0")) + 1
    response = web.Response(text=str(times))
    response.set_cookie("times", str(times))
    return response


async def test_cookies_live_as_long_as_the_link() -> None:
    manager = web.Server(counted)
    server = await asyncio.get_running_loop().create_server(manager, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    frames: asyncio.Queue[LinkFrame] = asyncio.Queue()
    channels = Channels(SystemClock(), frames.put_nowait)

    async def asked() -> bytes:
        channels.request(Request(name="count", method="GET", url=url))
        frame = await frames.get()
        assert isinstance(frame, Replied)
        return frame.data

    try:
        assert [await asked(), await asked()] == [b"1", b"2"]
        channels.drop()
        assert [await asked(), await asked()] == [b"1", b"2"]
    finally:
        await channels.close()
        server.close()
        await manager.shutdown(1)
