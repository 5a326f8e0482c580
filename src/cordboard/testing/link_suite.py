"""`LinkSuite`: what every link has to keep, as tests. A link's whole test file is one subclass of it."""

# ruff: noqa: D102 - a test's name is its contract
from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, ClassVar, get_args

import msgspec
import pytest

from cordboard.contract import (
    Called,
    Closed,
    CtiProtocol,
    Down,
    Failed,
    Link,
    LinkFrame,
    Opened,
    Replied,
    Scope,
    Settle,
    Wake,
    Woke,
)
from cordboard.hub.clock import RandomIds
from cordboard.kit.recording import plain
from cordboard.model import commands as c, events as e
from cordboard.model.entities import (
    AttachedData,
    Availability,
    Medium,
    SuperviseAction,
    Target,
    TargetKind,
)
from cordboard.model.errors import CallerError
from cordboard.model.ids import AgentId, CommandId, ContactId, LinkId, Subject, agent_subject
from cordboard.model.state import SubjectState
from cordboard.testing.declared import wrong_with
from cordboard.testing.emulator import Emulator
from cordboard.testing.garbage import GARBAGE, mutilated
from cordboard.testing.purity import impurities
from cordboard.testing.recorded import RecordedLink, kept_promise
from cordboard.testing.rig import SEED, LinkRig, likeness, link_rig
from cordboard.testing.vendor import ADDRESS, Vendor
from cordboard.testing.weight import weight
from cordboard.testing.workday import AGENT, CALLER, COLLEAGUE, SWITCH, offered, workday

STORIES = (
    "inbound",
    "missed",
    "declined",
    "abandoned-while-ringing",
    "outbound-answered",
    "outbound-busy",
    "hold",
    "consult-reconnect",
    "alternate",
    "warm-transfer",
    "blind-transfer-agent",
    "conference",
    "wrap-up",
)
"""What is told over every wire: scenarios of the simulated centre."""
CUT_STORY = "inbound"
"""The one in which the wire is cut after each frame."""
NOTICED = 120
"""Seconds within which a link notices that nobody is there any more."""
_AT = 1_767_225_600_000

WIRE_FAULTS: Mapping[str, Callable[[LinkRig], None]] = {
    "doubled": lambda rig: setattr(rig.faults, "doubled", True),
    "late": lambda rig: setattr(rig.faults, "late", 2_000),
    "reply-lost": lambda rig: setattr(rig.faults, "lose_replies", 2),
}
"""By their names in the catalogue: faults under which a story ends as it should all the same."""


