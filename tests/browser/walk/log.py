"""The hub's log of the agent, read from outside and folded here once more."""

from __future__ import annotations

import msgspec

from cordboard.model.events import Event, Unrecognised
from cordboard.model.fold import fold, initial
from cordboard.model.ids import LinkId, Subject
from cordboard.model.log import Entry
from tests.browser.walk.stage import SUBJECT, Hub


class Log:
    """As far as it was read."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._state = initial(Subject(SUBJECT))

    def read(self) -> int:
        """Read on to its end, and say where that is. Nothing in it may be unknown."""
        epoch, _ = self._hub.end()
        more = True
        while more:
            after = f"{epoch}.{self._state.seq}"
            found = self._hub.get(f"/v1/subjects/{SUBJECT}/entries?after={after}&limit=1000")
            for told in found["entries"]:
                event = msgspec.convert(told["event"], Event)
                assert not isinstance(event, Unrecognised), told
                given = {key: told[key] for key in ("subject", "seq", "at", "sum")}
                entry = Entry(**given, origin=told.get("origin", ""), event=event, body=b"")
                self._state = fold(self._state, entry)
            more = found["more"]
        return self._state.seq

    def heard(self, link: str, origin: Hub) -> bool:
        """Whether the link has told all that the hub it comes from knows, but for commands: each hub has its own."""
        after = self._state.cursors.get(LinkId(link), "")
        found = origin.get(f"/v1/subjects/{SUBJECT}/entries?after={after}&limit=1000")
        return all(told["event"]["type"] in ("CommandIssued", "CommandSettled") for told in found["entries"])

    def is_well(self) -> None:
        """Every command is settled, and no transition was missing in the tables."""
        open_ones = [record for record in self._state.commands.values() if record.outcome is None]
        assert open_ones == []
        assert self._state.flags == ()
        for contact in (*self._state.contacts.values(), *self._state.recent):
            assert contact.flags == (), contact
