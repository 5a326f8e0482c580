"""A walk: an agent at a page works as chance has it, and between the steps everything fails that can, also two things at once."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from cordboard.hub.maintenance import Order
from cordboard.model import commands as c
from cordboard.model.entities import AttachedData, Availability, Contact, Phase, Target, TargetKind
from cordboard.testing import Trouble
from cordboard.testing.rig import LinkRig
from cordboard.testing.workday import SWITCH
from tests.five9.gaps import Moment, picture
from tests.five9.link_rig import AGENT, SUBJECT
from tests.five9.rough import AGENTS, LOGIN, METADATA, SOCKET, RoughVendor, refusals

PATIENCE = 240
"""Seconds of the test's clock within which all has to be as it should after a fault."""
LOOK = 0.25
"""Seconds between two looks whether it is."""
COLLEAGUE = "noor"
FRIEND = "+442079460107"

ANSWERS = tuple(refusals(""))
"""What can become of a request, at any time and while the link logs in."""


@dataclass(slots=True)
class Report:
    """What a walk came to. Recovery: virtual seconds from when a fault was over, or was there at once, until all is shown as it is."""

    faults: Counter[str] = field(default_factory=Counter)
    recovery: dict[str, list[float]] = field(default_factory=dict)
    outcomes: Counter[str] = field(default_factory=Counter)
    overlaps: int = 0

    def back(self, kind: str, seconds: float) -> None:
        """So long it took."""
        self.recovery.setdefault(kind, []).append(seconds)


