"""`SessionSuite`: what every session has to keep, as tests. A session's whole test file is one subclass of it."""

# ruff: noqa: D102 - a test's name is its contract
from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from itertools import zip_longest
from typing import ClassVar

import pytest
from msgspec.structs import replace

from cordboard.contract import (
    Ask as AskEffect,
    Claim,
    CtiProtocol,
    Execute,
    Faults,
    Guard,
    Route,
    SessionEffect,
    Settle,
    Share,
    SignIn,
    SignOut,
    Unwatch,
    Watch,
)
from cordboard.hub.clock import RandomIds
from cordboard.hub.maintenance import Order
from cordboard.model.commands import SERVICES, Kind
from cordboard.model.errors import ERRORS, CallerError
from cordboard.model.ids import agent_subject
from cordboard.testing.centre import ContactCentre
from cordboard.testing.chronicle import EVENTS, everything, story, told_of
from cordboard.testing.declared import wrong_with
from cordboard.testing.garbage import GARBAGE, mutilated
from cordboard.testing.purity import impurities
from cordboard.testing.recorded import kept_promise
from cordboard.testing.stage import SEED, Stage, empty_stage, live_stage
from cordboard.testing.visit import Ask, Call, Say, Visit
from cordboard.testing.weight import weight
from cordboard.testing.workday import AGENT, CALLER, COLLEAGUE

PATIENCE = 60
"""Seconds of the test's clock within which every call gets its reply, and every page hears what became of what it asked."""
STRANGER, STRANGERS_NUMBER = "Zebulon Quill", "+44 20 7946 0133"
"""Who calls the other agent: nobody else may hear of them."""


