"""Recordings as text: what goes in comes out, and what is wrong is named by its line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st

from cordboard import contract as k
from cordboard.kit import recording as r
from cordboard.model import commands as c
from cordboard.model.entities import Availability
from cordboard.model.errors import CallerError
from cordboard.model.ids import CommandId, LinkId, Subject

TOLD = r.Provenance(
    protocol="native",
    end="link",
    story="x",
    source="own",
    obtained="by hand",
    date="2026-11-21",
    scope=k.Scope(kind="tenant", link=LinkId("lk")),
)
TEXTS = st.text(max_size=12)
NAMES = st.dictionaries(TEXTS, TEXTS, max_size=2)
DATA = TEXTS | st.binary(max_size=12)
FRAMES: Mapping[type, st.SearchStrategy[Any]] = {
    k.Opened: st.builds(k.Opened, channel=TEXTS, at=st.integers(0), query=NAMES),
    k.Received: st.builds(k.Received, channel=TEXTS, data=DATA, at=st.integers(0)),
    k.Closed: st.builds(k.Closed, channel=TEXTS, code=st.integers(0, 4999), reason=TEXTS, at=st.integers(0)),
    k.Woke: st.builds(k.Woke, name=TEXTS, at=st.integers(0)),
    k.Called: st.builds(
        k.Called, call=TEXTS, route=TEXTS, method=TEXTS, at=st.integers(0), body=st.binary(max_size=9)
    ),
    k.Replied: st.builds(
        k.Replied,
        name=TEXTS,
        status=st.integers(100, 599),
        headers=NAMES,
        data=st.binary(max_size=12),
        at=st.integers(0),
    ),
    k.Failed: st.builds(k.Failed, name=TEXTS, reason=TEXTS, sent=st.booleans(), at=st.integers(0)),
}


def test_every_frame_of_a_link_is_tried() -> None:
    assert set(FRAMES) == set(get_args(k.LinkFrame))


@given(st.one_of(list(FRAMES.values())))
def test_a_frame_comes_back_as_it_was(frame: k.LinkFrame) -> None:
    assert r.frame(r.plain(frame)) == frame


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x0c", "\x1e", "\r", "\n", "\r\n"])
def test_a_text_may_have_ends_of_lines_in_it(end: str) -> None:
    told = k.Received(channel="wire", data=f"two{end}lines", at=1)
    recording = r.Recording(provenance=TOLD, steps=(r.Heard(at=1, frame=r.plain(told)),))
    assert r.loads(r.dumps(recording)) == recording


def test_a_recording_comes_back_as_it_was() -> None:
    command = c.Command(
        id=CommandId("m"), subject=Subject("agent/ann"), service=c.SetAgentState(state=Availability.READY)
    )
    steps = (
        r.Start(at=1, resume={Subject("agent/ann"): "e.1"}),
        r.Heard(at=2, frame=r.plain(k.Received(channel="c", data=b"\xff", at=2))),
        r.Executed(at=3, command=command),
        r.Asked(at=4, ask="q", subject=Subject("agent/ann"), query=c.GetReasons()),
    )
    recording = r.Recording(provenance=TOLD, steps=steps)
    assert r.loads(r.dumps(recording)) == recording
    assert r.dumps(recording).count("\n") == 5


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "line 1"),
        ("{}", "line 1"),
        (r.dumps(r.Recording(provenance=TOLD, steps=())) + "{", "line 2"),
        (r.dumps(r.Recording(provenance=TOLD, steps=())) + '{"do":"dance"}', "line 2"),
        (
            r.dumps(r.Recording(provenance=TOLD, steps=())) + '{"do":"frame","at":1,"frame":{"type":"X"}}',
            "line 2",
        ),
        (
            r.dumps(r.Recording(provenance=TOLD, steps=()))
            + '{"do":"frame","at":1,"frame":{"type":"Woke","at":1,"name":"x","more":1}}',
            "line 2",
        ),
    ],
)
def test_what_is_wrong_is_named(text: str, line: str) -> None:
    with pytest.raises(CallerError) as caught:
        r.loads(text)
    assert caught.value.details == {"field": line}


def test_what_came_of_steps_is_told_by_their_numbers() -> None:
    effects = [(), (k.Wake(name="x", after=5), k.Send(channel="c", data=b"hi"))]
    (line,) = r.golden(effects).splitlines()
    assert line == (
        '{"step":2,"effects":[{"type":"Wake","name":"x","after":5},'
        '{"type":"Send","channel":"c","data":{"bytes":"hi"}}]}'
    )
