"""The native protocol by the shipped suites."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from cordboard.model import commands as c
from cordboard.model.ids import CommandId, ContactId, agent_subject
from cordboard.model.view import View
from cordboard.protocols import native
from cordboard.protocols.native import wire
from cordboard.protocols.native.views import merged
from cordboard.testing import Ask, Call, LinkSuite, Say, SessionSuite, Visit


class TestNativeLink(LinkSuite):
    protocol = native.protocol

    def settings(self, address: str) -> Mapping[str, object]:
        return {"url": address, "token": "tenant"}


class TestNativeSession(SessionSuite):
    protocol = native.protocol
    requests_without_answer = frozenset({"unwatch", "settle", "guard"})

    async def join(self, visit: Visit) -> None:
        await visit.open("/v1/socket")
        visit.say(wire.encode(wire.Hello(token=visit.secret)))
        await visit.settled()
        visit.say(wire.encode(wire.Watch(subjects={agent_subject(visit.agent): None})))

    def view(self, visit: Visit) -> View:
        view = View(subject=agent_subject(visit.agent))
        for told in visit.told:
            match wire.decode_server(told):
                case wire.Joined(view=view):
                    pass
                case wire.Entry(change=change) if change is not None:
                    view = merged(view, change)
                case _:
                    pass
        return view

    def requests(self, visit: Visit) -> Mapping[str, Ask]:
        subject = agent_subject(visit.agent)
        (contact,) = self.view(visit).contacts or (ContactId("none"),)

        def command(name: str) -> c.Command:
            return c.Command(id=CommandId(name), subject=subject, service=c.HoldCall(contact=contact))

        said: Mapping[str, msgspec.Struct] = {
            "execute": wire.Execute(command=command("m1")),
            "renew": wire.Renew(token=visit.secret),
            "watch": wire.Watch(subjects={subject: None}),
            "unwatch": wire.Unwatch(subjects=(subject,)),
            "ask": wire.Ask(id="q1", subject=subject, query=c.GetReasons()),
            "share": wire.Share(subject=subject, name="word", data=msgspec.Raw(b"7")),
            "claim": wire.Claim(subject=subject, name="ringtone"),
            "guard": wire.Guard(subject=subject, service="MakeCall", on=True),
            "settle": wire.Settle(command="m9", outcome=c.Done()),
            "ping": wire.Ping(),
        }
        place, header = f"/v1/subjects/{subject}", {"authorization": f"Bearer {visit.secret}"}
        order = msgspec.json.encode({"id": "m2", "service": {"service": "HoldCall", "contact": contact}})
        called = {
            "subjects": Call(path="/v1/subjects", headers=header),
            "subject": Call(path=place, headers=header),
            "entries": Call(path=f"{place}/entries", headers=header),
            "commands": Call(path=f"{place}/commands", method="POST", headers=header, body=order),
            "queries": Call(
                path=f"{place}/queries", method="POST", headers=header, body=b'{"query":"GetReasons"}'
            ),
        }
        return {**{name: Say(data=wire.encode(message)) for name, message in said.items()}, **called}
