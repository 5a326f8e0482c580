"""A Five9 client for tests: what section by section the clients of others do, on the doors in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from cordboard.protocols.five9 import wire, words as w
from cordboard.testing import Answer, Visit

BASE = "/appsvcs/rs/svc"
ORG = "100000"


async def sign_in(visit: Visit, policy: str = w.ATTACH_EXISTING) -> wire.Login:
    """Sign in with a password."""
    body = {"passwordCredentials": {"username": visit.user, "password": "secret"}, "policy": policy}
    answer = await visit.call("POST", f"{BASE}/auth/login", body=msgspec.json.encode(body), headers=HOST)
    assert answer.status == 200, answer.body
    return wire.decoded(answer.body, wire.Login)


async def working(visit: Visit) -> None:
    """Drive the login's states until the agent can work."""
    state = ""
    for _ in range(6):
        state = wire.state_of((await get(visit, "A/login_state")).body)
        if state == w.WORKING:
            return
        if state == w.SELECT_STATION:
            answer = await put(visit, "A/session_start", {"stationId": "", "stationType": "EMPTY"})
            assert answer.status == 204, answer.body
        elif state == w.ACCEPT_NOTICE:
            for notice in read(await get(visit, "A/maintenance_notices")):
                await put(visit, f"A/maintenance_notices/{notice['id']}/accept")
        elif state == w.SELECT_SKILLS:
            await put(visit, "A/active_skills", read(await get(visit, "A/skills")))
    raise AssertionError(state)


async def get(visit: Visit, path: str, **query: str) -> Answer:
    """Read something. `A` is the agent, `O` the organisation, `K/<id>` a call."""
    return await visit.call("GET", address(visit, path), headers=HOST, query=query)


async def put(visit: Visit, path: str, body: object = None, **query: str) -> Answer:
    """Change something."""
    return await visit.call("PUT", address(visit, path), body=_body(body), headers=HOST, query=query)


async def post(visit: Visit, path: str, body: object = None) -> Answer:
    """Make something."""
    return await visit.call("POST", address(visit, path), body=_body(body), headers=HOST)


def address(visit: Visit, path: str) -> str:
    """The whole path."""
    head, _, rest = path.partition("/")
    person = f"/agents/{visit.agent}"
    whole = {"A": person, "O": f"/orgs/{ORG}", "K": f"{person}/interactions/calls"}.get(head, f"/{head}")
    return f"{BASE}{whole}/{rest}".rstrip("/")


def read(answer: Answer) -> Any:  # noqa: ANN401 - JSON
    """A good answer's body."""
    assert answer.status < 300, answer.body
    return msgspec.json.decode(answer.body)


def frames(visit: Visit) -> Iterator[wire.Frame]:
    """What the socket said."""
    for sent in visit.sent:
        yield wire.frame_of(sent.data)


def calls(visit: Visit) -> list[tuple[str, str | None, str]]:
    """Event, reason and state of each frame about a call, without doubles."""
    return [
        (item.context.event_id, item.context.event_reason, wire.payload(item, wire.Call).state)
        for item in frames(visit)
        if item.context.event_id in ("3", "4", "5")
    ]


def seen(visit: Visit) -> list[str]:
    """The ids of all events, in their order."""
    return [item.context.event_id for item in frames(visit)]


HOST: Mapping[str, str] = {"host": "hub.example"}


def _body(body: object) -> bytes:
    return b"" if body is None else msgspec.json.encode(body)
