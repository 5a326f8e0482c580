"""The Streams session by the shipped suite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from msgspec.structs import replace

from cordboard.protocols import streams
from cordboard.protocols.streams import wire
from cordboard.protocols.streams.document import Document
from cordboard.protocols.streams.methods import METHODS
from cordboard.testing import Ask, Say, SessionSuite, Visit


class TestStreamsSession(SessionSuite):
    protocol = streams.protocol
    requests_without_answer = frozenset({"broadcast", "mute", "hello"})
    untold: ClassVar = {
        "AgentBusy": "the contact that makes them busy is in the document, and came before",
        "CallCleared": "the document has connections, and each of them was cleared before",
        "Queued": "a contact is in the document from when it is offered to the agent",
    }

    async def join(self, visit: Visit) -> None:
        await visit.open("/streams/socket")
        visit.say(wire.encode(wire.Hello(token=visit.secret, id=f"port-{visit.agent}")))

    def view(self, visit: Visit) -> Document | None:
        shown: Document | None = None
        for told in visit.told:
            message = wire.decode_server(told)
            if isinstance(message, wire.Agent):
                shown = message.documents[-1]
        return shown and replace(shown, snapshot=replace(shown.snapshot, snapshot_timestamp=0))

    def requests(self, visit: Visit) -> Mapping[str, Ask]:
        shown = self.view(visit)
        contact = shown.snapshot.contacts[0] if shown is not None and shown.snapshot.contacts else None
        ident = contact.contact_id if contact is not None else "none"
        own = (
            next((item.connection_id for item in contact.connections if item.type == "agent"), "")
            if contact
            else ""
        )
        params = {
            "contactId": ident,
            "connectionId": own,
            "digits": "1",
            "endpoint": {"type": "phone_number", "phoneNumber": "+442079460107"},
        }
        asked: Mapping[str, wire.ClientMessage] = {
            name: wire.Api(request_id=f"r-{name}", method=name, params=params)
            for name in sorted(METHODS, key=lambda name: name != "holdConnection")
        }
        others: Mapping[str, wire.ClientMessage] = {
            "master": wire.Master(
                request_id="m", method="checkMaster", params={"topic": "connect::ringtone"}
            ),
            "broadcast": wire.Broadcast(event="word"),
            "mute": wire.Mute(mute=True),
            "reload": wire.Reload(),
            "terminate": wire.Terminate(),
            "ping": wire.Ping(),
        }
        return {name: Say(data=wire.encode(message)) for name, message in {**asked, **others}.items()}
