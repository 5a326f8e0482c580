"""An agent's own Five9 application: what somebody else's page beside it in the same browser counts on."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from tests.browser.hosting import PASSWORD


class Application:
    """Mia's, in a page of her browser."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url
        self.user = ""

    def ask(self, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
        """A request of Mia's application."""
        told = self.page.evaluate(
            """async ([url, method, body]) => {
                const options = { method, credentials: "include", headers: { "Content-Type": "application/json" } };
                if (body !== null) options.body = JSON.stringify(body);
                const response = await fetch(url, options);
                return [response.status, await response.text()];
            }""",
            [f"{self.url}/appsvcs/rs/svc{path.replace('{A}', f'/agents/{self.user}')}", method, body],
        )
        assert told[0] < 300, told
        return json.loads(told[1]) if told[1] else None

    def sign_in(self) -> str:
        """Log in and go to work; the organisation's id."""
        credentials = {"username": "mia", "password": PASSWORD}
        login = self.ask(
            "POST", "/auth/login", {"passwordCredentials": credentials, "policy": "AttachExisting"}
        )
        self.user = login["userId"]
        station = {"stationId": "", "stationType": "EMPTY", "state": "DISCONNECTED"}
        self.ask("PUT", "{A}/session_start", station)
        return str(login["orgId"])
