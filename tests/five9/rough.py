"""A Five9 with bad days: our session end behind a bad line, and in Five9's own words what it says on such a day."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping

import msgspec

from cordboard.contract import CtiProtocol, Open, Reply, Request
from cordboard.protocols.five9 import wire, words as w
from cordboard.testing import BadLine, Emulator, Trouble
from cordboard.testing.edge import SECRET
from cordboard.testing.proxy import answer
from cordboard.testing.vendor import Inward, Outward
from tests.five9.link_rig import AGENT, SUBJECT

REST = "/appsvcs/rs/svc"
AGENTS, LOGIN, SOCKET = f"{REST}/agents", f"{REST}/auth", "/appsvcs/ws"
METADATA = {
    "freedomUrl": "https://vendor.test",
    "dataCenters": [
        {"name": "Other", "active": True, "apiUrls": [{"host": "other.vendor.test", "port": "443"}]}
    ],
}
CREDENTIALS = {"passwordCredentials": {"username": AGENT, "password": SECRET}, "policy": "ForceIn"}


def fault(status: int, code: int = 0, message: str = "", **context: str) -> bytes:
    """The body of a refusal."""
    detail = {"timestamp": 0, "errorCode": code or status, "message": message, "context": context}
    return msgspec.json.encode({"five9ExceptionDetail": detail})


def refusals(path: str) -> Mapping[str, Trouble]:
    """What becomes of requests whose path begins so, by the name of the fault."""
    return {
        "401": answer(401, fault(401, message=w.LOGGED_OUT_TEXT), path=path),
        "429": answer(429, fault(429), retry_after=2, path=path),
        "429-long": answer(429, fault(429), retry_after=15, path=path),
        "435": answer(435, fault(435, 3, "Improper agent login state", contextCode="LOGIN"), path=path),
        "435-moved": answer(435, fault(435, 5001, "Service migrated", farmId="150"), path=path),
        "500": answer(500, b"<html>", path=path, content_type="text/html"),
        "500-after": Trouble(
            kind="spoil-answer", status=500, body=b"<html>Internal Server Error</html>", path=path
        ),
        "503": answer(503, retry_after=1, path=path),
        "bad-json": Trouble(kind="spoil-answer", status=200, body=b'{"unfinished": [', path=path),
        "lost": Trouble(kind="lose-answer", path=path),
    }


class RoughVendor(BadLine):
    """`logins`: how often the link logged in. `expired`: nobody is logged in until the link does it again."""

    def __init__(self, protocol: CtiProtocol) -> None:
        self.emulator = Emulator(protocol)
        super().__init__(
            self.emulator,
            refuses=self._forgotten,
            deaf=lambda data: self.muted and '"1202"' not in str(data),
            position=lambda: self.truth()[SUBJECT].seq,
        )
        self.logins = 0
        self.expired = False
        self.expires_at = ""
        """The login runs out when what ends so has been asked for."""
        self.muted = False
        """The socket of now brings nothing but pongs any more."""

    @property
    def calm(self) -> bool:
        """Whether nothing is wrong, on the line or with the vendor."""
        return self.sound and not (self.expired or self.expires_at or self.muted)

    def do(self, effect: Outward, feed: Inward) -> None:
        """Another socket brings all again."""
        if isinstance(effect, Open):
            self.muted = False
        super().do(effect, feed)

    async def tell(self, event: int, reason: str | None = None, payload: object = None) -> None:
        """A frame of the vendor's own, if there is a socket."""
        context = wire.Context(event_id=str(event), event_reason=reason, time_stamp=self.clock.now())
        await self.make(Trouble(kind="say", body=wire.frame(context, payload)))

    async def hang_up(self, code: int, reason: str = "") -> None:
        """Close the socket."""
        await self.make(Trouble(kind="close", status=code, body=reason.encode()))

    async def rival(self) -> None:
        """Somebody else logs in as the agent, and every other login of theirs is over."""
        told = await self._asked("POST", f"{LOGIN}/login", body=json.dumps(CREDENTIALS).encode())
        token = json.loads(told.body)["tokenId"]
        headers = {"authorization": f"Bearer-{token}"}
        await self._asked("GET", f"{AGENTS}/{AGENT}/login_state", headers)

    def rival_soon(self) -> asyncio.Task[None]:
        """The same in the very instant in which the link does something."""
        return asyncio.ensure_future(self.rival())

    async def _asked(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        waiting = self.emulator.edge.call(
            method, path, headers={"content-type": "application/json", **(headers or {})}, body=body
        )
        for _ in range(100):
            if waiting.done():
                break
            await asyncio.sleep(0)
            await self.emulator.settled()
        return waiting.result()

    def _forgotten(self, request: Request) -> Trouble | None:
        """What the vendor says to whoever is not logged in any more."""
        if "/auth/login" in request.url:
            self.logins += 1
            self.expired = False
            return None
        if self.expired:
            return answer(401, fault(401, message=w.LOGGED_OUT_TEXT))
        if self.expires_at and request.url.endswith(self.expires_at):
            self.expired, self.expires_at = True, ""
        return None
