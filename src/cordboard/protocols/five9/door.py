"""Where a login leads to: the data centre's addresses, and what proves who we are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from cordboard import contract as k
from cordboard.model.ids import Millis
from cordboard.protocols.five9.account import Auth

AGENTS = "/appsvcs/rs/svc"
"""Before every path of the agent's REST."""
SOCKET = "/appsvcs/ws"
JSON: Mapping[str, str] = {"content-type": "application/json", "accept": "application/json"}
PLAIN: Mapping[str, str] = {"accept": "application/json"}


class Door(msgspec.Struct, frozen=True, kw_only=True):
    """An open login. `base` is ``https://host:port`` of the data centre."""

    base: str
    auth: Auth
    token: str = ""
    farm: str = ""
    user: str = ""
    org: str = ""

    def request(
        self,
        name: str,
        method: str,
        path: str,
        body: Any = None,  # noqa: ANN401 - JSON
        *,
        repeatable: bool = False,
        timeout: Millis = 8_000,
    ) -> k.Request:
        """A request to this data centre. ``{A}`` stands for the agent's path, ``{O}`` for the domain's."""
        place = path.replace("{A}", f"/agents/{self.user}").replace("{O}", f"/orgs/{self.org}")
        # A body has its type, and what has none is not to have one either: Five9 answers 4xx to an empty JSON.
        return k.Request(
            name=name,
            method=method,
            url=f"{self.base}{AGENTS}{place}",
            headers={**(PLAIN if body is None else JSON), **self.proof()},
            body=b"" if body is None else written(body),
            repeatable=repeatable,
            timeout=timeout,
        )

    def socket(self, channel: str, key: str) -> k.Open:
        """The agent's socket; `key` is any text that no other socket of the user has."""
        address = f"ws{self.base.removeprefix('http')}{SOCKET}/{key}"
        return k.Open(channel=channel, kind="ws", url=address, headers=self.proof())

    def proof(self) -> dict[str, str]:
        """The headers of whoever has logged in. Cookies are the driver's."""
        farm = {"farmId": self.farm} if self.farm else {}
        if self.auth == "cookie" or not self.token:
            return farm
        # The scheme and the token are joined by a hyphen: that is no mistake of ours.
        return {"authorization": f"Bearer-{self.token}", **farm}


def written(body: Any) -> bytes:  # noqa: ANN401 - JSON
    """As JSON; a field that has nothing is left out."""
    plain = msgspec.to_builtins(body)
    if isinstance(plain, dict):
        plain = _told(plain)
    return msgspec.json.encode(plain)


def _told(plain: dict[str, Any]) -> dict[str, Any]:
    return {
        key: _told(value) if isinstance(value, dict) else value
        for key, value in plain.items()
        if value is not None
    }
