"""A hub that goes from one contact centre to another, over the log that it has."""

from __future__ import annotations

from pathlib import Path

import msgspec

from cordboard.app import App, running
from cordboard.contract import Called
from cordboard.model.entities import Availability
from cordboard.model.ids import LinkId, agent_subject
from cordboard.settings import Settings, parsed

MIA = agent_subject("mia")


def hub(folder: Path, link: str) -> Settings:
    return parsed(
        {
            "data": str(folder),
            "web": {"port": 0},
            "log": {"level": "error"},
            "links": [{"name": link, "protocol": "simulator", "options": {"people": False}}],
        }
    )


async def act(app: App, link: str, name: str, **params: str) -> None:
    body = msgspec.json.encode({"name": name, "params": {"agent": "mia", **params}})
    reply = await app.hub.call_link(
        LinkId(link), Called(call="c", route="POST act", method="POST", at=0, body=body)
    )
    assert reply.status == 200, reply
    await app.hub.settled()


async def test_only_the_links_of_the_settings_are_shown(tmp_path: Path) -> None:
    async with running(hub(tmp_path, "old")) as app:
        await app.hub.settled()
        await act(app, "old", "log_on", state="ready")
        assert {state.link for state in app.hub.states[MIA].states.values()} == {"old"}
    async with running(hub(tmp_path, "new")) as app:
        await app.hub.settled()
        await act(app, "new", "log_on", state="ready")
        after = app.hub.states[MIA]
        assert list(after.links) == ["new"]
        assert {state.link for state in after.states.values()} == {"new"}
        assert after.states["new/voice"].state is Availability.READY
