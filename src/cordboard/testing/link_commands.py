"""Checks of `LinkSuite`: commands and queries."""

# ruff: noqa: D102 - a test's name is its contract
from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

import msgspec

from cordboard.contract import Settle
from cordboard.model import commands as c
from cordboard.model.entities import AttachedData, Availability, SuperviseAction, Target, TargetKind
from cordboard.model.ids import AgentId, ContactId, agent_subject
from cordboard.testing.plugged_link import AT, PluggedLink, command_of
from cordboard.testing.workday import AGENT, CALLER, COLLEAGUE, SWITCH, offered, workday


class CommandedLink(PluggedLink):
    """What becomes of what a link is asked for. `LinkSuite` has them."""

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
                command = command_of(_sample(kind), f"undeclared-{name}")
                outcomes = [
                    effect.outcome
                    for effect in link.execute(command, AT)
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
                    rig.execute(command_of(kind(contact=ContactId("no-such")), ident))
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
    "due": AT + 3_600_000,
    "callback": "no-such",
    "action": SuperviseAction.LISTEN,
}
