"""Following one agent: the calls, the presence and the login state as Five9 told them last, and what each frame changes in that.

Frames are put in order by their times, and by their numbers where these are the same. A call that is over stays over for what is
late: doubles (30 of 3, 31 of 5), and frames that another one overtook.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cordboard.model import events as e
from cordboard.model.entities import AgentState, Availability, Contact, Ending, Phase
from cordboard.model.ids import ContactId, Millis
from cordboard.protocols.five9 import events as v, nouns, wire, words as w
from cordboard.protocols.five9.changes import agent_events, contact_events
from cordboard.protocols.five9.nouns import Book

_DELETED = (v.CALL_DELETED, v.CALL_DELETED_AGAIN)
_PARTICIPANT = "PARTICIPANT"
SAME_MOMENT: Millis = 2_000
REMEMBERED = 50
"""Calls that are over of which is known that they are."""

Place = tuple[Millis, int]
"""When a frame was written, and its number where it has one."""

_CAUSES = {
    w.DISCONNECTED_BY_AGENT: "normal",
    w.DISCONNECTED_BY_CALLER: "normal",
    w.FAILED_TO_CONNECT: "unavailable",
    w.TRANSFERRED: "transferred",
    w.CONFERENCE_JOINED: "conferenced",
    w.REJECTED: "rejected",
    w.NO_ANSWER: "no-answer",
    w.ABANDONED: "abandoned",
}


class Follower:
    """What is so for one agent, as far as Five9 has told."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.login = ""
        self.presence = wire.Presence()
        self._calls: dict[str, wire.Call] = {}
        self._places: dict[str, Place] = {}
        self._over: dict[str, Place] = {}
        self._ended: dict[str, Ending] = {}
        self._parents: dict[str, str] = {}
        """Consults by the call that they are about."""
        self._contacts: dict[ContactId, Contact] = {}
        self._state: AgentState | None = None
        self._presence_at: Place = (0, 0)
        self._strange: set[str] = set()
        """Ids of variables that no definition had."""
        self._guests: dict[str, dict[str, wire.Participant]] = {}
        """Others in a conference, by call, where Five9 tells of each as of a call of its own."""
        self._held_back: Millis | None = None
        self._missed: Millis = 0
        """When the agent was made not ready without having asked for it, and when a call was missed."""
        self._wished = False
        self._consulting = ""
        """The call about which a consult was asked for and has not come yet."""

    @property
    def calls(self) -> Sequence[wire.Call]:
        """All that are not over, oldest first."""
        return tuple(self._calls.values())

    @property
    def busy(self) -> bool:
        """Whether there is a call that something could happen to."""
        return any(item.state not in nouns.OVER for item in self._calls.values())

    @property
    def strange(self) -> bool:
        """Whether variables have come that no definition had; asked once for each."""
        found = {name for item in self._calls.values() for name in item.variables}
        found -= {*self.book.variables, *self._strange}
        self._strange |= found
        return bool(found)

    def call(self, ident: str) -> wire.Call | None:
        """The call of this id, if it is not over."""
        return self._calls.get(ident)

    def contact(self, ident: str | None) -> Contact | None:
        """The contact of this id, if it is open."""
        return self._contacts.get(ContactId(ident or ""))

    def wished(self) -> None:
        """The next presence is the agent's own wish."""
        self._wished = True

    def consulting(self, about: str) -> None:
        """A consult about this call is being made: the next new call is it, if Five9 does not say what it is."""
        self._consulting = about

    def begin(
        self, login: str, presence: wire.Presence, calls: Sequence[wire.Call], at: Millis
    ) -> e.Snapshot:
        """Take what was read as what is so; all that was known before is forgotten."""
        self.login, self.presence = login, presence
        self._calls = {item.id: item for item in calls if item.state != w.FINISHED}
        self._contacts = {item.id: item for item in self._pictures(at)}
        self._state = nouns.agent_state(self.book, login, presence, self.calls, at)
        return e.Snapshot(
            link=self.book.link,
            at=at,
            profile=self.book.profile,
            states=(self._state,),
            contacts=tuple(self._contacts.values()),
        )

    def told(self, event: int, reason: str, call: wire.Call, place: Place, at: Millis) -> Iterator[e.Event]:
        """A frame about a call."""
        if call.state.startswith(_PARTICIPANT) or reason == w.PARTICIPANT_ADDED:
            self._guest(call)
            yield from self._changed(at, "")
            return
        if not self._news(event, call, place):
            return
        self._places[call.id] = place
        before = self._calls.get(call.id)
        if call.state == w.FINISHED or event in _DELETED:
            call = replace(call, state=w.FINISHED)
        if call.state in nouns.OVER and (before is None or before.state not in nouns.OVER):
            self._ended[call.id] = nouns.ENDINGS.get(reason) or self._ending(before)
        fresh = before is None and call.original_call_id is None and not call.transfer
        if fresh and self._consulting and call.call_type != w.INBOUND:
            call = replace(call, consult=True, original_call_id=self._consulting)
        if call.original_call_id is None and before is not None and before.original_call_id is not None:
            call = replace(call, consult=True, original_call_id=before.original_call_id)
        if call.original_call_id is not None:
            self._consulting = ""
        self._calls[call.id] = call
        yield from self._changed(at, _CAUSES.get(reason, ""))

    def ready(self, presence: wire.Presence, place: Place, at: Millis) -> Iterator[e.Event]:
        """A frame about the presence."""
        if place >= self._presence_at:
            if presence.current_state != self.presence.current_state:
                ready = w.CALL in presence.current_state.ready_channels
                self._held_back = None if ready or self._wished else at
            self._presence_at, self.presence, self._wished = place, presence, False
            yield from self._agent(at)

    def entered(self, login: str, at: Millis) -> Iterator[e.Event]:
        """A frame about the login state."""
        self.login = login
        yield from self._agent(at)

    def known(self, book: Book, at: Millis) -> Iterator[e.Event]:
        """Names or reasons changed."""
        old, self.book = self.book, book
        if old.profile != book.profile:
            yield e.ProfileChanged(link=book.link, at=at, profile=book.profile)
        yield from self._changed(at, "")

    # --- private -----------------------------------------------------------------------------------------------------------

    def _news(self, event: int, call: wire.Call, place: Place) -> bool:
        """Whether the frame says more than is known of the call already."""
        over = self._over.get(call.id)
        if over is not None:
            # A call may be offered once more; what is late, or a double, brings nothing back.
            again = event in (v.CALL_CREATED, v.CALL_UPDATED) and call.state != w.FINISHED
            return again and place > over
        if place < self._places.get(call.id, (0, 0)):
            return False
        return call.id in self._calls or event not in _DELETED

    def _changed(self, at: Millis, cause: str) -> Iterator[e.Event]:
        if self.busy:  # whoever gets a call is busy before it is told, and free after its end was
            yield from self._agent(at)
        now = {item.id: item for item in self._pictures(at)}
        for contact in now.values():
            yield from contact_events(self._contacts.get(contact.id), contact, at, cause)
            if contact.phase is Phase.CLOSED and contact.ended_by is Ending.MISSED:
                self._missed = at
        self._contacts = {ident: item for ident, item in now.items() if item.phase is not Phase.CLOSED}
        for ident in [item.id for item in self._calls.values() if item.state == w.FINISHED]:
            if ContactId(self._main(ident)) not in self._contacts:
                self._forget(ident)
        yield from self._agent(at)

    def _agent(self, at: Millis) -> Iterator[e.Event]:
        state = nouns.agent_state(self.book, self.login, self.presence, self.calls, at)
        # Five9 does not say why: who misses a call and is not ready in that moment is held back for it.
        held = self._held_back is not None and abs(self._held_back - self._missed) < SAME_MOMENT
        if held and state.state is Availability.NOT_READY:
            state = replace(state, fault="no-answer")
        yield from agent_events(self._state, state, at)
        self._state = state

    def _pictures(self, at: Millis) -> Iterator[Contact]:
        groups: dict[str, list[wire.Call]] = {}
        for item in self._calls.values():
            groups.setdefault(self._main(item.id), []).append(item)
        for main, calls in groups.items():
            whole = [self._gathered(item) for item in sorted(calls, key=lambda item: item.id != main)]
            yield nouns.contact_of(self.book, whole, self._ended.get(main), at)

    def _gathered(self, call: wire.Call) -> wire.Call:
        """The call with those who came into it, if it does not say itself who is there."""
        guests = self._guests.get(call.id)
        if not guests or call.participants:
            return call
        return replace(call, participants=(nouns.far(self.book, call), *guests.values()))

    def _main(self, ident: str) -> str:
        """The call under whose id the contact of this one is known."""
        call = self._calls.get(ident)
        parent = self._parents.get(ident) or (call.original_call_id if call is not None else None)
        if parent is None or (parent not in self._calls and ident not in self._parents):
            return ident
        self._parents[ident] = parent
        return parent

    def _guest(self, told: wire.Call) -> None:
        """One of a conference, told of as of a call: of the one it names, else of the only one that is live."""
        live = [item.id for item in self._calls.values() if item.state not in nouns.OVER]
        about = told.original_call_id or next((name for name in live if name != told.id), None)
        if about not in self._calls or told.id in self._calls:
            return
        guests = self._guests.setdefault(about, {})
        if told.state in (w.FINISHED, w.WRAP_UP):
            guests.pop(told.id, None)
            return
        guests[told.id] = wire.Participant(
            id=told.id,
            state=told.state,
            address_type=told.address_type,
            number=told.number or told.dnis or told.ani or "",
            agent_id=told.agent_id,
            skill_id=told.skill_id,
        )

    def _forget(self, ident: str) -> None:
        del self._calls[ident]
        self._over[ident] = self._places.pop(ident, (0, 0))
        self._ended.pop(ident, None)
        self._parents.pop(ident, None)
        self._guests.pop(ident, None)
        while len(self._over) > REMEMBERED:
            del self._over[next(iter(self._over))]

    def _ending(self, before: wire.Call | None) -> Ending:
        """How a call ended of which nobody says it, by what it was."""
        if before is None or before.state not in (w.OFFERED, w.RINGING):
            return Ending.COMPLETED
        ours = nouns.outward(self.book, before) or before.state == w.RINGING
        return Ending.FAILED if ours else Ending.MISSED
