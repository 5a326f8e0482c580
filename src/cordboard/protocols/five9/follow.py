"""Following one agent: the calls, the presence and the login state as Five9 told them last, and what each frame changes in that.

Frames are put in order by their times, and by their numbers where these are the same. A call that is over stays over for what is
late: doubles (30 of 3, 31 of 5), and frames that another one overtook.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from cordboard.model import events as e
from cordboard.model.entities import AgentState, Availability, Contact, Ending, Phase
from cordboard.model.ids import ContactId, Millis
from cordboard.protocols.five9 import events as v, nouns, wire, words as w
from cordboard.protocols.five9.changes import agent_events, contact_events
from cordboard.protocols.five9.guests import Guests, is_participant
from cordboard.protocols.five9.nouns import Book

_DELETED = (v.CALL_DELETED, v.CALL_DELETED_AGAIN)
_CREATED = (v.CALL_CREATED, v.CALL_CREATED_AGAIN)
SAME_MOMENT: Millis = 2_000
OVERTAKEN: Millis = 2_000
"""What is older by more than this was not overtaken on the way: the clock that wrote it goes differently."""
CONSULTED: Millis = 30_000
"""For so long after a consult was asked for the next call is taken for it."""
WISHED: Millis = 10_000
"""For so long after a presence was asked for the next one is taken for the agent's own wish."""
_UNCONFIRMED = "UNCONFIRMED"
"""Another Cordboard's word for that it does not know whether it failed."""
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


