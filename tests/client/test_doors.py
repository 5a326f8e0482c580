"""The REST doors of a real hub."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp

from cordboard.app import App
from cordboard.model.ids import Subject
from tests.client.conftest import MIA, Hub, token


async def asked(
    app: App,
    method: str,
    path: str,
    *scopes: str,
    body: object = None,
    query: Mapping[str, str] | None = None,
) -> tuple[int, Any]:
    headers = {"Authorization": f"Bearer {token(app, *scopes)}"}
    async with (
        aiohttp.ClientSession(headers=headers) as http,
        http.request(method, f"{app.url}/v1/subjects{path}", json=body, params=query) as answer,
    ):
        return answer.status, await answer.json()


async def test_each_sees_what_is_theirs(hub: Hub) -> None:
    app = await hub()
    status, all_of_it = await asked(app, "GET", "", "tenant")
    assert status == 200
    assert {item["subject"] for item in all_of_it["subjects"]} == set(app.hub.subjects())
    _, own = await asked(app, "GET", "")
    names = {item["subject"] for item in own["subjects"]}
    assert MIA in names
    assert "agent/noor" not in names
    assert (await asked(app, "GET", "/agent/noor"))[0] == 403
    status, body = await asked(app, "GET", "/agent/nobody", "tenant")
    assert (status, body["error"]["code"]) == (404, "not-found")
    status, body = await asked(app, "GET", "/agent/mia")
    assert status == 200
    assert body["position"] == f"{app.hub.epoch}.{app.hub.states[Subject(MIA)].seq}"


async def test_a_command_and_the_entries_that_it_led_to(hub: Hub) -> None:
    app = await hub()
    _, before = await asked(app, "GET", "/agent/mia")
    ready = {"id": "once", "service": {"service": "SetAgentState", "state": "ready"}}
    for _ in range(2):
        status, body = await asked(app, "POST", "/agent/mia/commands", body=ready)
        assert (status, body) == (200, {"command": "once", "outcome": {"outcome": "done"}})
    other = {"id": "once", "service": {"service": "SetAgentState", "state": "not_ready", "reason": "lunch"}}
    status, body = await asked(app, "POST", "/agent/mia/commands", body=other)
    assert (status, body["error"]["code"]) == (409, "duplicate-command")
    seen: list[dict[str, Any]] = []
    place, more = before["position"], True
    while more:
        query = {"after": place, "limit": "1"}
        _, page = await asked(app, "GET", "/agent/mia/entries", query=query)
        assert page["recovered"] is True
        assert len(page["entries"]) <= 1
        seen += page["entries"]
        place, more = page["position"], page["more"]
    kinds = [entry["event"]["type"] for entry in seen]
    assert kinds.count("CommandIssued") == kinds.count("CommandSettled") == kinds.count("AgentReady") == 1
    _, whole = await asked(app, "GET", "/agent/mia/entries", query={"limit": "1000"})
    assert [entry["seq"] for entry in whole["entries"]] == list(range(1, len(whole["entries"]) + 1))
    assert whole["entries"][-len(seen) :] == seen


async def test_a_question(hub: Hub) -> None:
    app = await hub()
    status, body = await asked(
        app, "POST", "/agent/mia/queries", body={"query": "GetTargets", "text": "noor"}
    )
    assert status == 200
    assert [target["id"] for target in body["targets"]] == ["noor"]


async def test_documents_are_served_to_anyone(hub: Hub) -> None:
    app = await hub()
    async with aiohttp.ClientSession() as http:
        for name, key in (("openapi", "paths"), ("asyncapi", "channels"), ("schema", "$defs")):
            async with http.get(f"{app.url}/v1/{name}.json") as answer:
                assert answer.status == 200
                assert key in await answer.json()
        async with http.get(f"{app.url}/v1/subjects") as answer:
            assert answer.status == 401
            assert (await answer.json())["error"]["code"] == "not-authenticated"
