"""The session, under Cordboard's own suite: clients at our doors, with the simulated contact centre behind the hub."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, ClassVar

from cordboard.protocols.five9 import Five9
from cordboard.testing import Ask, Call, SessionSuite, Visit
from tests.five9.client import BASE, ORG, address, get, sign_in

HOUR = 3_600_000


class TestFive9Session(SessionSuite):
    # A login that is still choosing its station sees no calls: that is tried elsewhere.
    protocol = Five9().configured({"strict": False})
    untold: ClassVar[Mapping[str, str]] = {
        "CallCleared": "the last connection that was cleared said it already, as WRAP_UP",
        "Queued": "a call that went to a queue is none of the agent's any more; one that waits there for them rings",
        "CommandSettled": "a command that was refused is told as 58 or 65; most are done",
        "LinkUp": "the first one of a link is no news; when a link comes back, 57 says what to fetch",
    }

    async def join(self, visit: Visit) -> None:
        login = await sign_in(visit)
        assert login.user_id == visit.agent
        await visit.open(f"/appsvcs/ws/{visit.agent}-page")
        await get(visit, "A/presence")
        await get(visit, "A/interactions/calls")

    def view(self, visit: Visit) -> object:
        """Presence and calls of their own, as a client that fetched them once and followed the socket since shows them."""
        calls: dict[str, Any] = {}
        presence: object = None
        for item in visit.told:
            data = json.loads(item)
            if isinstance(data, list):
                calls = {call["id"]: call for call in data if not call["state"].startswith("PARTICIPANT")}
            elif "currentState" in data:
                presence = data
            elif "payLoad" in data:
                match data["context"]["eventId"]:
                    case "12":
                        presence = data["payLoad"]
                    case "3" | "4" if not data["payLoad"]["state"].startswith("PARTICIPANT"):
                        calls[data["payLoad"]["id"]] = data["payLoad"]
                    case "5":
                        calls.pop(data["payLoad"]["id"], None)
                    case _:
                        pass
        return presence, calls

    def requests(self, visit: Visit) -> Mapping[str, Ask]:
        calls = self.view(visit)
        assert isinstance(calls, tuple)
        call = next(iter(calls[1]), "NONE")

        def door(method: str, path: str, body: object = None) -> Call:
            data = b"" if body is None else json.dumps(body).encode()
            return Call(path=address(visit, path), method=method, body=data)

        return {
            "hold": door("PUT", f"K/{call}/hold"),
            "disconnect": door("PUT", f"K/{call}/disconnect"),
            "dispose": door("PUT", f"K/{call}/dispose", {"dispositionId": "booked"}),
            "dispose with nonsense": door("PUT", f"K/{call}/dispose", {"dispositionId": "none"}),
            "unhold": door("PUT", f"K/{call}/unhold"),
            "park": door("PUT", f"K/{call}/park"),
            "retrieve": door("PUT", f"K/{call}/retrieve"),
            "join": door("PUT", f"K/{call}/transfer_to_call", {"callId": call}),
            "join with no other": door("PUT", f"K/{call}/transfer_to_call"),
            "add to nothing": door("PUT", f"A/interactions/calls/{call}/add_to_conference"),
            "transfer": door(
                "PUT",
                f"K/{call}/transfer_to_external_number",
                {"destination": {"number": "+44 20 7946 0999"}, "warm": False},
            ),
            "warm transfer": door("PUT", f"K/{call}/transfer_to_agent", {"agentId": "noor", "warm": True}),
            "transfer to nobody": door("PUT", f"K/{call}/transfer_to_agent", {}),
            "to a campaign": door("PUT", f"K/{call}/transfer_to_campaign", {"campaignId": "changes"}),
            "complete": door("PUT", f"K/{call}/complete_transfer"),
            "cancel": door("PUT", f"K/{call}/cancel_transfer"),
            "conference": door("POST", f"K/{call}/add_external_to_conference", {"number": "+442079460998"}),
            "leave": door("PUT", f"K/{call}/leave_conference", {"isToTransferCallOwnership": "false"}),
            "record": door("PUT", f"K/{call}/start_recording"),
            "variables": door("PUT", f"K/{call}/variables_2", {"Custom.PerVar1": "gold"}),
            "another's call": door("PUT", "K/00000000000000000000000000000000/hold"),
            "answer": door("PUT", f"K/{call}/answer"),
            "make": door("POST", "A/interactions/make_external_call", {"number": "+442079460997"}),
            "presence": door(
                "PUT",
                "A/presence",
                {"currentState": {"readyChannels": [], "notReadyReasonCodeId": "break"}},
            ),
            "session": door("PUT", "A/session_start", {"stationType": "EMPTY"}),
            "stop": door("PUT", "A/session_stop", {"reasonCodeId": ""}),
            "calls": door("GET", "A/interactions/calls"),
            "call": door("GET", f"K/{call}"),
            "colleagues": door("GET", "A/transferable_agents"),
            "call variables": Call(path=f"{BASE}/orgs/{ORG}/call_variables"),
            "callback": door("POST", "A/callbacks", {"dueDate": HOUR * 24 * 365 * 100, "comments": "again"}),
            "metadata": Call(path=f"{BASE}/auth/metadata"),
            "logout": Call(path=f"{BASE}/auth/logout", method="POST"),
        }