class Walk:
    """The agent, the world and the faults. All of it from one seed."""

    def __init__(self, rig: LinkRig, vendor: RoughVendor, seed: int) -> None:
        self.rig = rig
        self.vendor = vendor
        self.random = Random(seed)
        self.report = Report()
        self.page = rig.page(AGENT)
        self.colleague = rig.page(COLLEAGUE)
        self.asked: Counter[str] = Counter()
        self.moments: list[Moment] = []
        """When all was calm and shown as it is: both logs' positions."""
        self._over_at = 0
        """When the fault of now is over; 0: there is none, or it has been recovered from."""
        self._name = ""
        self._profile = rig.hub.states[SUBJECT].profile
        self._numbers = itertools.count(1)
        self._rings = itertools.count(1)
        self._begun: dict[str, Callable[[], Awaitable[None]]] = {
            "cut": lambda: self._trouble("cut"),
            "reset": lambda: self._trouble("reset"),
            "half-open": lambda: self._trouble("half-open"),
            "stall": lambda: self._lasts("stall", 1, 9),
            "stall-long": lambda: self._lasts("stall", 40, 60),
            "delay": lambda: self._lasts("delay", 5, 20, by=self.random.uniform(0.1, 3)),
            "throttle": lambda: self._lasts("throttle", 5, 20, rate=2_000),
            "duplicate": lambda: self._frames("duplicate", 6),
            "reorder": lambda: self._frames("reorder", 3),
            "refuse": lambda: self._away("refuse"),
            "mute": lambda: self._away("mute"),
            "certificate": lambda: self._away("certificate"),
            "garbage": lambda: self._trouble(
                "say", body=self.random.choice((b"", b"{", b'{"context": 7}', b"null"))
            ),
            **{kind: self._answered(kind) for kind in ANSWERS},
            **{f"login-{kind}": self._at_login(kind) for kind in ANSWERS},
            "login-cut": self._login_cut,
            "socket-503": self._socket_refused,
            "expired": self._expired,
            "expired-for-two": self._expired_for_two,
            "expired-at-snapshot": self._expired_at_snapshot,
            "restarted": self._restarted,
            "migration": self._migration,
            "maintenance": self._maintenance,
            "gone-1003": self._gone,
            "duplicate-login": self._duplicate_login,
            "rival": self._rival,
            "rival-at-once": self._rival_at_once,
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        """Every fault that there is."""
        return tuple(self._begun)

    # --- steps -------------------------------------------------------------------------------------------------------------

    async def step(self) -> None:
        """Something ordinary happens."""
        rings = any(item.phase is Phase.OFFERED for item in self.colleague.contacts)
        match 4 if rings and self.random.random() < 0.5 else self.random.randrange(12):
            case 0 | 1:
                number = f"+4420794{next(self._rings):05}"
                await self._world("ring", to="8001", number=number, patience=60)
            case 2:
                await self._world("customer_hang_up", call=self._call())
            case 3:
                await self._world("customer_answer", call=self._call())
            case 4:
                await self._another()
            case _:
                await self._agent()
        await self.advance(self.random.choice((0.05, 0.5, 1, 3)))

    async def advance(self, seconds: float) -> None:
        """Let time pass, and look."""
        await self.rig.advance(seconds)
        self.look()

    def look(self) -> None:
        """Where all is calm, all is shown as it is: at every moment, not in the end alone."""
        if not (self.rig.up and self.vendor.calm):
            return
        so, shown = self._so(), self._shown()
        assert so == shown, f"{self.rig.clock.now()}: calm, and\nis    {so}\nshown {shown}"
        profile = self.rig.hub.states[SUBJECT].profile
        assert profile == self._profile, f"the lists that the agent chooses from are others: {profile}"
        near, far = self.rig.hub.states[SUBJECT].seq, self.vendor.truth()[SUBJECT].seq
        self.moments.append(Moment(near, far))
        if self._name and self.rig.clock.now() >= self._over_at > 0:
            self.report.back(self._name, (self.rig.clock.now() - self._over_at) / 1000)
            self._name = ""

    # --- faults ------------------------------------------------------------------------------------------------------------

    async def fault(self, *kinds: str) -> None:
        """These faults, each begun before the one before it is over, something ordinary in them, and the way back."""
        self.report.overlaps += len(kinds) > 1
        self._over_at = 0
        self._name = kinds[0] if len(kinds) == 1 else "two at once"
        for kind in kinds:
            self.report.faults[kind] += 1
            await self._begun[kind]()
            for _ in range(self.random.randint(0, 2)):
                await self.step()
        # Whom nothing has met by now it has not met; what lasts ends in its time.
        self.vendor.heal("answer", "lose-answer", "spoil-answer", "duplicate", "reorder")
        self.vendor.expires_at = ""
        await self._back()

    def _there(self, seconds: float = 0) -> None:
        """The fault is over in so many seconds."""
        self._over_at = max(self._over_at, self.rig.clock.now() + round(seconds * 1000))

    async def _back(self) -> None:
        """Wait until all is shown as it is at the vendor."""
        rig, end = self.rig, self.rig.clock.now() + PATIENCE * 1000
        pressed = rig.clock.now()
        self.look()
        while self._name or not (rig.up and self.vendor.calm):
            assert rig.clock.now() < end, f"{rig.hub.links}\nis    {self._so()}\nshown {self._shown()}"
            await self.advance(LOOK)
            (status,) = rig.hub.links.values()
            if status.state == "login" and rig.clock.now() - pressed > 5_000:
                driver = rig.hub.driver(status.link)
                assert driver is not None
                driver.start()  # a person has said that this one may
                pressed = rig.clock.now()
        rig.tap.breaches.none()

    def same(self) -> bool:
        """Whether the agent is shown as the vendor has them."""
        return self._so() == self._shown()

    def _so(self) -> object:
        return picture(self.vendor.truth()[SUBJECT], far=True)

    def _shown(self) -> object:
        return picture(self.rig.hub.states[SUBJECT])

    async def _until(self, done: Callable[[], bool], more: Callable[[], Awaitable[None]]) -> None:
        """Go on with this until that is so."""
        end = self.rig.clock.now() + PATIENCE * 1000
        while not done():
            assert self.rig.clock.now() < end, f"it does not end: {self.rig.hub.links}"
            await more()

    async def _met(self, kind: str, more: Callable[[], Awaitable[None]]) -> None:
        """Go on until something meets the fault: what nothing meets is none."""
        before = self.vendor.met[kind]
        await self._until(lambda: self.vendor.met[kind] > before, more)
        self._there()

    async def _lost(self) -> None:
        """Go on until the link has noticed: nothing is closed, so it is alone with that."""
        lives = len(self.rig.tap.lives)
        await self._until(lambda: not self.rig.up or len(self.rig.tap.lives) > lives, self._second)

    async def _second(self) -> None:
        await self.advance(1)

    async def _trouble(self, kind: str, **more: object) -> None:
        """Make it until something meets it: while another fault lasts there may be nothing."""
        await self._meets(kind, lambda: self.vendor.make(Trouble(kind=kind, **more)))  # type: ignore[arg-type]
        if kind == "half-open":
            await self._lost()

    async def _frames(self, kind: str, times: int) -> None:
        await self.vendor.make(Trouble(kind=kind, times=times))  # type: ignore[arg-type]
        await self._met(kind, self._order)
        await self._until(lambda: self.vendor.sound or not self.rig.up, self._order)

    async def _meets(self, kind: str, make: Callable[[], Awaitable[None]]) -> None:
        async def again() -> None:
            await self._wait_or_press()
            await make()

        before = self.vendor.met[kind]
        await make()
        await self._until(lambda: self.vendor.met[kind] > before, again)
        self._there()
        await self.rig.settled()

    async def _lasts(self, kind: str, least: float, most: float, **more: object) -> None:
        trouble = Trouble(kind=kind, seconds=round(self.random.uniform(least, most), 2), **more)  # type: ignore[arg-type]
        before, end = self.vendor.met[kind], 0

        async def again() -> None:
            nonlocal end
            if self.rig.clock.now() >= end:
                end = self.rig.clock.now() + round(trouble.seconds * 1000)
                await self.vendor.make(trouble)
                self._there(trouble.seconds)
            await self._order()

        await self._until(lambda: self.vendor.met[kind] > before, again)
        if self.random.random() < 0.5:
            return  # something else begins in the middle of it
        await self._until(lambda: self.rig.clock.now() >= end, self.step)

    async def _away(self, kind: str) -> None:
        """Nobody comes through for a while, and all that is open ends."""
        before, end = self.vendor.met[kind], 0
        trouble = Trouble(kind=kind, seconds=round(self.random.uniform(2, 30), 2))  # type: ignore[arg-type]

        async def again() -> None:
            nonlocal end
            if self.rig.clock.now() >= end:
                end = self.rig.clock.now() + round(trouble.seconds * 1000)
                await self.vendor.make(trouble)
                await self.vendor.make(Trouble(kind="cut"))
                self._there(trouble.seconds)
            await self._wait_or_press()

        await self._until(lambda: self.vendor.met[kind] > before, again)

    def _answered(self, kind: str) -> Callable[[], Awaitable[None]]:
        async def begin() -> None:
            trouble = refusals(AGENTS)[kind]
            for _ in range(self.random.randint(1, 3)):
                await self.vendor.make(trouble)
            await self._met(trouble.kind, self._order)
            if self.random.random() < 0.5:
                await self._until(lambda: self.vendor.sound, self._order)

        return begin

    def _at_login(self, kind: str) -> Callable[[], Awaitable[None]]:
        """A fault of logging in: of the login itself, or of any of the requests that follow it."""

        async def begin() -> None:
            trouble = refusals(self.random.choice((LOGIN, LOGIN, AGENTS, "/")))[kind]
            await self.vendor.make(trouble)
            await self.vendor.make(Trouble(kind="cut"))
            await self._met(trouble.kind, self._wait_or_press)

        return begin

    async def _login_cut(self) -> None:
        await self.vendor.make(Trouble(kind="cut"))
        await self.rig.settled()
        self.rig.cut_after(self.random.randint(1, 18))
        await self._until(lambda: self.rig.fallen, self._wait_or_press)
        self._there()

    async def _socket_refused(self) -> None:
        await self.vendor.make(refusals(SOCKET)["503"])
        await self.vendor.make(Trouble(kind="cut"))
        await self._met("answer", self._wait_or_press)

    async def _wait_or_press(self) -> None:
        await self.advance(LOOK)
        (status,) = self.rig.hub.links.values()
        if status.state == "login" and (driver := self.rig.hub.driver(status.link)) is not None:
            driver.start()

    async def _expired(self) -> None:
        logins, self.vendor.expired = self.vendor.logins, True
        await self._until(lambda: self.vendor.logins > logins, self._order)
        self._there()

    async def _expired_for_two(self) -> None:
        """Two orders in the same instant learn it: one login serves both."""
        logins, self.vendor.expired = self.vendor.logins, True
        both = [
            c.SetAgentState(state=Availability.READY),
            c.SetAgentState(state=Availability.NOT_READY, reason="lunch"),
        ]
        lives = len(self.rig.tap.lives)
        for service in both:
            self.asked[type(service).__name__] += 1
            self.page.begin(service)
        await self.rig.settled()
        await self._until(lambda: not self.vendor.expired, self._wait_or_press)
        self._there()
        assert self.vendor.logins == logins + 1 or len(self.rig.tap.lives) > lives

    async def _expired_at_snapshot(self) -> None:
        self.vendor.expires_at = "/presence"
        await self.vendor.make(Trouble(kind="cut"))
        await self._until(lambda: not self.vendor.expires_at, self._wait_or_press)
        self._there()

    async def _restarted(self) -> None:
        self.vendor.expired = True
        code = self.random.choice((1001, 1006, 1012))
        await self._meets("close", lambda: self.vendor.hang_up(code, "going away"))

    async def _migration(self) -> None:
        await self._meets("say", lambda: self.vendor.tell(70, "STARTED"))
        await self.vendor.tell(self.random.choice((1001, 1002)), "Domain Migrated", METADATA)
        for _ in range(self.random.randint(0, 3)):
            await self.step()
        await self.vendor.tell(73, "COMPLETED", "IDLE_MAINTENANCE")
        self.vendor.muted = True
        await self._lost()
        self._there()

    async def _maintenance(self) -> None:
        """An operator's words at the vendor: whoever is there may finish, and begins anew; or at once."""
        hub = self.vendor.hub
        hub.maintain(Order(do="start", graceful=self.random.random() < 0.5), "ops")
        for _ in range(self.random.randint(0, 3)):
            await self.step()
        hub.maintain(Order(do="complete"), "ops")
        await self.advance(LOOK)
        self._there()

    async def _gone(self) -> None:
        await self._meets("say", lambda: self.vendor.tell(self.random.choice((1000, 1003))))
        await self.vendor.hang_up(1003)

    async def _duplicate_login(self) -> None:
        await self._meets("say", lambda: self.vendor.tell(1020))
        await self.vendor.hang_up(3000, "duplicate")

    async def _rival(self) -> None:
        await self.vendor.rival()
        self._there()

    async def _rival_at_once(self) -> None:
        """In the very instant in which the link logs in."""
        logins = self.vendor.logins
        await self.vendor.make(Trouble(kind="cut"))
        await self._until(lambda: self.vendor.logins > logins, self._wait_or_press)
        await self.vendor.rival()
        self._there()

    # --- ordinary things ---------------------------------------------------------------------------------------------------

    def _call(self) -> str:
        contacts = self.vendor.truth()[SUBJECT].contacts.values()
        return next((str(call.id) for item in contacts for call in item.calls if not call.cleared), "none")

    async def _world(self, name: str, **params: object) -> None:
        try:
            await self.vendor.act(name, **params)
        except AssertionError:
            return  # the switch refuses what makes no sense now

    async def _another(self) -> None:
        """The colleague, at a page of the vendor's own: answers, hangs up, is done."""
        page = self.colleague
        if page.state.state is Availability.NULL or not page.contacts:
            await page.ready()
            return
        contact = page.contact
        for service in (c.AnswerCall, c.CompleteContact, c.ClearConnection):
            if not page.refusal(service.__name__, contact):
                await page.do(service(contact=contact.id))
                return

    async def _order(self) -> None:
        """The agent asks for something that is always possible."""
        if not self.rig.up:
            await self._wait_or_press()
            return
        ready = self.random.random() < 0.5
        state = Availability.READY if ready else Availability.NOT_READY
        await self._do(
            c.SetAgentState(state=state, reason="" if ready else self.random.choice(("break", "lunch")))
        )
        await self.advance(LOOK)

    async def _agent(self) -> None:
        """One of the things that the page would let the agent do."""
        page = self.page
        possible = [service for contact in page.contacts for service in self._offers(contact)]
        if not page.contacts:
            possible += [
                c.SetAgentState(state=Availability.READY),
                c.SetAgentState(state=Availability.NOT_READY, reason="break"),
                c.SetAgentState(state=Availability.READY),
                self._dial(),
            ]
        never = [service for service in possible if not self.asked[type(service).__name__]]
        if possible:
            # What was never asked for comes as often as all the rest, so that a walk asks for all there is.
            await self._do(self.random.choice(never if never and self.random.random() < 0.5 else possible))

    def _offers(self, contact: Contact) -> list[c.Service]:
        """What the page would let the agent do with a contact; each as often as it is likely."""
        numbers = [Target(kind=TargetKind.NUMBER, number=FRIEND), Target(kind=TargetKind.AGENT, id=COLLEAGUE)]
        given: Mapping[type[c.Service], dict[str, object]] = {
            c.SetDisposition: {"disposition": "booked"},
            c.AssociateData: {
                "data": AttachedData(peripheral={"colour": self.random.choice(("blue", "red"))})
            },
            c.GenerateDigits: {"digits": "1"},
            c.SetMicrophoneMute: {"mute": True},
            **{
                kind: {"target": self.random.choice(numbers)}
                for kind in (c.ConsultationCall, c.SingleStepTransferCall, c.SingleStepConferenceCall)
            },
        }
        if contact.phase is Phase.WRAP_UP:
            return [
                c.SetDisposition(contact=contact.id, disposition="booked"),
                c.CompleteContact(contact=contact.id),
            ]
        found: list[c.Service] = []
        for name in sorted(SWITCH):
            kind: Any = SWITCH[name]
            fields = kind.__struct_fields__
            if "contact" not in fields or name not in self.page.view.controls[contact.id]:
                continue
            if not self.page.refusal(name, contact):
                found += [kind(contact=contact.id, **given.get(kind, {}))] * (
                    3 if kind is c.AnswerCall else 1
                )
        return found

    async def _do(self, service: c.Service) -> None:
        name = type(service).__name__
        self.asked[name] += 1
        outcome = await self.page.do(service)
        self.report.outcomes[type(outcome).__name__ if outcome is not None else "under way"] += 1

    def _dial(self) -> c.MakeCall:
        number = f"+4420795{next(self._numbers):05}"
        return c.MakeCall(target=Target(kind=TargetKind.NUMBER, number=number))
