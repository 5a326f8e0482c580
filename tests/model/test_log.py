from __future__ import annotations

import pytest
from hypothesis import given

from cordboard.model import events as e
from cordboard.model.events import decode_event
from cordboard.model.ids import LinkId, Subject
from cordboard.model.log import checksum, draft, placed
from tests.model.strategies import events

PLACE = (Subject("agent/ann"), 7, 1_700_000_000_000, "o1", b'{"type":"AgentReady"}')


def test_the_checksum_of_a_known_entry() -> None:
    """Logs are checked with it for ever: this never changes."""
    assert checksum(*PLACE) == "debca6d0"
    assert checksum(Subject("agent/a"), 1, 0, "", b"") == "a298dd25"


@pytest.mark.parametrize(
    "other",
    [
        (Subject("agent/amn"), *PLACE[1:]),
        (*PLACE[:1], 8, *PLACE[2:]),
        (*PLACE[:2], 1_700_000_000_001, *PLACE[3:]),
        (*PLACE[:3], "o2", *PLACE[4:]),
        (*PLACE[:4], b'{"type":"AgentReadx"}'),
        (*PLACE[:4], PLACE[4][:-1]),
    ],
)
def test_the_checksum_covers_each_part(other: tuple[Subject, int, int, str, bytes]) -> None:
    assert checksum(*other) != checksum(*PLACE)


@given(events)
def test_a_draft_gets_its_place_and_keeps_its_body(event: e.Event) -> None:
    item = draft(Subject("agent/ann"), event, 5, "o")
    entry = placed(item, 3)
    assert (entry.subject, entry.seq, entry.at, entry.origin) == ("agent/ann", 3, 5, "o")
    assert entry.body is item.body
    assert entry.event is event
    assert decode_event(entry.body) == event
    assert entry.sum == checksum(entry.subject, 3, 5, "o", entry.body)
    assert len(entry.sum) == 8


def test_an_entry_cannot_be_changed() -> None:
    entry = placed(draft(Subject("agent/ann"), e.AgentReady(link=LinkId("sim")), 5), 1)
    with pytest.raises(AttributeError):
        entry.seq = 2  # type: ignore[misc]
