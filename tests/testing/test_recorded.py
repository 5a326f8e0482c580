"""What the checks on recordings hold against a link, and what not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from cordboard import contract as k
from cordboard.kit import recording as r
from cordboard.model.ids import LinkId
from cordboard.testing.recorded import RecordedLink


class Refused:
    """A link that opens a channel, and goes down for good when the first word is a refusal."""

    def __init__(self, *, ends: bool) -> None:
        self._ends = ends
        self._over = False

    def start(self, at: int, resume: object) -> k.LinkEffects:
        del at, resume
        yield k.Open(channel="wire", kind="ws", url="wss://vendor.example")

    def receive(self, frame: k.LinkFrame) -> k.LinkEffects:
        if self._over:
            return
        match frame:
            case k.Received():
                self._over = True
                yield k.Down(retry="login", reason="password-refused")
            case k.Closed() if self._ends:
                self._over = True
                yield k.Down(retry="later", reason="closed")
            case _:
                pass


class RefusedProtocol:
    name = "refused"

    def __init__(self, *, ends: bool = True) -> None:
        self._ends = ends

    def link(self, *given: object) -> Refused:
        del given
        return Refused(ends=self._ends)


def suite(folder: Path, protocol: RefusedProtocol) -> RecordedLink:
    """The checks, with one recording of a login that was refused."""
    at = 1_000
    steps: list[r.Step] = [r.Start(at=at)]
    heard: list[k.LinkFrame] = [k.Opened(channel="wire", at=at), k.Received(channel="wire", data="no", at=at)]
    steps += [r.Heard(at=at, frame=r.plain(frame)) for frame in heard]
    provenance = r.Provenance(
        protocol="refused",
        end="link",
        story="refused",
        source="guess",
        obtained="made up",
        date="2026-01-01",
        scope=k.Scope(kind="tenant", link=LinkId("mine")),
    )
    recording = r.Recording(provenance=provenance, steps=tuple(steps))
    (folder / "refused.jsonl").write_text(r.dumps(recording), encoding="utf-8")
    made = RecordedLink()
    made.protocol = cast("Any", protocol)  # type: ignore[misc] # of this one object
    made.recordings = folder  # type: ignore[misc]
    return made


CHECKS: tuple[Callable[[RecordedLink], Any], ...] = (
    lambda made: made.test_a_recording_cut_at_each_frame_ends_the_link_properly("refused"),
    lambda made: made.test_a_recording_comes_to_the_same_twice("refused"),
    lambda made: made.test_a_recording_with_garbage_between_never_raises("refused"),
)


@pytest.mark.parametrize("check", CHECKS)
async def test_a_recording_in_which_the_link_goes_down_by_itself_is_no_fault(
    tmp_path: Path, check: Callable[[RecordedLink], Any]
) -> None:
    await check(suite(tmp_path, RefusedProtocol()))


async def test_a_link_that_does_nothing_about_a_cut_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="neither goes `Down`"):
        await CHECKS[0](suite(tmp_path, RefusedProtocol(ends=False)))
