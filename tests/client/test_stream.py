import pytest

from cordboard.client.stream import Gap, advanced, joined
from cordboard.model.entities import AgentState
from cordboard.model.events import AgentReady
from cordboard.model.ids import LinkId, Subject
from cordboard.model.log import draft, placed
from cordboard.model.view import Change, View
from cordboard.protocols.native import wire

ANN = Subject("agent/ann")
STATE = AgentState(link=LinkId("sim"))


def entry(seq: int, change: Change | None = None) -> wire.Entry:
    return wire.told(placed(draft(ANN, AgentReady(), 5), seq), change)


def test_a_stream_begins_as_the_hub_has_it_and_moves_entry_by_entry() -> None:
    message = wire.Joined(
        subject=ANN, epoch="e", position="e.4", recovered=None, view=View(subject=ANN), gauges={"x": 1.0}
    )
    stream = joined(message)
    assert (stream.position, stream.gauges) == ("e.4", {"x": 1.0})
    assert advanced(stream, entry(4)) is None
    newer = advanced(stream, entry(5, Change(states={"sim/voice": STATE})))
    assert newer is not None
    assert newer.position == "e.5"
    assert newer.view.states == {"sim/voice": STATE}
    gone = advanced(newer, entry(6, Change(states={"sim/voice": None})))
    assert gone is not None
    assert gone.view.states == {}
    with pytest.raises(Gap):
        advanced(gone, entry(8))
