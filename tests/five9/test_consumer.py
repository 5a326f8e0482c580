"""An hour of a page that knows nothing of Cordboard: each of its agent's calls is started once and ended once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from random import Random

from tests.five9.site import Site

HOUR = 3_600
LIKELY = 0.15
"""That something goes wrong between two things."""
Fault = Callable[[], Awaitable[None]]
MIA, NOOR = "mia", "noor"


class Day:
    """What happens at the switch, with something that goes wrong now and then, between any two things."""

    def __init__(self, site: Site, seed: int, *, quiet: bool = False) -> None:
        self.site = site
        self.calls = 0
        """Of the calls that Mia talked in, consults of hers counted as Five9 counts them: as calls."""
        self.faults: list[str] = []
        self._random = Random(seed)
        self._quick: tuple[Fault, ...] = () if quiet else (site.deafen, site.fail_over, site.restart)
        self._wrong: tuple[Fault, ...] = () if quiet else (*self._quick, site.cut, site.upgrade)

    async def go_on(self, *, ringing: bool = False) -> None:
        """Some time passes, and perhaps something goes wrong; while it rings nothing that takes long, or nobody would answer in time."""
        await self.site.passes(self._random.uniform(1, 5 if ringing else 15))
        wrong = self._quick if ringing else self._wrong
        if wrong and self._random.random() < LIKELY:
            fault = self._random.choice(wrong)
            self.faults.append(fault.__name__)
            await fault()

    async def do(self, name: str, agent: str = MIA, *, rings: bool = False, **params: object) -> str:
        """An agent does something; the id of the call that came of it."""
        told = await self.site.act(name, agent=agent, **params)
        await self.go_on(ringing=rings)
        return str(told.get("call", ""))

    async def caller(self) -> str:
        """Somebody calls, and Mia answers."""
        number = f"+44 20 7946 0{self._random.randrange(100, 1000)}"
        call = str((await self.site.act("ring", to="2001", number=number, patience=120))["call"])
        await self.go_on(ringing=True)
        await self.do("answer_call", call=call)
        self.calls += 1
        return call

    async def gone(self, call: str, agent: str = MIA) -> None:
        """The call ends at one end or the other, and the agent is done with it."""
        if self._random.random() < 0.5:
            await self.site.act("customer_hang_up", call=call)
        else:
            await self.site.act("clear_connection", agent=agent, call=call)
        await self.go_on()
        await self.done(call, agent)

    async def done(self, call: str, agent: str = MIA) -> None:
        """Wrap-up is over."""
        await self.site.act("complete_wrap_up", agent=agent)
        await self.go_on()

    async def asked(self, call: str) -> str:
        """Mia asks Noor about the call, and Noor answers."""
        consult = await self.do("consultation_call", call=call, to="2002", rings=True)
        await self.do("answer_call", agent=NOOR, call=consult)
        self.calls += 1
        return consult

    # --- kinds of calls ----------------------------------------------------------------------------------------------------

    async def plain(self) -> None:
        await self.gone(await self.caller())

    async def held(self) -> None:
        call = await self.caller()
        for _ in range(self._random.randrange(1, 4)):
            await self.do("hold_call", call=call)
            await self.do("retrieve_call", call=call)
        await self.gone(call)

    async def handed_over(self) -> None:
        call = await self.caller()
        await self.asked(call)
        await self.do("transfer_call", call=call)
        await self.done(call)
        await self.gone(call, NOOR)

    async def sent_on(self) -> None:
        call = await self.caller()
        await self.do("single_step_transfer_call", call=call, to="2002", rings=True)
        await self.do("answer_call", agent=NOOR, call=call)
        await self.done(call)
        await self.gone(call, NOOR)

    async def consulted(self) -> None:
        call = await self.caller()
        await self.asked(call)
        await self.do("reconnect_call", call=call)
        await self.gone(call)

    async def three(self) -> None:
        call = await self.caller()
        await self.asked(call)
        await self.do("conference_call", call=call)
        await self.site.act("clear_connection", agent=NOOR, call=call)
        await self.go_on()
        await self.done(call, NOOR)
        await self.gone(call)


def test_a_page_hears_the_start_and_the_end_of_each_call_once_in_an_hour_of_calls_and_troubles() -> None:
    async def hour() -> None:
        async with Site(replay=True, transferred_then_dispositioned=True) as site:
            day = Day(site, 5)
            end = site.clock.now() + HOUR * 1000
            kinds = (day.plain, day.held, day.handed_over, day.sent_on, day.consulted, day.three)
            served = 0
            while site.clock.now() < end:
                await kinds[served % len(kinds)]()
                served += 1
            await site.passes(60)
            page = site.page
            assert page.connected
            assert sorted(page.started) == sorted(page.ended)
            assert len(page.started) == day.calls >= 40
            for told in page.raw:
                assert [item for item, count in told.items() if count != 1] == []
            assert set(day.faults) == {"deafen", "fail_over", "cut", "restart", "upgrade"}
            assert 0 < page.restarts <= day.faults.count("deafen")

    asyncio.run(hour())


def test_on_a_quiet_line_the_predicates_are_true_once_for_each_call_though_nothing_is_replayed() -> None:
    async def quiet() -> None:
        async with Site() as site:
            day = Day(site, 1, quiet=True)
            for kind in (day.plain, day.held, day.consulted, day.three):
                await kind()
            (told,) = site.page.raw
            assert len(site.page.started) == len(site.page.ended) == day.calls
            assert set(told.values()) == {1}

    asyncio.run(quiet())


def test_a_page_of_a_faithful_hub_has_to_drop_what_it_has_heard_and_then_counts_right() -> None:
    async def faithful() -> None:
        async with Site(faithful=True) as site:
            day = Day(site, 1, quiet=True)
            await day.held()
            (told,) = site.page.raw
            (session,) = site.page.started
            assert (site.page.ended, day.calls) == ([session], 1)
            assert told["start", session] > 1 == told["end", session]

    asyncio.run(faithful())
