"""What is true on the switch: agents, interactions, calls, parties and segments, as frozen values in tables.

The switch changes nothing but these tables, and only by journal records; whoever applies the same records in order
to a `Picture` of their own therefore holds the same truth, at whatever record they stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, assert_never

import msgspec

from cordboard.protocols.simulator.centre import Medium

AgentState = Literal["null", "not_ready", "ready", "busy", "working_after_call"]
ConnectionState = Literal["null", "initiated", "alerting", "connected", "hold", "queued", "fail"]
PartyRole = Literal["customer", "agent", "third_party", "queue", "dialler"]
CallKind = Literal["main", "consult", "reservation"]
Direction = Literal["inbound", "outbound", "internal"]
Phase = Literal["offered", "dialling", "active", "paused", "wrap_up", "closed"]
Recording = Literal["", "recording", "paused"]
Supervision = Literal["listen", "whisper", "barge"]
EndedBy = Literal["completed", "missed", "declined", "abandoned", "failed", "transferred"]

PRESENT: frozenset[ConnectionState] = frozenset({"initiated", "connected", "hold"})
"""States of a party that is on the line, whether or not it hears anything."""
LIVE: frozenset[ConnectionState] = PRESENT | {"alerting", "queued"}
"""States of a party that is on the line or being brought to it. `fail` is only a tone that someone hears."""


class Stance(msgspec.Struct, frozen=True, kw_only=True):
    """What an agent is, or will be, when no call and no wrap-up holds them."""

    state: Literal["null", "not_ready", "ready"]
    reason: str | None = None


class Agent(msgspec.Struct, frozen=True, kw_only=True, tag="agent"):
    """An agent's state for voice. `resume` is the stance to return to, `pending` one that was asked for meanwhile."""

    id: str
    state: AgentState = "null"
    reason: str | None = None
    pending: Stance | None = None
    resume: Stance = Stance(state="null")
    station: str = ""
    since: int = 0

    @property
    def load(self) -> int:
        """Who is ready for a call has nothing else to do."""
        return 0


class Duty(msgspec.Struct, frozen=True, kw_only=True, tag="duty"):
    """An agent's state for chats or for tasks, as `Agent` is for voice. The id is `agent/medium`."""

    id: str
    agent: str
    medium: Medium
    state: AgentState = "null"
    reason: str | None = None
    pending: Stance | None = None
    resume: Stance = Stance(state="null")
    since: int = 0

    @property
    def willing(self) -> bool:
        """Whether it says ready, though the agent may be busy with such."""
        return self.resume.state == "ready" and self.state != "not_ready" and self.pending is None


class Interaction(msgspec.Struct, frozen=True, kw_only=True, tag="interaction"):
    """One matter between the centre and someone, over all its calls and all its agents."""

    id: str
    direction: Direction
    started: int
    ended: int | None = None


class Call(msgspec.Struct, frozen=True, kw_only=True, tag="call"):
    """One call; or one chat or task, which are calls of another medium. A consult has the `parent` it was made from; a merged
    call says which it went `into`. A reservation asks an agent whether to dial; `entry` or `callback` say for what.

    `queue` is the last queue it stood in; `previous` the segment that handed it on and is noted in the next one.
    """

    id: str
    interaction: str
    kind: CallKind = "main"
    medium: Medium = "voice"
    direction: Direction
    calling: str = ""
    called: str = ""
    queue: str | None = None
    parent: str | None = None
    into: str | None = None
    previous: str | None = None
    data: dict[str, str] = {}
    wrap_up_reason: str | None = None
    recording: Recording = ""
    subject: str = ""
    text: str = ""
    links: tuple[tuple[str, str], ...] = ()
    variety: str = ""
    dialogue: str | None = None
    campaign: str | None = None
    entry: str | None = None
    callback: str | None = None
    started: int
    answered: int | None = None
    ended: int | None = None
    cause: str | None = None


