"""What happens in the contact centre while pictures are taken, by the simulator's console."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

Json = dict[str, Any]

CALLER = "+44 20 7946 0101"
LONG = "Maximiliane Freifrau von Hohenberg-Lichtenstein-Wartenburg"


class Centre:
    """The simulator behind a demo at this address."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._token = self._post("/v1/demo", {"agent": "mia"}, "")["token"]

    def act(self, action: str, /, **params: object) -> Json:
        found = self._post("/links/sim/console/act", {"name": action, "params": params}, self._token)
        assert found["type"] == "done", found
        return found

    def ring(self, number: str = CALLER, to: str = "2001", **more: object) -> str:
        """Somebody calls; the call's id."""
        return str(self.act("ring", number=number, to=to, **more)["call"])

    def fault(self, **fault: object) -> None:
        self._post("/links/sim/console/fault", fault, self._token)

    def _post(self, path: str, body: object, token: str) -> Json:
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        request = urllib.request.Request(self._url + path, json.dumps(body).encode(), headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - our own hub
            found: Json = json.loads(answer.read())
            return found
