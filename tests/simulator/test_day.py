"""Days of large centres in virtual time: people in all media, campaigns, pages, faults of wire and hub, and the books at the end.

At every hour, and at the end, what is so on the switch is held against what the hub has folded its log into, and against
what a second fold of some agents' logs comes to; the counters are held against a count. At the end every contact that was ever
opened on the hub was closed exactly once, as the switch says, and everybody who came or was called has one fate.
"""

from __future__ import annotations

import pytest

from tests.simulator.day import Day, lived
from tests.simulator.large import large

ENDINGS = {"completed", "missed", "declined", "abandoned", "failed", "transferred"}
KINDS = {
    "conferenced", "transferred", "held", "retrieved", "held-alone", "recording-started", "segment-paused", "said", "suggested",
    "message-posted", "callback-promised", "callback-done", "entry-changed", "supervising", "segment-wrap-up", "digits",
    "disposition-set", "agent-logged-off", "agent-pending",
}  # fmt: skip


def all_there(day: Day) -> None:
    """Everything that a contact centre knows was in it."""
    fates: dict[str, set[str]] = {}
    for kind, fate in day.book.fates.values():
        fates.setdefault(kind, set()).add(fate)
    modes = {f"campaign {plan.mode}" for plan in day.centre.campaigns}
    assert fates.keys() == {"inbound", "outbound", "internal", "chat", "task", "callback", *modes}
    assert all("answered" in found for found in fates.values())
    assert {"answered", "abandoned"} <= fates["inbound"]
    assert {ended for medium, ended in day.book.offers if medium == "voice"} == ENDINGS
    assert {medium for medium, ended in day.book.offers if ended == "completed"} >= {"voice", "chat", "task"}
    assert {"Done", "Refused"} <= day.outcomes.keys()
    assert day.drops > 0
    assert day.ledger.losses > 0


async def test_two_hours_of_sixty_agents_balance() -> None:
    centre = large(60, curve=[1.0] * 24, shifts=False)
    day = await lived(centre, 120, commands=3, faults=0.2, restarts=1, dials=(5, 100))
    all_there(day)
    assert len(day.book.fates) > 1200
    assert day.met.keys() >= {"drop", "delay", "duplicate", "reorder", "refuse", "silent"}


@pytest.mark.matrix
@pytest.mark.timeout(3600)
async def test_a_day_of_five_hundred_agents_balances() -> None:
    day = await lived(large(500), 24 * 60, commands=4, faults=0.05, restarts=3)
    all_there(day)
    assert day.book.kinds.keys() >= KINDS
    assert len(day.book.fates) > 40_000