@pytest.mark.asyncio
class LinkSuite(RecordedLink):
    """Subclass it and say which `protocol`, with which `settings`; pytest does the rest.

    The link is plugged into a real hub, and a vendor's double into the link: by default the protocol's own session end, with
    the simulated contact centre behind it (`Emulator`). Time is a virtual clock's, so nothing waits. Needs pytest-asyncio.
    """

    protocol: ClassVar[CtiProtocol]
    scope: ClassVar[Scope] = Scope(kind="tenant", link=LinkId("lk"))
    stories: ClassVar[tuple[str, ...]] = STORIES
    media: ClassVar[tuple[Medium, ...]] = tuple(Medium)
    """What the wire tells of; nothing is expected of the others."""
    services_untried: ClassVar[Mapping[str, str]] = {}
    """Services that the link offers and no double can do: why."""
    not_its_state: ClassVar[tuple[type, ...]] = ()
    """Types of what a link can reach but does not own: they may grow."""
    keeps: ClassVar[tuple[int, int]] = (15, 0)
    """How many calls, and how many seconds after them, it takes until a link has let go of the first ones."""
    can_be_silent: ClassVar[bool] = True
    """Whether there is a wire on which a vendor can fall silent."""
    has_frames: ClassVar[bool] = True
    """Whether frames of the vendor's come in by channels or replies, which can be garbage."""

    def settings(self, address: str) -> Mapping[str, Any]:
        """The link's settings against a vendor at this address."""
        raise NotImplementedError

    def vendor(self) -> Vendor:
        """A vendor's double, not open yet."""
        return Emulator(self.protocol)

    def likeness(self, state: SubjectState) -> object:
        """What has to be the same at the vendor and here."""
        return likeness(state, self.media)

    def so(self, vendor: Vendor) -> Mapping[Subject, object]:
        """What has to be shown of each subject, by the vendor's own account; a link of one agent tells of that one alone."""
        mine = agent_subject(self.scope.agent) if self.scope.kind == "agent" else None
        return {
            subject: self.likeness(state)
            for subject, state in vendor.truth().items()
            if mine in (None, subject)
        }

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

    # --- faults of the wire ------------------------------------------------------------------------------------------------

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
            for frame in _of_no_concern():
                assert not list(life.link.receive(frame)), (
                    f"a link that is down is over, and this one answers {frame}"
                )
            ready = _command(c.SetAgentState(state=Availability.READY), "late")
            told = [type(effect) for effect in life.link.execute(ready, _AT)]
            assert told in ([], [Settle]), (
                f"a link that is down is over, and this one does {told} with a command"
            )

    # --- commands ------------------------------------------------------------------------------------------------------------

    async def test_every_service_is_done(self) -> None:
        async with self.plugged() as rig:

            async def check(service: str) -> None:
                self._same(rig, f"after {service}")

            day = await workday(rig, check)
            missing = offered(rig) - day.done - set(self.services_untried)
            assert not missing, (
                f"{sorted(missing)}: offered by the link and never done in a day's work ("
                f"{ {name: day.outcomes.get(name, 'never asked for') for name in sorted(missing)} }). Mend it, or say in "
                "`services_untried` why no double can do it"
            )
            self._unflagged(rig)
            rig.tap.breaches.none()

    async def test_every_service_that_is_not_declared_is_refused(self) -> None:
        async with self.plugged() as rig:
            link = rig.tap.lives[-1].link
            for name, kind in sorted(SWITCH.items()):
                if name in self.protocol.services:
                    continue
                command = _command(_sample(kind), f"undeclared-{name}")
                outcomes = [
                    effect.outcome
                    for effect in link.execute(command, _AT)
                    if isinstance(effect, Settle) and effect.command == command.id
                ]
                assert len(outcomes) == 1, f"{name} is not declared: settle it at once, as refused"
                assert isinstance(outcomes[0], c.Refused), (
                    f"{name} is not declared, and came to {outcomes[0]}"
                )

    async def test_a_command_on_a_wire_that_is_cut_is_settled_once(self) -> None:
        for number in range(1, 5):
            async with self.plugged() as rig:
                await rig.vendor.act("log_on", agent=AGENT, state="ready")
                await rig.vendor.act("ring", to="8001", number=CALLER)
                await rig.advance(1)
                page = rig.page(AGENT)
                rig.cut_after(number)
                await page.answer()
                await rig.advance(60)
                assert len(page.outcomes) == 1, (
                    "a command on a wire that is cut has to be settled, by link or hub"
                )
                await rig.cut()
                await rig.until_up()
                self._same(rig, f"after a command that was cut at frame {number}")
                rig.tap.breaches.none()

    async def test_a_command_for_an_unknown_contact_is_refused(self) -> None:
        async with self.plugged() as rig:
            for kind in (c.AnswerCall, c.HoldCall, c.ClearConnection, c.CompleteContact):
                if kind.__name__ in self.protocol.services:
                    ident = f"unknown-{kind.__name__}"
                    rig.execute(_command(kind(contact=ContactId("no-such")), ident))
                    await rig.advance(40)
                    outcome = rig.tap.outcomes.get(ident)
                    assert isinstance(outcome, c.Refused), (
                        f"{kind.__name__} of a contact that nobody knows came to {outcome}: refuse it with a documented code"
                    )
            rig.tap.breaches.none()

    async def test_every_query_is_answered_once(self) -> None:
        async with self.plugged() as rig:
            for kind in get_args(c.Query):
                query = kind(name="x") if kind is c.GetSettings else kind()
                found = await rig.asked(agent_subject(AGENT), query)
                assert found is not None, (
                    f"{kind.__name__} was not answered: give one `Answer`, with `NoAnswer('not-supported')` if need be"
                )
            rig.tap.breaches.none()

    # --- garbage ---------------------------------------------------------------------------------------------------------------

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
            for frame in _of_no_concern():
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
                        at=_AT,
                        body=body,
                    )
                    reply = await rig.hub.call_link(self.scope.link, called)
                    assert reply.status < 500, f"{route.name} fails on {body!r}: {reply.status}"
            rig.tap.breaches.none()

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

    # --- what the checks stand on --------------------------------------------------------------------------------------------------

    def plugged(
        self, prepare: Callable[[LinkRig], None] = lambda _: None
    ) -> AbstractAsyncContextManager[LinkRig]:
        """A rig with this link and its double. `prepare` is called before it is plugged in."""
        return link_rig(self.protocol, self.vendor(), self.settings(ADDRESS), self.scope, prepare)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Stories, faults and recordings as parameters."""
        given: Mapping[str, Callable[[], list[str]]] = {
            "story": lambda: list(self.stories),
            "wire_fault": lambda: sorted(WIRE_FAULTS),
            "recording": self.recording_names,
        }
        for name in set(given) & set(metafunc.fixturenames):
            metafunc.parametrize(name, given[name]())

    def _link(self) -> Link:
        vendor = self.vendor()
        return self.protocol.link({**self.settings(ADDRESS), **vendor.settings}, self.scope, RandomIds(1))

    def _same(self, rig: LinkRig, when: str) -> None:
        for subject, so in self.so(rig.vendor).items():
            mine = rig.hub.state(subject)
            shown = self.likeness(mine) if mine is not None else None
            assert shown == so, (
                f"{when}, {subject} is not shown as it is at the vendor.\n  is:    {so}\n  shown: {shown}"
            )

    def _unflagged(self, rig: LinkRig) -> None:
        for subject, state in rig.hub.states.items():
            flags = [
                *state.flags,
                *(flag for item in (*state.contacts.values(), *state.recent) for flag in item.flags),
            ]
            assert not flags, (
                f"{subject}: {flags}. The events are not in an order that CSTA knows (`cordboard.model.tables`): tell the steps "
                "between, or another event"
            )

    async def _gap_is_told(self, rig: LinkRig, when: str) -> None:
        for subject, entries in (await rig.log()).items():
            told = [item.event for item in entries if isinstance(item.event, e.LinkUp | e.LinkDown)]
            served = [item for item in told if item.link == self.scope.link]
            if any(isinstance(item, e.LinkDown) for item in served):
                assert isinstance(served[-1], e.LinkUp), (
                    f"{when}, {subject} ends in LinkDown: tell LinkUp when it is back"
                )

    async def _calls(self, rig: LinkRig, count: int) -> None:
        for _ in range(count):
            made = await rig.vendor.act("ring", to="8001", number=CALLER)
            await rig.advance(1)
            await rig.vendor.act("answer_call", agent=AGENT, call=made["call"])
            await rig.vendor.act("customer_hang_up", call=made["call"])
            await rig.vendor.act("complete_wrap_up", agent=AGENT)
            await rig.advance(1)


def _command(service: c.Service, ident: str) -> c.Command:
    return c.Command(id=CommandId(ident), subject=agent_subject(AGENT), service=service)


def _sample(kind: type[c.Service]) -> c.Service:
    """A service with something in each field that it needs."""
    given = {field.name: _FILLED[field.name] for field in msgspec.structs.fields(kind) if field.required}
    return kind(**given)


_FILLED: Mapping[str, Any] = {
    "contact": ContactId("no-such"),
    "agent": AgentId(COLLEAGUE),
    "target": Target(kind=TargetKind.NUMBER, number="+442079460107"),
    "digits": "1",
    "data": AttachedData(),
    "mute": True,
    "state": Availability.READY,
    "disposition": "",
    "text": "hello",
    "due": _AT + 3_600_000,
    "callback": "no-such",
    "action": SuperviseAction.LISTEN,
}


def _of_no_concern() -> tuple[LinkFrame, ...]:
    """Frames of channels, timers and requests that no link ever had."""
    return (
        Opened(channel="no-such", at=_AT),
        Closed(channel="no-such", code=1006, reason="", at=_AT),
        Woke(name="no-such", at=_AT),
        Replied(name="no-such", status=200, headers={}, data=b"", at=_AT),
        Failed(name="no-such", reason="", sent=True, at=_AT),
    )