class Party(msgspec.Struct, frozen=True, kw_only=True, tag="party"):
    """One end of a call. Once `null` it stays so; whoever comes back comes as a new party.

    Hold lies on the holder's own party (`state`); `held_by` names the agent who holds this party alone. A `parked` one is on hold and
    leaves its agent free. For an agent
    `queue` is where the call returns to if they do not take it; for a queue it is the queue. A supervisor's party says how
    it `supervises`, and which agent is `supervised`.
    """

    id: str
    interaction: str
    call: str
    medium: Medium = "voice"
    role: PartyRole
    number: str = ""
    name: str = ""
    agent: str | None = None
    segment: str | None = None
    queue: str | None = None
    state: ConnectionState
    muted: bool = False
    held_by: str | None = None
    parked: bool = False
    supervises: Supervision | None = None
    supervised: str | None = None
    cause: str | None = None
    since: int

    @property
    def silent(self) -> bool:
        """Whether it only listens, or is heard by nobody but the supervised agent: such a one keeps no call alive."""
        return self.supervises in ("listen", "whisper")


class Segment(msgspec.Struct, frozen=True, kw_only=True, tag="segment"):
    """One agent's part in an interaction, with every call they had in it; `wraps` says that wrap-up follows, `watches` which
    call they are in to supervise it.
    """

    id: str
    interaction: str
    agent: str
    medium: Medium = "voice"
    phase: Phase
    direction: Direction
    ended_by: EndedBy | None = None
    cause: str | None = None
    queue: str | None = None
    previous: str | None = None
    calls: tuple[str, ...] = ()
    disposition: str | None = None
    wraps: bool = False
    watches: str | None = None
    started: int
    answered: int | None = None
    wrap_up_until: int | None = None
    ended: int | None = None


class Utterance(msgspec.Struct, frozen=True, kw_only=True, tag="utterance"):
    """What somebody said in a call, as a recogniser heard it, or wrote in a chat. One that is not `final` changes still."""

    id: str
    interaction: str
    call: str
    party: str
    role: PartyRole
    agent: str | None = None
    name: str = ""
    text: str
    confidence: float = 1.0
    start: int
    end: int
    final: bool = True


class Suggestion(msgspec.Struct, frozen=True, kw_only=True, tag="suggestion"):
    """What the agents of a call might answer."""

    id: str
    interaction: str
    call: str
    title: str
    text: str = ""
    url: str = ""
    source: str = ""
    confidence: float = 1.0
    snippets: tuple[str, ...] = ()
    utterance: str = ""


class Entry(msgspec.Struct, frozen=True, kw_only=True, tag="entry"):
    """Somebody on a campaign's list: `new` (to be tried from `due` on), `out` (being tried), `done` or `never`."""

    id: str
    campaign: str
    number: str
    name: str = ""
    fields: dict[str, str] = {}
    state: Literal["new", "out", "done", "never"] = "new"
    attempt: int = 0
    due: int = 0
    result: str = ""


class Callback(msgspec.Struct, frozen=True, kw_only=True, tag="callback"):
    """A call that was promised, by an agent or to be had from a queue."""

    id: str
    number: str
    name: str = ""
    due: int
    agent: str | None = None
    queue: str | None = None
    interaction: str | None = None
    segment: str | None = None
    text: str = ""
    state: Literal["promised", "offered", "kept", "cancelled"] = "promised"


class Notice(msgspec.Struct, frozen=True, kw_only=True, tag="notice"):
    """What a supervisor wrote to teams; it holds for so many `seconds`, 0 for ever."""

    id: str
    agent: str
    teams: tuple[str, ...]
    text: str
    posted: int
    seconds: int = 0

    def holds(self, now: int) -> bool:
        """Whether it is still to be read."""
        return not self.seconds or self.posted + self.seconds * 1000 > now


Thing = (
    Agent | Duty | Interaction | Call | Party | Segment | Utterance | Suggestion | Entry | Callback | Notice
)