_UNANSWERED = {w.DISCONNECTED_BY_CALLER: Ending.ABANDONED, w.DISCONNECTED_BY_AGENT: Ending.DECLINED}
"""How a call ended that was only offered, by who hung up."""


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
        self._guests = Guests()
        self._parties: dict[str, tuple[wire.Participant, ...]] = {}
        """Who was in a call that says so itself, when it last said that somebody was."""
        self._paused: set[str] = set()
        self._held_back: Millis | None = None
        self._missed: Millis = 0
        """When the agent was made not ready without having asked for it, and when a call was missed."""
        self._wished: Millis | None = None
        self._consulting: tuple[str, Millis] = ("", 0)
        """The call about which a consult was asked for and has not come yet, and when."""
        self.doubtful = False
        """Whether a frame was passed over that may have been right: what is so should be looked at."""
        self.failures: Counter[int] = Counter()
        """By event: how often Five9 has said that something came to nothing."""
        self.heard = 0
        """How often something was told."""

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

    def pause(self, ident: str, *, on: bool) -> None:
        """The recording of this call was paused, or ended or goes on: Five9 does not say which."""
        (self._paused.add if on else self._paused.discard)(ident)

    def paused(self, ident: str) -> bool:
        """Whether the recording of this call was paused, as far as was asked for here."""
        return ident in self._paused

    def agrees(self, calls: Sequence[wire.Call]) -> bool:
        """Whether these calls stand as ours do."""
        theirs = [item for item in calls if not is_participant(item) and item.id not in self._guests]
        return _standing(theirs) == _standing(self.calls)

    def failed(self, event: int, reason: str) -> None:
        """Something that was asked for came to nothing: no consult comes of it, and what is so has to be looked at."""
        self.failures[event] += reason != _UNCONFIRMED
        self.consulting("")
        self.doubtful = True

    def wished(self, at: Millis | None) -> None:
        """The next presence is the agent's own wish; `None`: it was refused."""
        self._wished = at

    def consulting(self, about: str, at: Millis = 0) -> None:
        """A consult about this call is being made: the next new call is it, if Five9 does not say what it is. None, if it is about nothing."""
        self._consulting = about, at

    def passed(self, event: int, call: wire.Call, place: Place) -> None:
        """A frame from before `begin`. Of these it counts which calls are over: no list that was written before brings them back. One that was
        offered once more is over no longer.
        """
        if event in _DELETED or call.state == w.FINISHED:
            self._bury(call.id, place)
        elif event == v.CALL_CREATED and place > self._over.get(call.id, place):
            del self._over[call.id]

    def begin(
        self, login: str, presence: wire.Presence, calls: Sequence[wire.Call], at: Millis
    ) -> e.Snapshot:
        """Take what was read as what is so; all that was known before is forgotten."""
        self.login, self.presence = login, presence
        own = [item for item in calls if not is_participant(item)]
        over = self._over.keys() - self._calls.keys()
        self._calls = {item.id: item for item in own if item.state != w.FINISHED and item.id not in over}
        for item in calls:
            if is_participant(item):
                self._guests.told(item, self._calls, gone=False)
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
        self.heard += 1
        if self._concerns_guest(reason, call):
            if reason != w.CONFERENCE_JOINED:  # such a consult is over, and whom it was with is not gone
                self._guests.told(call, self._calls, gone=event in _DELETED)
                yield from self._changed(at, "")
            return
        if not self._news(event, call, place):
            return
        self._places[call.id] = place
        before = self._calls.get(call.id)
        if is_participant(call) and before is not None:
            # The agent's own place in it is as it was; a consult that somebody stays in is part of the call it was about.
            if (about := self._parents.get(call.id)) in self._calls:
                self._guests.told(replace(call, original_call_id=about), self._calls, gone=False)
                call, reason = replace(call, state=w.FINISHED), w.CONFERENCE_JOINED
            else:
                call = replace(call, state=before.state)
        if call.state == w.FINISHED or event in _DELETED:
            call = replace(call, state=w.FINISHED)
        if call.state in nouns.OVER and (before is None or before.state not in nouns.OVER):
            self._ended[call.id] = nouns.ENDINGS.get(reason) or self._ending(before, reason)
        self._calls[call.id] = self._consult(call, before, at)
        yield from self._changed(at, _CAUSES.get(reason, ""))

    def ready(self, presence: wire.Presence, place: Place, at: Millis) -> Iterator[e.Event]:
        """A frame about the presence."""
        self.heard += 1
        if _overtaken(place, self._presence_at):
            self.doubtful = True
            return
        if presence.current_state != self.presence.current_state:
            ready = w.CALL in presence.current_state.ready_channels
            wished = self._wished is not None and at - self._wished < WISHED
            self._held_back = None if ready or wished else at
        self._presence_at, self.presence, self._wished = place, presence, None
        yield from self._agent(at)

    def looked(self, presence: wire.Presence, at: Millis) -> Iterator[e.Event]:
        """The presence, read while nothing was told."""
        same = (presence.current_state, presence.pending_state) == (
            self.presence.current_state,
            self.presence.pending_state,
        )
        if not same:
            self.presence = presence
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

    def _concerns_guest(self, reason: str, call: wire.Call) -> bool:
        known = self._calls.get(call.id)
        if known is not None:
            return known.state == w.FINISHED and call.id in self._guests
        return is_participant(call) or reason == w.PARTICIPANT_ADDED or call.id in self._guests

    def _news(self, event: int, call: wire.Call, place: Place) -> bool:
        """Whether the frame says more than is known of the call already."""
        known, over = self._calls.get(call.id), self._over.get(call.id)
        if known is None and over is not None:
            # A call may be offered once more; what is late, or a double, brings nothing back.
            again = event == v.CALL_CREATED or call.state == w.OFFERED
            if again and event not in _DELETED and event != v.CALL_CREATED_AGAIN and place > over:
                return True
            self.doubtful = self.doubtful or (place > over and call.state != w.FINISHED)
            return False
        if known is None:
            if event in _DELETED:
                self._bury(call.id, place)  # its beginning may come yet
            return event not in _DELETED
        if event == v.CALL_DELETED_AGAIN and over is not None:
            return False  # the double of an end before it was offered once more
        if event in _CREATED and call.state == w.OFFERED and known.state != w.OFFERED:
            return False  # nothing goes back to its beginning
        if _overtaken(place, self._places.get(call.id, (0, 0))):
            self.doubtful = True
            return False
        return True

    def _consult(self, call: wire.Call, before: wire.Call | None, at: Millis) -> wire.Call:
        """The call, with what it is about where that is known from elsewhere."""
        about, since = self._consulting
        if before is None and call.original_call_id is None and not call.transfer:
            asked = about in self._calls and about != call.id and at - since < CONSULTED
            if asked and call.call_type != w.INBOUND:
                call = replace(call, consult=True, original_call_id=about)
        if call.original_call_id is None and before is not None and before.original_call_id is not None:
            call = replace(call, consult=True, original_call_id=before.original_call_id)
        if call.original_call_id is not None:
            self._consulting = ("", 0)
        return call

    def _changed(self, at: Millis, cause: str) -> Iterator[e.Event]:
        busy = any(nouns.holds(item) for item in self._calls.values())
        if busy:  # whoever gets a call is busy before it is told, and free after its end was
            yield from self._agent(at)
        now = {item.id: item for item in self._pictures(at)}
        for contact in now.values():
            yield from contact_events(self._contacts.get(contact.id), contact, at, cause)
            if contact.phase is Phase.CLOSED and contact.ended_by is Ending.MISSED:
                self._missed = at
        self._contacts = {ident: item for ident, item in now.items() if item.phase is not Phase.CLOSED}
        finished = [item.id for item in self._calls.values() if item.state == w.FINISHED]
        for ident in finished:
            if ContactId(self._main(ident)) not in self._contacts:
                self._forget(ident)
        if not busy:
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
        """The call with those who are in it: it says so itself, now or before, or else they came into it."""
        if call.participants:
            self._parties[call.id] = call.participants
            return call
        if (gone := self._parties.get(call.id)) is not None:
            return replace(call, participants=tuple(replace(item, state=w.FINISHED) for item in gone))
        guests = self._guests.of(call.id)
        if not guests:
            return call
        return replace(call, participants=(nouns.far(self.book, call), *guests))

    def _main(self, ident: str) -> str:
        """The call under whose id the contact of this one is known."""
        call = self._calls.get(ident)
        parent = self._parents.get(ident) or (call.original_call_id if call is not None else None)
        if parent is None or (parent not in self._calls and ident not in self._parents):
            return ident
        self._parents[ident] = parent
        return parent

    def _forget(self, ident: str) -> None:
        del self._calls[ident]
        self._bury(ident, self._places.pop(ident, (0, 0)))
        self._ended.pop(ident, None)
        self._parents.pop(ident, None)
        self._paused.discard(ident)
        self._guests.forget(ident)
        self._parties.pop(ident, None)

    def _bury(self, ident: str, place: Place) -> None:
        self._over.pop(ident, None)  # the latest comes last
        self._over[ident] = place
        while len(self._over) > REMEMBERED:
            del self._over[next(iter(self._over))]

    def _ending(self, before: wire.Call | None, reason: str) -> Ending:
        """How a call ended of which nobody says it, by what it was."""
        if before is None or before.state not in (w.OFFERED, w.RINGING):
            return Ending.COMPLETED
        if nouns.outward(self.book, before) or before.state == w.RINGING:
            return Ending.FAILED
        return _UNANSWERED.get(reason, Ending.MISSED)


def _standing(calls: Sequence[wire.Call]) -> dict[str, str]:
    return {item.id: item.state for item in calls if item.state != w.FINISHED}


def _overtaken(place: Place, known: Place) -> bool:
    """Whether a frame of this place comes late."""
    return place < known and known[0] - place[0] <= OVERTAKEN
