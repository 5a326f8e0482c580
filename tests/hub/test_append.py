"""What is appended in one turn of the loop is written together, in the order in which it was said."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence

from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.hub import BATCH, Hub
from cordboard.model.events import NoteTaken
from cordboard.model.ids import ContactId, Subject, agent_subject
from cordboard.model.log import Draft, Entry, draft
from cordboard.store.memory import MemoryStore

ANN, BEN = agent_subject("ann"), agent_subject("ben")


class Counting(MemoryStore):
    """A real store that says how much it was given at once."""

    def __init__(self) -> None:
        super().__init__()
        self.batches: list[int] = []

    def append(self, drafts: Sequence[Draft]) -> Awaitable[Sequence[Entry]]:
        self.batches.append(len(drafts))
        return super().append(drafts)


def note(subject: Subject, text: str, origin: str = "") -> Draft:
    return draft(subject, NoteTaken(contact=ContactId("k"), text=text), 1, origin)


async def begun() -> tuple[Hub, Counting]:
    store = Counting()
    hub = Hub(store, clock=VirtualClock(), ids=RandomIds(1), protocols={})
    await hub.start()
    return hub, store


async def texts(hub: Hub, subject: Subject) -> list[str]:
    entries = await hub.entries(subject, 0, 10_000)
    return [entry.event.text for entry in entries if isinstance(entry.event, NoteTaken)]


async def test_one_turn_is_one_append() -> None:
    hub, store = await begun()
    written = [hub.append([note(ANN, "1"), note(BEN, "a")]), hub.append([note(ANN, "2")])]
    assert [await item for item in written] == [True, True]
    assert store.batches == [3]
    assert await hub.append([note(ANN, "3")]) is True
    assert store.batches == [3, 1]
    assert (await texts(hub, ANN), await texts(hub, BEN)) == (["1", "2", "3"], ["a"])
    await hub.stop()


async def test_a_turn_with_much_in_it_is_several_appends_and_keeps_its_order() -> None:
    hub, store = await begun()
    said = [str(number) for number in range(3 * BATCH + 7)]
    for text in said:
        hub.append([note(ANN, text)])
    await hub.settled()
    assert store.batches == [BATCH, BATCH, BATCH, 7]
    assert await texts(hub, ANN) == said
    await hub.stop()


async def test_what_no_log_can_hold_keeps_nothing_else_out() -> None:
    hub, _ = await begun()
    first, bad, last = (
        hub.append([note(ANN, "1")]),
        hub.append([note(ANN, "?", origin="\ud800")]),
        hub.append([note(ANN, "2", origin="prüf")]),
    )
    assert [await first, await bad, await last] == [True, False, True]
    assert await texts(hub, ANN) == ["1", "2"]
    await hub.stop()
