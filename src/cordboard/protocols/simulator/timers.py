"""What the switch will do later by itself, in order of time and then of setting."""

from __future__ import annotations

import heapq

import msgspec

from cordboard.protocols.simulator.picture import ConnectionState, Picture


class Deliver(msgspec.Struct, frozen=True, kw_only=True):
    """The dialled call goes through: `party` is the dialling agent's, `to` the text dialled."""

    party: str
    to: str


class NoAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The party has rung long enough."""

    party: str


class Answers(msgspec.Struct, frozen=True, kw_only=True):
    """A number that behaves by itself picks up, or a phone that answers by itself."""

    party: str


class ToneEnds(msgspec.Struct, frozen=True, kw_only=True):
    """The failed party's tone has been heard long enough."""

    party: str


class MaxWait(msgspec.Struct, frozen=True, kw_only=True):
    """The queue gives the call up."""

    party: str


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """The caller gives up, if they still wait since `armed`."""

    party: str
    armed: int


class WrapUpEnds(msgspec.Struct, frozen=True, kw_only=True):
    """The time for wrap-up is over."""

    segment: str


class Distribute(msgspec.Struct, frozen=True, kw_only=True):
    """An agent who declined a call may be offered it again."""


class Speaks(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the call's dialogue is half spoken, or wholly."""

    call: str
    line: int
    whole: bool


class Reacts(msgspec.Struct, frozen=True, kw_only=True):
    """The customer of a chat answers."""

    call: str


class Leaves(msgspec.Struct, frozen=True, kw_only=True):
    """Someone outside has nothing more to say."""

    party: str


Timer = (
    Deliver
    | NoAnswer
    | Answers
    | ToneEnds
    | MaxWait
    | Patience
    | WrapUpEnds
    | Distribute
    | Speaks
    | Reacts
    | Leaves
)


class Timers:
    """A heap of timers. Those whose occasion has passed are dropped, not fired."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._heap: list[tuple[int, int, Timer]] = []
        self._set = 0

    def set(self, at: int, timer: Timer) -> None:
        """Fire `timer` at this time; equal times fire in the order they were set."""
        self._set += 1
        heapq.heappush(self._heap, (at, self._set, timer))

    def next_due(self) -> int | None:
        """When the next timer fires that still has its occasion."""
        while self._heap and not self._pending(self._heap[0][2]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def pop(self, until: int) -> tuple[int, Timer] | None:
        """The next timer due at or before `until`, with its time."""
        due = self.next_due()
        if due is None or due > until:
            return None
        at, _, timer = heapq.heappop(self._heap)
        return at, timer

    def _pending(self, timer: Timer) -> bool:
        match timer:
            case Deliver(party=party):
                return self._is(party, "initiated")
            case NoAnswer(party=party) | Answers(party=party):
                return self._is(party, "alerting")
            case ToneEnds(party=party):
                return self._is(party, "fail")
            case MaxWait(party=party):
                return self._is(party, "queued")
            case Patience(party=party):
                return self._is(party, "connected")
            case WrapUpEnds(segment=segment):
                found = self._picture.segments.get(segment)
                return found is not None and found.phase == "wrap_up"
            case Distribute():
                return True
            case Speaks(call=call) | Reacts(call=call):
                running = self._picture.calls.get(call)
                return running is not None and running.ended is None
            case Leaves(party=party):
                return self._is(party, "connected")

    def _is(self, party: str, state: ConnectionState) -> bool:
        found = self._picture.parties.get(party)
        return found is not None and found.state == state
