"""Who came into a call of the agent's, where Five9 tells of each of them as of a call of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from cordboard.protocols.five9 import nouns, wire, words as w

_PARTICIPANT = "PARTICIPANT"


def is_participant(call: wire.Call) -> bool:
    """Whether this is somebody's place in a conference, and no call of the agent's."""
    return call.state.startswith(_PARTICIPANT)


class Guests:
    """By call of the agent's: those who came into it."""

    def __init__(self) -> None:
        self._by_call: dict[str, dict[str, wire.Participant]] = {}

    def __contains__(self, ident: str) -> bool:
        return any(ident in guests for guests in self._by_call.values())

    def of(self, call: str) -> Sequence[wire.Participant]:
        """Those in this call."""
        return tuple(self._by_call.get(call, {}).values())

    def told(self, guest: wire.Call, calls: Mapping[str, wire.Call], *, gone: bool) -> None:
        """One of them is told of: in the call that they name, else where they were, else in the one that is talked in. A call that says itself
        who is in it is believed.
        """
        if gone or guest.state in nouns.OVER:
            for guests in self._by_call.values():
                guests.pop(guest.id, None)
            return
        about = self._about(guest, calls)
        if about is None or calls[about].participants:
            return
        self._by_call.setdefault(about, {})[guest.id] = wire.Participant(
            id=guest.id,
            state=guest.state,
            address_type=guest.address_type,
            number=guest.number or guest.dnis or guest.ani or "",
            agent_id=guest.agent_id,
            skill_id=guest.skill_id,
        )

    def forget(self, call: str) -> None:
        """The call is over."""
        self._by_call.pop(call, None)

    def _about(self, guest: wire.Call, calls: Mapping[str, wire.Call]) -> str | None:
        if guest.original_call_id in calls:
            return guest.original_call_id
        if (
            known := next((call for call, guests in self._by_call.items() if guest.id in guests), None)
        ) in calls:
            return known
        live = [item for item in calls.values() if item.state not in nouns.OVER and item.id != guest.id]
        return next((item.id for item in sorted(live, key=lambda item: item.state != w.TALKING)), None)