class Picture:
    """The tables, with the look-ups that the switch and a link need."""

    def __init__(self) -> None:
        self.agents: dict[str, Agent] = {}
        self.duties: dict[str, Duty] = {}
        self.interactions: dict[str, Interaction] = {}
        self.calls: dict[str, Call] = {}
        self.parties: dict[str, Party] = {}
        self.segments: dict[str, Segment] = {}
        self.utterances: dict[str, Utterance] = {}
        self.suggestions: dict[str, Suggestion] = {}
        self.entries: dict[str, Entry] = {}
        self.callbacks: dict[str, Callback] = {}
        self.notices: dict[str, Notice] = {}
        self._promised: dict[str, None] = {}
        self.ready: dict[str, None] = {}
        self._tables: dict[type[Thing], dict[str, Any]] = {
            Agent: self.agents,
            Duty: self.duties,
            Interaction: self.interactions,
            Call: self.calls,
            Party: self.parties,
            Segment: self.segments,
            Utterance: self.utterances,
            Suggestion: self.suggestions,
            Entry: self.entries,
            Callback: self.callbacks,
            Notice: self.notices,
        }
        self._of_call: dict[str, dict[str, None]] = {}
        self._of_agent: dict[tuple[str, Medium], dict[str, None]] = {}
        self._open: dict[str, dict[str, None]] = {}
        self._running: dict[str, dict[str, None]] = {}
        self._calls_of: dict[str, dict[str, None]] = {}
        self._segments_of: dict[str, dict[str, None]] = {}
        self._ended: dict[str, None] = {}
        """Interactions that are over, in the order in which they ended."""
        self._engaged: dict[str, str] = {}
        self._said: dict[str, dict[str, None]] = {}
        self._suggested: dict[str, dict[str, None]] = {}

    def put(self, thing: Thing) -> None:
        """Make this value the current one of its thing."""
        match thing:
            case Agent():
                keep(self.ready, thing.id, when=thing.state == "ready")
            case Call():
                self._leave(self._calls_of, self._tables[Call].get(thing.id), thing)
                self._leave(self._running, self._tables[Call].get(thing.id), thing)
                keep(self._running.setdefault(thing.interaction, {}), thing.id, when=thing.ended is None)
                self._calls_of.setdefault(thing.interaction, {})[thing.id] = None
            case Party():
                self._put_party(thing)
            case Segment():
                self._leave(self._segments_of, self._tables[Segment].get(thing.id), thing)
                keep(self._open.setdefault(thing.agent, {}), thing.id, when=thing.phase != "closed")
                self._segments_of.setdefault(thing.interaction, {})[thing.id] = None
            case Utterance():
                self._said.setdefault(thing.call, {})[thing.id] = None
            case Suggestion():
                self._suggested.setdefault(thing.call, {})[thing.id] = None
            case Callback():
                keep(self._promised, thing.id, when=thing.state == "promised")
            case Interaction():
                keep(self._ended, thing.id, when=thing.ended is not None)
            case Duty() | Entry() | Notice():
                pass
            case _:
                assert_never(thing)
        self._tables[type(thing)][thing.id] = thing

    def get(self, thing: Thing) -> Thing | None:
        """The current value of the thing that `thing` is a value of."""
        found: Thing | None = self._tables[type(thing)].get(thing.id)
        return found

    def of_call(self, call: str) -> list[Party]:
        """All parties of a call, in the order they came."""
        return [self.parties[p] for p in self._of_call.get(call, ())]

    def live_in(self, call: str) -> list[Party]:
        """The parties of a call that are on the line or being brought to it."""
        return [p for p in self.of_call(call) if p.state in LIVE]

    def of_agent(self, agent: str, medium: Medium = "voice") -> list[Party]:
        """The agent's own live parties, oldest first: what makes them busy."""
        return [self.parties[p] for p in self._of_agent.get((agent, medium), ())]

    def open_segments(self, agent: str) -> list[Segment]:
        """The agent's segments that are not closed, oldest first."""
        return [self.segments[s] for s in self._open.get(agent, ())]

    def promised(self) -> list[Callback]:
        """The calls that are still to come."""
        return [self.callbacks[c] for c in self._promised]

    def said_in(self, call: str) -> list[Utterance]:
        """What was said in a call so far."""
        return [self.utterances[u] for u in self._said.get(call, ())]

    def suggested_in(self, call: str) -> list[Suggestion]:
        """What was suggested in a call so far."""
        return [self.suggestions[s] for s in self._suggested.get(call, ())]

    def running(self, interaction: str) -> list[Call]:
        """The interaction's calls that have not ended."""
        return [self.calls[c] for c in self._running.get(interaction, ())]

    def engaged(self, number: str) -> Party | None:
        """The customer's or third party's live party on this number, if there is one."""
        return self.parties.get(self._engaged.get(number, ""))

    def copy(self) -> Picture:
        """The same truth, apart from what happens to this one later."""
        twin = Picture()
        for table in self._tables.values():
            for thing in table.values():
                twin.put(thing)
        return twin

    def forget(self, before: int) -> None:
        """Drop the interactions that ended before this time and in which no segment is open, and what nobody needs to read any more."""
        for notice in [item for item in self.notices.values() if not item.holds(before)]:
            del self.notices[notice.id]
        done = []
        for ident in self._ended:
            if (self.interactions[ident].ended or 0) >= before:
                break
            segments = self._segments_of.get(ident, ())
            if all(self.segments[segment].phase == "closed" for segment in segments):
                done.append(ident)
        for ident in done:
            self._forget(ident)

    def state(self, *, closed: bool = True) -> dict[str, object]:
        """The whole truth as plain JSON: each agent with their segments, each segment with its calls and parties.

        `calls` holds those that no agent has yet, or any longer, a part in: callers in a queue, for one. `closed`: with the closed
        segments that are remembered.
        """
        segments: dict[str, list[dict[str, object]]] = {}
        for segment in self.segments.values():
            if segment.phase == "closed" and not closed:
                continue
            plain = _plain(segment)
            plain["calls"] = [self._call(c) for c in segment.calls]
            segments.setdefault(segment.agent, []).append(plain)
        served = {c for s in self.segments.values() if s.phase != "closed" for c in s.calls}
        return {
            "entries": {e.id: _plain(e) for e in self.entries.values()},
            "callbacks": {c.id: _plain(c) for c in self.promised()},
            "notices": {n.id: _plain(n) for n in self.notices.values()},
            "agents": {
                a.id: _plain(a)
                | {
                    "media": {d.medium: _plain(d) for d in self.duties.values() if d.agent == a.id},
                    "segments": segments.get(a.id, []),
                }
                for a in self.agents.values()
            },
            "calls": {
                c.id: self._call(c.id) for c in self.calls.values() if c.ended is None and c.id not in served
            },
        }

    def _call(self, call: str) -> dict[str, object]:
        plain = _plain(self.calls[call])
        plain["parties"] = [_plain(p) for p in self.of_call(call)]
        plain["said"] = [_plain(u) for u in self.said_in(call)]
        plain["suggested"] = [_plain(s) for s in self.suggested_in(call)]
        return plain

    def _forget(self, interaction: str) -> None:
        for call in self._calls_of.pop(interaction, ()):
            del self.calls[call]
            for party in self._of_call.pop(call, ()):
                del self.parties[party]
            for said in self._said.pop(call, ()):
                del self.utterances[said]
            for suggested in self._suggested.pop(call, ()):
                del self.suggestions[suggested]
        for segment in self._segments_of.pop(interaction, ()):
            del self.segments[segment]
        del self.interactions[interaction]
        del self._ended[interaction]
        self._running.pop(interaction, None)

    def _leave(
        self, index: dict[str, dict[str, None]], old: Call | Segment | None, new: Call | Segment
    ) -> None:
        """Take what has come into another interaction out of that in which it was."""
        if old is not None and old.interaction != new.interaction:
            index.get(old.interaction, {}).pop(new.id, None)

    def _put_party(self, party: Party) -> None:
        old = self.parties.get(party.id)
        if old is not None and old.call != party.call:
            self._of_call[old.call].pop(old.id)
        self._of_call.setdefault(party.call, {})[party.id] = None
        if party.agent is not None:
            own = self._of_agent.setdefault((party.agent, party.medium), {})
            keep(own, party.id, when=party.state in LIVE)
        elif party.medium != "voice":
            pass  # one can write while on the phone
        elif party.state in LIVE:
            self._engaged[party.number] = party.id
        elif self._engaged.get(party.number) == party.id:
            del self._engaged[party.number]


def keep(index: dict[str, None], key: str, *, when: bool) -> None:
    """Let a key stand in an index, behind those that are there, or not."""
    if when:
        index.setdefault(key)
    else:
        index.pop(key, None)


def _plain(thing: Thing) -> dict[str, object]:
    plain: dict[str, object] = msgspec.to_builtins(thing)
    del plain["type"]
    return plain


def everything(picture: Picture) -> Iterator[Thing]:
    """Every value of a picture, in a fixed order; two pictures hold the same truth if these are equal."""
    for table in picture._tables.values():  # noqa: SLF001 - of this very module
        yield from (table[key] for key in sorted(table))
