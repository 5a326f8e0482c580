"""The session, under Cordboard's own suite: clients at our doors, with the simulated contact centre behind the hub."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from cordboard.model.fold import fold, initial
from cordboard.model.ids import LinkId, Subject, agent_subject
from cordboard.model.log import draft, placed
from cordboard.model.state import SubjectState
from cordboard.testing import Ask, Call, SessionSuite, Visit
from cordboard_wickerline import protocol, wire
from cordboard_wickerline.markup import Element, element, written
from cordboard_wickerline.notices import events, gauge, subject_of, whole
from cordboard_wickerline.routes import BASE

LINK = LinkId("client")


def heard(visit: Visit) -> Iterator[tuple[int, Element]]:
    """Each notice of the feed once, in its order."""
    last = 0
    for told in visit.told:
        data = told if isinstance(told, bytes) else told.encode()
        if data.startswith(b"<feed"):
            for number, notice in wire.feed_of(data).items:
                if number > last and notice is not None:
                    last = number
                    yield number, notice


def known(visit: Visit) -> Mapping[Subject, SubjectState]:
    """What a client knows, folded as a link would fold it."""
    states: dict[Subject, SubjectState] = {}
    for _, notice in heard(visit):
        if gauge(notice) is None:
            subject = subject_of(notice)
            for event in events(notice, LINK):
                state = states.get(subject) or initial(subject)
                states[subject] = fold(state, placed(draft(subject, event, event.at), state.seq + 1))
    return states


class TestWickerlineSession(SessionSuite):
    protocol = protocol

    async def join(self, visit: Visit) -> None:
        body = wire.Entry(name=visit.user, word="secret").written()
        answer = await visit.call("POST", f"{BASE}/entry", body=body)
        assert (answer.status, wire.welcome_of(answer.body).clerk) == (201, visit.agent)
        await self.refresh(visit)

    async def refresh(self, visit: Visit) -> None:
        """Poll until there is no more; who has left is told nothing."""
        while True:
            last = max((number for number, _ in heard(visit)), default=0)
            answer = await visit.call("GET", f"{BASE}/feed", query={"after": str(last), "hold": "0"})
            assert answer.status in (200, 401)
            if answer.status != 200 or wire.feed_of(answer.body).upto == last:
                return

    def view(self, visit: Visit) -> bytes:
        """The clerk and all that is under way; what is filed is as a client remembers it."""
        state = known(visit)[agent_subject(visit.agent)]
        return written(whole(state, 0, []))

    def requests(self, visit: Visit) -> Mapping[str, Ask]:
        state = known(visit)[agent_subject(visit.agent)]
        matter = next(iter(state.contacts), "none")
        last = str(max((number for number, _ in heard(visit)), default=0))

        def order(do: str, **more: str) -> Call:
            told = element("order", {"do": do, "clerk": visit.agent, "matter": matter, **more})
            return Call(path=f"{BASE}/orders", method="POST", body=written(told))

        return {
            "feed": Call(path=f"{BASE}/feed?after={last}&hold=5"),
            "feed of another": Call(path=f"{BASE}/feed?after=999"),
            "park": order("park", line="1"),
            "drop": order("drop", line="1"),
            "swap": order("swap"),
            "outcome": order("outcome", outcome="booked"),
            "stance": order("stance", **{"is": "resting", "why": "break"}),
            "nonsense": order("juggle"),
            "another's line": order("park", line="7"),
            "book": Call(path=f"{BASE}/book?like=noor"),
            "entry": Call(path=f"{BASE}/entry", method="POST", body=b"<entry/>"),
            "leaving": Call(path=f"{BASE}/entry", method="DELETE"),
        }
