"""Checks of `LinkSuite`: a wire that is cut, doubled, late, silent, and one that brings garbage."""

# ruff: noqa: D102 - a test's name is its contract
from __future__ import annotations

import pytest

from cordboard.contract import Called, Down, Settle, Wake
from cordboard.kit.recording import plain
from cordboard.model import commands as c, events as e
from cordboard.model.entities import Availability
from cordboard.testing.garbage import GARBAGE, mutilated
from cordboard.testing.plugged_link import AT, CUT_STORY, WIRE_FAULTS, PluggedLink, command_of, of_no_concern
from cordboard.testing.rig import LinkRig
from cordboard.testing.workday import AGENT

NOTICED = 120
"""Seconds within which a link notices that nobody is there any more."""


class FaultyWire(PluggedLink):
    """What a link has to bear. `LinkSuite` has them."""

    async def test_a_cut_while_signing_in_ends_in_what_is_so(self) -> None:
        async with self.plugged() as rig:
            frames = rig.carried
        for number in sorted({1, 2, 3, 4, frames // 2, frames - 1, frames} - {0, -1}):
            async with self.plugged(lambda rig, number=number: rig.cut_first(number)) as rig:  # type: ignore[misc] # mypy infers no lambda with a default
                await rig.until_up()
                await rig.advance(1)  # what is told in parts begins with LinkUp, and goes on
                await rig.until_up()
                self._same(rig, f"after a cut at frame {number} of signing in for the first time")
                rig.tap.breaches.none()

    async def test_a_cut_while_coming_back_ends_in_what_is_so(self) -> None:
        async with self.plugged() as rig:
            begun = rig.carried
            await rig.cut()
            await rig.until_up()
            for number in range(1, rig.carried - begun + 1):
                await rig.cut()
                rig.cut_after(number)
                await rig.until_up()
                await rig.advance(1)
                await rig.until_up()
                self._same(rig, f"after a cut at frame {number} of coming back")
            rig.tap.breaches.none()

    async def test_a_cut_after_any_frame_ends_in_what_is_so(self) -> None:
        async with self.plugged() as rig:
            begun = rig.carried
            await rig.play(CUT_STORY)
            for number in range(1, rig.carried - begun + 1):
                rig.cut_after(number)
                await rig.play(CUT_STORY)
                where = f"after a cut at frame {number} of {CUT_STORY!r}"
                self._same(rig, where)
                await self._gap_is_told(rig, where)
                rig.tap.breaches.none()

    @pytest.mark.matrix
    async def test_a_cut_after_any_frame_of_a_transfer_ends_in_what_is_so(self) -> None:
        number, fallen = 0, True
        while fallen:
            number += 1
            async with self.plugged() as rig:
                rig.cut_after(number)
                await rig.play("warm-transfer")
                fallen = rig.fallen
                self._same(rig, f"after a cut at frame {number} of 'warm-transfer'")
                rig.tap.breaches.none()

    async def test_a_faulty_wire_ends_in_what_is_so(self, wire_fault: str) -> None:
        async with self.plugged() as rig:
            WIRE_FAULTS[wire_fault](rig)
            await rig.play("warm-transfer")
            await rig.advance(5)
            self._same(rig, f"with a wire that is {wire_fault}")
            rig.tap.breaches.none()

    async def test_a_vendor_that_falls_silent_is_noticed(self) -> None:
        if not self.can_be_silent:
            pytest.skip("there is no wire")
        async with self.plugged() as rig:
            rig.faults.silent = True
            waited = 0
            while rig.up:
                assert waited < NOTICED, (
                    f"nothing came for {NOTICED} s and the link is still up: ask for a sign of life by a timer, and go `Down`"
                )
                await rig.advance(1)
                waited += 1
            await rig.vendor.act("log_on", agent=AGENT, state="ready")
            rig.faults.silent = False
            await rig.until_up()
            self._same(rig, "after a silence")
            rig.tap.breaches.none()

    async def test_a_link_that_is_down_is_over(self) -> None:
        async with self.plugged() as rig:
            await rig.cut()
            await rig.until_up()
            life = rig.tap.lives[0]
            if not any(isinstance(effect, Down) for effects in life.done for effect in effects):
                pytest.skip("the link has no wire to lose")
            for frame in of_no_concern():
                assert not list(life.link.receive(frame)), (
                    f"a link that is down is over, and this one answers {frame}"
                )
            ready = command_of(c.SetAgentState(state=Availability.READY), "late")
            told = [type(effect) for effect in life.link.execute(ready, AT)]
            assert told in ([], [Settle]), (
                f"a link that is down is over, and this one does {told} with a command"
            )

    async def test_garbage_is_kept_and_never_fatal(self) -> None:
        if not self.has_frames:
            pytest.skip("nothing of a vendor's comes in")
        async with self.plugged() as rig:
            for data in GARBAGE:
                before, lives = rig.tap.unrecognised, len(rig.tap.lives)
                await rig.inject(data)
                assert rig.tap.unrecognised > before or len(rig.tap.lives) > lives or not rig.up, (
                    f"{data[:60]!r} came and left no trace: emit `Unrecognised`, so that it can be looked at"
                )
                await rig.until_up()
            await rig.play(CUT_STORY)
            self._same(rig, "after garbage")
            rig.tap.breaches.none()

    async def test_mutilated_frames_never_raise(self) -> None:
        if not self.has_frames:
            pytest.skip("nothing of a vendor's comes in")
        async with self.plugged() as rig:
            await rig.play("warm-transfer")
            heard = [plain(frame) for life in rig.tap.lives for frame in life.heard]
            for data in mutilated(heard):
                await rig.inject(data)
                await rig.until_up()
            rig.tap.breaches.none()

    async def test_frames_of_no_concern_do_nothing(self) -> None:
        async with self.plugged() as rig:
            link = rig.tap.lives[-1].link
            for frame in of_no_concern():
                told = [item for item in link.receive(frame) if not isinstance(item, Wake)]
                assert not told, (
                    f"{frame} is of a channel, timer or request that the link never had, and led to {told}"
                )

    async def test_a_door_of_the_link_gets_one_reply(self) -> None:
        doors = [route for route in self.protocol.routes if route.end == "link" and not route.page]
        if not doors:
            pytest.skip("the link has no doors")
        async with self.plugged() as rig:
            for number, route in enumerate(doors):
                for body in (b"", b"{", b"[]", b"\xff\x00", b'{"name":7}'):
                    called = Called(
                        call=f"door-{number}-{len(body)}",
                        route=route.name,
                        method=route.method,
                        at=AT,
                        body=body,
                    )
                    reply = await rig.hub.call_link(self.scope.link, called)
                    assert reply.status < 500, f"{route.name} fails on {body!r}: {reply.status}"
            rig.tap.breaches.none()

    async def _gap_is_told(self, rig: LinkRig, when: str) -> None:
        for subject, entries in (await rig.log()).items():
            told = [item.event for item in entries if isinstance(item.event, e.LinkUp | e.LinkDown)]
            served = [item for item in told if item.link == self.scope.link]
            if any(isinstance(item, e.LinkDown) for item in served):
                assert isinstance(served[-1], e.LinkUp), (
                    f"{when}, {subject} ends in LinkDown: tell LinkUp when it is back"
                )
