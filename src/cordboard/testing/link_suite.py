"""`LinkSuite`: what every link has to keep, as tests. A link's whole test file is one subclass of it."""

# ruff: noqa: D102 - a test's name is its contract
from __future__ import annotations

import pytest

from cordboard.hub.clock import RandomIds
from cordboard.model.errors import CallerError
from cordboard.testing.declared import wrong_with
from cordboard.testing.link_commands import CommandedLink
from cordboard.testing.link_faults import FaultyWire
from cordboard.testing.plugged_link import CUT_STORY, STORIES, WIRE_FAULTS
from cordboard.testing.purity import impurities
from cordboard.testing.recorded import kept_promise
from cordboard.testing.rig import SEED, LinkRig
from cordboard.testing.vendor import ADDRESS
from cordboard.testing.weight import weight
from cordboard.testing.workday import AGENT, CALLER

__all__ = ["CUT_STORY", "STORIES", "WIRE_FAULTS", "LinkSuite"]


@pytest.mark.asyncio
class LinkSuite(FaultyWire, CommandedLink):
    """Subclass it and say which `protocol`, with which `settings`; pytest does the rest.

    The link is plugged into a real hub, and a vendor's double into the link: by default the protocol's own session end, with
    the simulated contact centre behind it (`Emulator`). Time is a virtual clock's, so nothing waits. Needs pytest-asyncio.
    """

    # --- what the protocol says of itself ------------------------------------------------------------------------------

    async def test_the_protocol_is_told_as_data(self) -> None:
        wrong = wrong_with(self.protocol)
        if not self.protocol.services:
            wrong.append("it declares no `services`: a link that can do nothing needs no suite")
        assert not wrong, "\n".join(wrong)

    async def test_the_tier_follows_from_what_there_is(self) -> None:
        wrong = kept_promise(self.protocol)
        assert not wrong, "\n".join(wrong)

    async def test_its_modules_do_no_io(self) -> None:
        link = type(self._link())
        wrong = sorted({*impurities(link.__module__), *impurities(type(self.protocol).__module__)})
        assert not wrong, "\n".join(wrong)

    async def test_wrong_settings_are_refused_by_name(self) -> None:
        settings = {**self.settings(ADDRESS), "no-such-setting": 1}
        with pytest.raises(CallerError) as caught:
            self.protocol.link(settings, self.scope, RandomIds(1))
        assert caught.value.details.get("field"), (
            "`link` has to raise CallerError('bad-field', ..., {'field': <name>}) for a setting that it does not know: "
            "whoever misspelt one has to be told which"
        )

    # --- stories ---------------------------------------------------------------------------------------------------------

    async def test_the_link_comes_up_and_tells_who_is_there(self) -> None:
        async with self.plugged() as rig:
            assert rig.up, f"the link is not up: {rig.hub.links}"
            self._same(rig, "at the start")
            assert await rig.log(), "the link told of nobody: emit LinkUp for each subject that it serves"
            rig.tap.breaches.none()

    async def test_what_the_link_tells_is_what_is_so(self, story: str) -> None:
        async with self.plugged() as rig:
            await rig.play(story)
            self._same(rig, f"after {story!r}")
            self._unflagged(rig)
            rig.tap.breaches.none()

    async def test_what_the_link_tells_is_so_at_every_moment(self) -> None:
        async with self.plugged() as rig:
            await rig.vendor.begin("warm-transfer", pause=1)
            while not await rig.vendor.over():
                await rig.advance(1)
                self._same(rig, "in the middle of 'warm-transfer'")
            rig.tap.breaches.none()

    async def test_the_same_frames_give_the_same_effects(self) -> None:
        async with self.plugged() as rig:
            await rig.play(CUT_STORY)
            page = rig.page(AGENT)
            await page.not_ready("break")
            await rig.cut()
            await rig.until_up()
            life = rig.tap.lives[0]
        double = self.vendor()
        await double.open()
        try:
            settings = {**self.settings(ADDRESS), **double.settings}
            link = self.protocol.link(settings, self.scope, RandomIds(SEED))
            for tell, done in zip(life.told, life.done, strict=True):
                same = list(tell(link))[: len(done)]
                assert same == done, (
                    f"told the same, a link did {done} once and {same} the next time; whatever is not in the frames has to come "
                    "from the injected `Ids`"
                )
        finally:
            await double.close()

    # --- state -------------------------------------------------------------------------------------------------------------------

    async def test_a_link_does_not_grow_for_ever(self) -> None:
        calls, pause = self.keeps
        weights = []
        async with self.plugged() as rig:
            await rig.vendor.act("log_on", agent=AGENT, state="ready")
            for _ in range(3):
                await self._calls(rig, calls)
                await rig.advance(pause)
                weights.append(weight(rig.tap.lives[-1].link, without=self.not_its_state))
            _, first, second = weights
            assert second < first * 1.25, (
                f"the link held {first} bytes after {2 * calls} calls and {second} after {3 * calls}: let go of what is over. "
                "If it is to keep more than that, say how much in `keeps`"
            )

    async def _calls(self, rig: LinkRig, count: int) -> None:
        for _ in range(count):
            made = await rig.vendor.act("ring", to="8001", number=CALLER)
            await rig.advance(1)
            await rig.vendor.act("answer_call", agent=AGENT, call=made["call"])
            await rig.vendor.act("customer_hang_up", call=made["call"])
            await rig.vendor.act("complete_wrap_up", agent=AGENT)
            await rig.advance(1)