@pytest.mark.asyncio
class SessionSuite:
    """Subclass it and say which `protocol`, how a page joins (`join`), what it shows (`view`) and can ask for (`requests`).

    Sessions sit on a real hub, reached by the protocol's own doors, in memory and on a virtual clock. Needs pytest-asyncio.
    """

    protocol: ClassVar[CtiProtocol]
    requests_without_answer: ClassVar[frozenset[str]] = frozenset()
    """Requests that lead to something and are never answered."""
    not_its_state: ClassVar[tuple[type, ...]] = ()
    """Types of what a session can reach but does not own."""
    untold: ClassVar[Mapping[str, str]] = {}
    """Events that are neither said nor ignored, since the wire says them with another one: why."""

    async def join(self, visit: Visit) -> None:
        """Become a page of `visit.agent` that shows the agent: sign in, subscribe, whatever the protocol asks for."""
        raise NotImplementedError

    def view(self, visit: Visit) -> object:
        """What the page shows now, made of what it was `told`. Compared with ``==``."""
        raise NotImplementedError

    def requests(self, visit: Visit) -> Mapping[str, Ask]:
        """Every documented request by its name, as this page, whose agent talks to a customer, would make it now."""
        raise NotImplementedError

    async def refresh(self, visit: Visit) -> None:
        """Fetch what is new, on a wire on which pages ask. Called before `view`."""

    # --- what the protocol says of itself --------------------------------------------------------------------------------

    async def test_the_protocol_is_told_as_data(self) -> None:
        wrong = wrong_with(self.protocol)
        if not self._doors("http") and not self._doors("ws"):
            wrong.append("it has no `routes` for sessions: nobody can come in")
        assert not wrong, "\n".join(wrong)

    async def test_the_tier_follows_from_what_there_is(self) -> None:
        wrong = kept_promise(self.protocol)
        assert not wrong, "\n".join(wrong)

    async def test_its_modules_do_no_io(self) -> None:
        session = type(self.protocol.session(None, RandomIds(1)))
        wrong = sorted({*impurities(session.__module__), *impurities(type(self.protocol).__module__)})
        assert not wrong, "\n".join(wrong)

    # --- what pages are shown ----------------------------------------------------------------------------------------------

    async def test_joining_at_every_entry_shows_the_same(self) -> None:
        log = await story("warm-transfer")
        first = next(n for n, item in enumerate(log) if item.subject == agent_subject(AGENT)) + 2
        async with empty_stage(self.protocol) as stage:
            for item in log[:first]:
                await stage.tell(item)
            page = await self._joined(stage)
            for number, item in enumerate(log[first:], first):
                await stage.tell(item)
                if item.subject != agent_subject(AGENT):
                    continue
                late = await self._joined(stage)
                await self.refresh(page)
                shown, so = self.view(late), self.view(page)
                assert shown == so, (
                    f"who joins at entry {number} ({type(item.event).__name__}) is shown something else than who was there.\n"
                    f"  from the start: {so}\n  just joined:    {shown}"
                )
                late.leave()
            stage.tap.breaches.none()

    async def test_every_event_is_told_or_declared_ignored(self) -> None:
        told: set[str] = set()
        async with empty_stage(self.protocol) as stage:
            page = None
            for item in told_of(await everything(), agent_subject(AGENT)):
                if page is None and stage.hub.state(item.subject) is not None:
                    page = await self._joined(stage)
                before = len(page.told) if page is not None else 0
                await stage.tell(item)
                if page is None:
                    continue
                await self.refresh(page)
                name = type(item.event).__name__
                if len(page.told) > before and self._doors("ws"):
                    told.add(name)
                    assert name not in self.protocol.ignores, (
                        f"{name} is declared in `ignores`, and a page was told something for it: strike it there"
                    )
            stage.tap.breaches.none()
        if not self._doors("ws"):
            return  # pages that ask hear no events, but what is so
        silent = {kind.__name__ for kind in EVENTS} - told - self.protocol.ignores - set(self.untold)
        assert not silent, (
            f"{sorted(silent)} never led to a word: map them, or declare them in `ignores` (or, where another event says it, in the "
            "suite's `untold`)"
        )

    async def test_nothing_is_told_of_another_agent(self) -> None:
        async with live_stage(self.protocol) as (stage, centre):
            await self._talking(centre)
            mine, other = await self._joined(stage), await self._joined(stage, COLLEAGUE)
            await centre.act("log_on", agent=COLLEAGUE, state="ready")
            await centre.act("ring", to="2002", number=STRANGERS_NUMBER, name=STRANGER)
            await centre.advance(1)
            for request in self.requests(mine).values():
                await mine.ask(request)
            await self.refresh(mine)
            await self.refresh(other)
            heard = "\n".join(_text(item) for item in mine.told)
            for secret in (STRANGER, re.sub(r"\D", "", STRANGERS_NUMBER)):
                assert secret not in heard, (
                    f"the page of {AGENT} was told {secret!r}, who calls {COLLEAGUE}: keep to the subjects of the identity"
                )
            stage.tap.breaches.none()

    async def test_what_all_see_is_encoded_once(self) -> None:
        if not self._doors("ws"):
            pytest.skip("no socket: what pages ask for is put together for each")
        async with empty_stage(self.protocol) as stage:
            log = told_of(await story("hold"), agent_subject(AGENT))
            for item in log[:2]:
                await stage.tell(item)
            pages = [await self._joined(stage) for _ in range(3)]
            for item in log[2:]:
                before = [len(page.sent) for page in pages]
                entry, old, new = await stage.tell(item)
                if not self.protocol.render(entry, old, new):
                    continue
                sent = [
                    {id(effect.data) for effect in page.sent[n:]}
                    for page, n in zip(pages, before, strict=True)
                ]
                assert set.intersection(*sent), (
                    f"{type(item.event).__name__}: `render` made it once, and each page was sent its own copy: pass on `rendered`"
                )

    async def test_maintenance_changes_nothing_of_what_is_shown(self) -> None:
        """Whether a protocol has words for it or not: it is told to pages that are there and to those to come, before their first frame."""
        async with live_stage(self.protocol) as (stage, centre):
            await self._talking(centre)
            page = await self._joined(stage)
            so = self.view(page)
            for order in (
                Order(do="announce", after=60_000, text="Tonight"),
                Order(do="start"),
                Order(do="start", graceful=False),
            ):
                stage.hub.maintain(order, "suite")
                await stage.hub.settled()
                late = await self._joined(stage)
                for who, shown in (("who was there", self.view(page)), ("who comes", self.view(late))):
                    assert shown == so, f"{order.do}: {who} is shown {shown}, and not {so}"
                late.leave()
            stage.hub.maintain(Order(do="complete"), "suite")
            stage.hub.maintain(Order(do="cancel"), "suite")
            await page.advance(PATIENCE)
            stage.tap.breaches.none()

    async def test_the_same_news_give_the_same_effects(self) -> None:
        async with live_stage(self.protocol) as (stage, centre):
            await self._talking(centre)
            page = await self._joined(stage)
            for request in self.requests(page).values():
                await page.ask(request)
            await page.advance(5)
            for number, tapped in enumerate(stage.tap.sessions):
                again = self.protocol.session(tapped.identity, RandomIds(SEED + number))
                for tell, done in zip(tapped.told, tapped.done, strict=True):
                    same = list(tell(again))
                    assert same == done, (
                        f"told the same, a session did {done} once and {same} the next time: whatever is not in what it is told has "
                        "to come from the injected `Ids`"
                    )

    # --- what pages ask for ----------------------------------------------------------------------------------------------

    async def test_every_request_leads_to_something(self) -> None:
        wrong = []
        async with live_stage(self.protocol) as (stage, centre):
            await self._talking(centre)
            names = list(self.requests(await self._joined(stage)))
        for name in names:
            async with live_stage(self.protocol) as (stage, centre):
                await self._talking(centre)
                page = await self._joined(stage)
                before, asked = len(page.told), _done_by(stage)
                await page.ask(self.requests(page)[name])
                await page.advance(PATIENCE)
                wrong += self._wrong(name, _asked_for(stage, asked), answered=len(page.told) > before)
                wrong += stage.tap.breaches
        assert not wrong, "\n".join(dict.fromkeys(wrong))

    async def test_every_outcome_is_told(self, outcome: str) -> None:
        """Whether it was done, refused by the contact centre, or never answered by it."""
        async with live_stage(self.protocol) as (stage, centre):
            await self._talking(centre)
            asked = await self._a_command()
            if asked is None:
                pytest.skip("no request of this protocol is a command")
            page = await self._joined(stage)
            if outcome == "refused":
                await centre.fault(refuse="no-free-line")
            elif outcome == "unanswered":
                await centre.fault(silent=True)
            before = len(page.told)
            await page.ask(self.requests(page)[asked])
            if outcome == "unanswered":
                await page.advance(PATIENCE)
            assert len(page.told) > before, (
                f"{asked} was {outcome}, and the page was told nothing: `settle` has to say so"
            )
            stage.tap.breaches.none()

    async def test_every_call_gets_exactly_one_reply(self) -> None:
        async with live_stage(self.protocol) as (stage, centre):
            await self._talking(centre)
            page = await self._joined(stage)
            headers = {"authorization": f"Bearer {page.secret}"}
            for route in self._doors("http"):
                for body in (b"", b"{}", b"[]", b"\xff\x00", b'{"id":7,"service":{}}', b"<a/>"):
                    for sent in ({}, headers):
                        await self._one_reply(page, route, body, sent)
            await page.advance(PATIENCE)
            for tapped in stage.tap.sessions:
                unanswered = [call for call, count in tapped.calls.items() if count != 1]
                assert not unanswered, (
                    f"{len(unanswered)} calls got no reply: exactly one, now or within {PATIENCE} s"
                )
            stage.tap.breaches.none()

    async def test_what_the_edge_refuses_is_said_in_the_protocols_words(self) -> None:
        if not isinstance(self.protocol, Faults):
            pytest.skip("the protocol has no words of its own for it: JSON is sent")
        for route in self._doors("http"):
            for code, kind in ERRORS.items():
                told = self.protocol.fault(route, CallerError(code, kind.text))
                assert told is None or told.status >= BLAMED, (
                    f"{route.name}: {code} is told with {told.status}, and a client takes that for success"
                )

    # --- garbage -------------------------------------------------------------------------------------------------------------

    async def test_garbage_never_raises(self) -> None:
        if not self._doors("ws"):
            pytest.skip("no socket")
        async with live_stage(self.protocol) as (stage, centre):
            call = await self._talking(centre)
            good, page = await self._joined(stage), await self._joined(stage)
            for data in GARBAGE:
                for route in self._doors("ws"):
                    stranger = stage.visit(AGENT)
                    await stranger.open(
                        _filled(route.path), headers={"authorization": f"Bearer {good.secret}"}
                    )
                    stranger.say(data)
                    await stranger.settled()
                    stranger.leave()
                if page.closed is not None:
                    page = await self._joined(stage)
                page.say(data)
                await page.settled()
            before = len(good.told)
            await centre.act("hold_call", agent=AGENT, call=call)
            assert len(good.told) > before, (
                "after garbage from one page, the agent's other page hears nothing any more"
            )
            stage.tap.breaches.none()

    async def test_mutilated_requests_never_raise(self) -> None:
        async with live_stage(self.protocol) as (stage, centre):
            await self._talking(centre)
            page = await self._joined(stage)
            requests = self.requests(page).values()
            said = [_said(request) for request in requests if isinstance(request, Say)]
            for data in mutilated(said):
                if page.closed is not None:
                    page = await self._joined(stage)
                page.say(data)
                await page.settled()
            for request in requests:
                if isinstance(request, Call):
                    for data in mutilated([_said(request)]):
                        body = data if isinstance(data, bytes) else data.encode()
                        await page.ask(replace(request, body=body))
            await page.advance(PATIENCE)
            stage.tap.breaches.none()

    # --- state -----------------------------------------------------------------------------------------------------------------

    async def test_a_session_does_not_grow_for_ever(self) -> None:
        async with live_stage(self.protocol) as (stage, centre):
            page = await self._joined(stage)
            tapped = stage.tap.sessions[-1]
            await centre.act("log_on", agent=AGENT, state="ready")
            await self._calls(centre, page, 25)
            first = weight(tapped.session, without=self.not_its_state)
            await self._calls(centre, page, 25)
            second = weight(tapped.session, without=self.not_its_state)
            assert second < first * 1.25, (
                f"the session held {first} bytes after 25 calls and {second} after 50: let go of what is over"
            )

    # --- what the checks stand on ------------------------------------------------------------------------------------------------

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Outcomes as parameters."""
        if "outcome" in metafunc.fixturenames:
            metafunc.parametrize("outcome", ["done", "refused", "unanswered"])

    async def _joined(self, stage: Stage, agent: str = AGENT) -> Visit:
        page = stage.visit(agent)
        await self.join(page)
        await page.settled()
        await self.refresh(page)
        assert page.closed is None, (
            f"the page of {agent} was closed with {page.closed} while it joined; it was told {page.told[-3:]}"
        )
        return page

    async def _talking(self, centre: ContactCentre) -> str:
        """The agent talks to a customer; the call."""
        await centre.act("log_on", agent=AGENT, state="ready")
        call = await centre.ring("bookings", number=CALLER)
        await centre.act("answer_call", agent=AGENT, call=call)
        return call

    async def _calls(self, centre: ContactCentre, page: Visit, count: int) -> None:
        for _ in range(count):
            call = await centre.ring("bookings", number=CALLER)
            await centre.act("answer_call", agent=AGENT, call=call)
            await centre.act("customer_hang_up", call=call)
            await centre.act("complete_wrap_up", agent=AGENT)
            await self.refresh(page)

    async def _a_command(self) -> str | None:
        """The name of a request that is a command of the contact centre's, to hold or to hang up if there is one."""
        async with live_stage(self.protocol) as (stage, centre):
            await self._talking(centre)
            page = await self._joined(stage)
            for name, request in self.requests(page).items():
                before = _done_by(stage)
                await page.ask(request)
                found = [item for item in _asked_for(stage, before) if isinstance(item, Execute)]
                if found and SERVICES[type(found[0].command.service)].kind is Kind.SWITCH:
                    return name
        return None

    def _wrong(self, name: str, asked: Sequence[SessionEffect], *, answered: bool) -> list[str]:
        wrong = []
        if not asked and not answered:
            wrong.append(f"{name} led to nothing: give a command, a query, an answer or an error")
        elif not answered and name not in self.requests_without_answer:
            wrong.append(
                f"{name} led to {asked}, and the page never heard what became of it: `settle` and `answer` tell it"
            )
        idents = [item.command.id for item in asked if isinstance(item, Execute)]
        if len(idents) != len(set(idents)):
            wrong.append(f"{name} gave several commands one id: {idents}")
        return wrong

    async def _one_reply(self, page: Visit, route: Route, body: bytes, headers: Mapping[str, str]) -> None:
        answer = page.begin(route.method, _filled(route.path), headers=headers, body=body)
        for _ in range(PATIENCE):
            await page.settled()
            if answer.done():
                break
            await page.advance(1)
        assert answer.done(), f"{route.name} gave no reply to {body!r} within {PATIENCE} s"
        status = answer.result().status
        assert status < FAILED or status in LATE, (
            f"{route.name} fails on {body!r} with {status}: blame the caller, by a 4xx"
        )

    def _doors(self, kind: str) -> list[Route]:
        return [
            route
            for route in self.protocol.routes
            if route.end == "session" and route.kind == kind and not route.page
        ]


