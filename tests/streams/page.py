"""A CCP page without a browser: the session on a real hub, driven by what the library would send."""

# ruff: noqa: ANN401 - JSON

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec

from cordboard.contract import Close, Identified, Identity, Opened, Received, Reply, Send, SignIn
from cordboard.hub.hub import Hub
from cordboard.model.ids import agent_subject
from cordboard.protocols.streams import protocol, wire
from cordboard.protocols.streams.document import Contact, Document

Json = dict[str, Any]


class CcpPage:
    """One page of one agent. `documents` are all that it was told, `events` what it is to raise, in order."""

    def __init__(self, hub: Hub, agent: str) -> None:
        self.hub = hub
        self.subject = agent_subject(agent)
        self.identity = Identity(subject=agent, scopes=frozenset({f"agent:{agent}"}), agent=agent)
        self.frames: list[wire.ServerMessage] = []
        self.closed: Close | None = None
        self.signed_out = False
        self._numbers = itertools.count(1)
        self._seat = hub.seat(protocol, protocol.session(None, hub.ids), None, self)
        self._seat.receive(Opened(channel="page", at=hub.clock.now(), route="socket"))
        self.say(wire.Hello(token="t", id=f"port-{agent}-{id(self)}"))

    # --- the web edge's part ------------------------------------------------------------------------------------------

    def send(self, effect: Send) -> None:
        assert effect.channel == "page"
        self.frames.append(wire.decode_server(effect.data))

    def reply(self, effect: Reply) -> None:
        raise AssertionError(effect)

    def close(self, effect: Close) -> None:
        self.closed = effect

    def sign_in(self, effect: SignIn) -> None:
        self._seat.identity = self.identity
        self._seat.receive(Identified(identity=self.identity, error="", at=self.hub.clock.now()))

    def sign_out(self) -> None:
        self.signed_out = True

    # --- the page's part ------------------------------------------------------------------------------------------------

    def say(self, message: wire.ClientMessage | bytes | str) -> None:
        data = message if isinstance(message, bytes | str) else wire.encode(message)
        self._seat.receive(Received(channel="page", data=data, at=self.hub.clock.now()))

    def leave(self) -> None:
        self._seat.leave()

    async def ask(self, method: str, **params: Any) -> wire.ApiAnswer:
        """A request and its one answer."""
        request = f"r{next(self._numbers)}"
        self.say(wire.Api(request_id=request, method=method, params=params))
        await self.hub.settled()
        return self.answer(request)

    async def does(self, method: str, **params: Any) -> Any:
        """The data of a request that has to succeed."""
        answer = await self.ask(method, **params)
        assert answer.err is None, answer.err
        return answer.data

    async def fails(self, method: str, **params: Any) -> Json:
        """The error of a request that has to fail."""
        answer = await self.ask(method, **params)
        assert answer.err is not None, answer
        found: Json = json.loads(answer.err)
        return found

    async def master(self, method: str, topic: str, **more: Any) -> Json:
        request = f"m{next(self._numbers)}"
        self.say(wire.Master(request_id=request, method=method, params={"topic": topic, **more}))
        await self.hub.settled()
        found = [f for f in self.frames if isinstance(f, wire.MasterAnswer) and f.request_id == request]
        assert len(found) == 1
        return found[0].data

    def answer(self, request: str) -> wire.ApiAnswer:
        found = [f for f in self.frames if isinstance(f, wire.ApiAnswer) and f.request_id == request]
        assert len(found) == 1, f"{len(found)} answers to {request}"
        return found[0]

    # --- what it was told -------------------------------------------------------------------------------------------------

    @property
    def documents(self) -> list[Document]:
        return [item for f in self.frames if isinstance(f, wire.Agent) for item in f.documents]

    @property
    def document(self) -> Document:
        return self.documents[-1]

    @property
    def contact(self) -> Contact:
        return self.document.snapshot.contacts[-1]

    @property
    def events(self) -> list[tuple[str, Any]]:
        return [(f.name, f.data) for f in self.frames if isinstance(f, wire.Event)]

    def connection(self, kind: str) -> str:
        """The id of the connection of this type; `third` for the other party that is not `initial`."""
        if kind == "third":
            return [
                item.connection_id
                for item in self.contact.connections
                if item.type != "agent" and not item.initial and item.state.type != "disconnected"
            ][-1]
        return next(item.connection_id for item in self.contact.connections if item.type == kind)

    def parties(self) -> dict[str, str]:
        """State by the type of the connection, `third` for third parties."""
        return {
            item.type if item.initial or item.type == "agent" else "third": item.state.type
            for item in self.contact.connections
        }

    def state(self, name: str) -> Json:
        """A choice of the agent, as `agent.setState` sends it."""
        found = next(item for item in self.document.configuration.agent_states if item.name == name)
        built: Json = msgspec.to_builtins(found)
        return built

    def states(self, contact: str) -> list[str]:
        """The states that the contact went through, as documents told them; `gone` for its absence after it was there."""
        seen: list[str] = []
        for item in self.documents:
            state = next((c.state.type for c in item.snapshot.contacts if c.contact_id == contact), "gone")
            if (seen or state != "gone") and seen[-1:] != [state]:
                seen.append(state)
        return seen


def endpoint(number: str) -> Json:
    """What `connect.Endpoint.byPhoneNumber` makes."""
    return {
        "endpointARN": None,
        "endpointId": None,
        "type": "phone_number",
        "name": "",
        "phoneNumber": number,
        "agentLogin": None,
        "queue": None,
    }