BLAMED = 400
FAILED, LATE = 500, (502, 504)
"""A reply that blames us; those that blame the contact centre are honest."""
_NAMES: Mapping[str, str] = {"kind": "agent", "id": AGENT, "agent": AGENT, "user": AGENT}


def _filled(path: str) -> str:
    """The path with something for each of its names."""
    return re.sub(r"\{(\w+)\}", lambda found: _NAMES.get(found[1], "some"), path)


def _done_by(stage: Stage) -> list[int]:
    """How much each session has done so far: a page may have several."""
    return [len(tapped.effects) for tapped in stage.tap.sessions]


def _asked_for(stage: Stage, since: Sequence[int]) -> list[SessionEffect]:
    """All that sessions have wanted of the hub since then."""
    return [
        effect
        for tapped, done in zip_longest(stage.tap.sessions, since, fillvalue=0)
        if not isinstance(tapped, int)
        for effect in tapped.effects[done:]
        if isinstance(
            effect, Execute | AskEffect | Watch | Share | Claim | Guard | Unwatch | Settle | SignIn | SignOut
        )
    ]


def _text(told: str | bytes) -> str:
    return told if isinstance(told, str) else told.decode(errors="replace")


def _said(request: Ask) -> dict[str, str]:
    data = request.data if isinstance(request, Say) else request.body
    return {"data": _text(data) if isinstance(data, str | bytes) else json.dumps(data)}
