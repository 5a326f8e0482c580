"""Commands, from a page to a link and back: refusal -> dialling rules -> guards -> gate -> on disk -> link -> settled.

A command changes nothing by itself. Each is settled exactly once; whatever nobody can vouch for is unconfirmed and never
repeated by us. An id that was sent before is answered, not executed.
"""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

import msgspec
import structlog
from msgspec.structs import replace

from cordboard.contract import Asked, Guarded, Identity
from cordboard.hub.access import may_command, may_post, may_supervise
from cordboard.model import commands as c, events as e
from cordboard.model.entities import TargetKind, TeamMessage
from cordboard.model.fold import command_digest
from cordboard.model.ids import (
    AgentId,
    CommandId,
    ContactId,
    LinkId,
    Millis,
    Subject,
    agent_subject,
    is_subject,
    subject_id,
    team_subject,
)
from cordboard.model.log import Draft, draft
from cordboard.model.rules import refusal, services_of
from cordboard.model.state import SubjectState

if TYPE_CHECKING:
    from cordboard.hub.hub import Hub
    from cordboard.hub.seat import Seat

_log = structlog.get_logger(__name__)

PATIENCE: Millis = 30_000
"""How long a link may take to settle a command before it is unconfirmed."""
DESK_PATIENCE: Millis = 10_000
GATE_SECONDS = 10
"""How long the gate may take before it counts as closed."""
NESTINGS = 10
"""How often guards may issue one command again."""
ID_LIMIT = 100

Gate = Callable[[c.Command, SubjectState], Awaitable[c.Refused | None]]
"""The compliance gate: asked before each dial and recording. It fails closed."""
Settled = Callable[[c.Outcome], None]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """Dialling rules: shell patterns of numbers. A number must match one of `allow` (if there are any) and none of `deny`."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()

    def refusal(self, number: str) -> c.Refused | None:
        """Why the number may not be dialled, or `None`."""
        for pattern in self.deny:
            if fnmatch.fnmatchcase(number, pattern):
                return c.Refused(code="dial-rule", message=f"numbers like {pattern} are denied")
        if self.allow and not any(fnmatch.fnmatchcase(number, pattern) for pattern in self.allow):
            return c.Refused(code="dial-rule", message="the number is not among those allowed")
        return None


class _Live:
    """A command under way."""

    def __init__(self, command: c.Command, link: LinkId, digest: str) -> None:
        self.command = command
        self.link = link
        self.digest = digest
        self.waiting: list[Settled] = []
        self.cancel: Callable[[], None] = _nothing
        self.desk: Seat | None = None
        self.recorded = False
        """It is on its way into the log; before that, nothing of it has left."""
        self.answered = False
        """Its outcome is on the way into the log: a second word on it is too late."""


class Dispatch:
    """All commands under way on this hub."""

    def __init__(self, hub: Hub, rules: Rules, gate: Gate | None) -> None:
        self._hub = hub
        self._rules = rules
        self._gate = gate
        self._live: dict[CommandId, _Live] = {}
        self._gating: set[asyncio.Task[None]] = set()

    @property
    def gating(self) -> bool:
        """Whether the gate is being asked right now."""
        return bool(self._gating)

    def execute(self, command: c.Command, seat: Seat) -> None:
        """A page's command; the seat hears what became of it."""
        self._take(command, seat.identity, lambda outcome: seat.settle(command.id, outcome))

    async def run(self, command: c.Command, identity: Identity | None) -> c.Outcome:
        """A command of our own; the outcome when it is settled."""
        future: asyncio.Future[c.Outcome] = asyncio.get_running_loop().create_future()
        self._take(command, identity, lambda outcome: None if future.done() else future.set_result(outcome))
        return await future

    # --- on the way down --------------------------------------------------------------------------------------------

    def _take(self, command: c.Command, identity: Identity | None, settled: Settled) -> None:
        settled = self._hub.recorder.command(command, identity, settled)
        if not command.id or len(command.id) > ID_LIMIT:
            self._refuse(settled, "bad-field", f"a command's id has 1 to {ID_LIMIT} characters")
            return
        if not may_command(identity, command.subject):
            self._refuse(settled, "not-allowed", f"your scopes do not let you command {command.subject}")
            return
        if isinstance(command.service, c.Supervise | c.SuperviseAgent):
            whom = agent_subject(command.service.agent)
            if whom != command.subject and not may_supervise(
                identity, command.subject, whom, self._hub.states
            ):
                self._refuse(settled, "not-allowed", f"your scopes do not let you supervise {whom}")
                return
        state = self._hub.state(command.subject)
        if state is None:
            self._refuse(settled, "unknown-agent", f"nothing is known of {command.subject}")
            return
        if self._seen(command, state, settled):
            return
        if self._hub.broken:
            self._refuse(settled, "store-failed", "the log cannot be written; nothing was sent")
            return
        link = self._link(command, state)
        services = services_of(state, link)
        if (refused := refusal(state, services, command) or self._rule(command)) is not None:
            self._settle_now(settled, refused)
            return
        info = c.SERVICES[type(command.service)]
        match info.kind:
            case c.Kind.SWITCH:
                if not self._guarded(command, settled):
                    self._switch(command, link or LinkId(""), identity, settled, state)
            case c.Kind.HUB:
                self._here(command, identity, settled)
            case c.Kind.DESK:
                self._desk(command, settled)
            case c.Kind.CRM:
                self._refuse(settled, "not-supported", "no CRM is connected to this hub")

    def _seen(self, command: c.Command, state: SubjectState, settled: Settled) -> bool:
        """Whether the id was used before; then it is answered from what is known of it."""
        live = self._live.get(command.id)
        record = state.commands.get(command.id)
        if live is None and record is None:
            return False
        digest = live.digest if live is not None else record.digest if record is not None else ""
        if digest != command_digest(command):
            self._refuse(settled, "duplicate-command", "this id was used for another command")
        elif live is not None:
            live.waiting.append(settled)
        elif record is not None:
            settled(record.outcome or c.Unconfirmed(reason="unsettled"))
        return True

    def _link(self, command: c.Command, state: SubjectState) -> LinkId | None:
        contact = state.contacts.get(ContactId(getattr(command.service, "contact", "")))
        if contact is not None:
            return LinkId(contact.link)
        if command.link is not None:
            return command.link
        name = type(command.service).__name__
        able = [link for link, known in state.links.items() if known.up and name in known.services]
        return able[0] if able else next((link for link, known in state.links.items() if known.up), None)

    def _rule(self, command: c.Command) -> c.Refused | None:
        if command.immediate or not c.SERVICES[type(command.service)].dials:
            return None
        target = getattr(command.service, "target", None)
        if target is None or target.kind is not TargetKind.NUMBER:
            return None
        return self._rules.refusal(target.number)

    def _guarded(self, command: c.Command, settled: Settled) -> bool:
        """Hands the command over to those who guard its service; then it is settled here."""
        if command.immediate:
            return False
        guards = self._hub.rooms.at(command.subject).guards(type(command.service).__name__)
        if not guards:
            return False
        if command.nesting >= NESTINGS:
            self._refuse(settled, "guard-nested", "issue it as immediate from a guard")
            return True
        self._settle_now(settled, c.Done(data={"handed": "guard"}))
        again = replace(command, nesting=command.nesting + 1)
        for guard in guards:
            guard.peer(Guarded(subject=command.subject, command=again))
        return True

    def _switch(
        self,
        command: c.Command,
        link: LinkId,
        identity: Identity | None,
        settled: Settled,
        state: SubjectState,
    ) -> None:
        if self._hub.driver(link) is None:
            self._refuse(settled, "link-down", "this hub does not run the link")
            return
        live = self._live[command.id] = _Live(command, link, command_digest(command))
        live.waiting.append(settled)
        gated = c.SERVICES[type(command.service)].dials or isinstance(command.service, c.StartRecording)
        if self._gate is None or not gated:
            self._record(live, identity)
            return
        task = asyncio.ensure_future(self._ask_gate(self._gate, live, identity, state))
        self._gating.add(task)
        task.add_done_callback(self._gating.discard)

    async def _ask_gate(
        self, gate: Gate, live: _Live, identity: Identity | None, state: SubjectState
    ) -> None:
        try:
            async with asyncio.timeout(GATE_SECONDS):
                refused = await gate(live.command, state)
        except Exception:  # noqa: BLE001 - the gate fails closed, whatever went wrong in it
            _log.exception("gate-failed")
            refused = c.Refused(code="gate-closed", message="the compliance gate failed")
        if refused is not None:
            self._finish(live.command.id, refused)
        elif self._live.get(live.command.id) is live:  # not settled meanwhile, because the link is gone
            self._record(live, identity)

    def _record(self, live: _Live, identity: Identity | None) -> None:
        live.recorded = True
        now = self._hub.clock.now()
        event = e.CommandIssued(
            link=live.link, at=now, command=live.command, by=identity.subject if identity else ""
        )
        on_disk = self._hub.append([draft(live.command.subject, event, now)])

        def appended(result: asyncio.Future[bool]) -> None:
            if not result.result():
                self._finish(
                    live.command.id, c.Refused(code="store-failed", message="nothing was sent to the link")
                )

        on_disk.add_done_callback(appended)

    def issued(self, command: c.Command) -> None:
        """The command is on disk: now the link may do it."""
        live = self._live.get(command.id)
        driver = self._hub.driver(live.link) if live is not None else None
        if live is None or live.answered or driver is None:
            return
        live.cancel = self._hub.clock.call_after(PATIENCE, lambda: self._too_late(command.id))
        driver.execute(command)

    # --- on the way back ----------------------------------------------------------------------------------------------

    def from_link(self, command_id: str, outcome: c.Outcome) -> Draft | None:
        """A link's word on a command, for the log. `None` if the command is not under way: too late, or never ours."""
        live = self._live.get(CommandId(command_id))
        if live is None or live.answered:
            _log.info("late-settle", command=command_id)
            return None
        live.cancel()
        return self._outcome(live, outcome)

    def link_lost(self, link: LinkId) -> list[Draft]:
        """The link is gone: what it had not settled is unconfirmed, what it was not to hear of yet is refused."""
        lost = [live for live in self._live.values() if live.link == link and not live.answered]
        for live in lost:
            if not live.recorded:
                self._finish(live.command.id, c.Refused(code="link-down", message="nothing was sent"))
        return [self._outcome(live, c.Unconfirmed(reason="link-lost")) for live in lost if live.recorded]

    def lost(self, subject: Subject, command: CommandId, link: LinkId, reason: str, now: Millis) -> Draft:
        """An issued command that a crash left unsettled."""
        event = e.CommandSettled(link=link, at=now, command=command, outcome=c.Unconfirmed(reason=reason))
        return draft(subject, event, now)

    def settled(self, command_id: CommandId, outcome: c.Outcome) -> None:
        """The outcome is on disk: tell whoever waits."""
        self._finish(command_id, outcome)

    def settle_desk(self, seat: Seat, command_id: str, outcome: c.Outcome) -> None:
        """A page's word on a desk command; only the page that was asked may give it."""
        live = self._live.get(CommandId(command_id))
        if live is not None and live.desk is seat:
            self._finish(live.command.id, outcome)

    def forget(self, seat: Seat) -> None:
        """The page is gone: desk commands that it was asked to do are unconfirmed."""
        for command_id in [key for key, live in self._live.items() if live.desk is seat]:
            self._finish(command_id, c.Unconfirmed(reason="page-gone"))

    def _outcome(self, live: _Live, outcome: c.Outcome) -> Draft:
        live.answered = True
        now = self._hub.clock.now()
        event = e.CommandSettled(link=live.link, at=now, command=live.command.id, outcome=outcome)
        return draft(live.command.subject, event, now)

    def _too_late(self, command_id: CommandId) -> None:
        live = self._live.get(command_id)
        if live is not None and not live.answered:
            self._hub.append([self._outcome(live, c.Unconfirmed(reason="timeout"))])

    def _finish(self, command_id: CommandId, outcome: c.Outcome) -> None:
        live = self._live.pop(command_id, None)
        if live is not None:
            live.cancel()
            for settled in live.waiting:
                self._settle_now(settled, outcome)

    def _settle_now(self, settled: Settled, outcome: c.Outcome) -> None:
        self._hub.metrics.outcomes[
            outcome.code if isinstance(outcome, c.Refused) else type(outcome).__name__.lower()
        ] += 1
        settled(outcome)

    def _refuse(self, settled: Settled, code: str, message: str) -> None:
        self._settle_now(settled, c.Refused(code=code, message=message))

    # --- done here, and done by a page ------------------------------------------------------------------------------

    def _here(self, command: c.Command, identity: Identity | None, settled: Settled) -> None:
        """A hub service: recorded, done and settled in one append."""
        now = self._hub.clock.now()
        done = self._facts(command, identity, now)
        if isinstance(done, c.Refused):
            self._settle_now(settled, done)
            return
        live = self._live[command.id] = _Live(command, LinkId(""), command_digest(command))
        live.waiting.append(settled)
        issued = e.CommandIssued(at=now, command=command, by=identity.subject if identity else "")
        outcome = self._outcome(live, c.Done())
        drafts = [
            draft(command.subject, issued, now),
            *(draft(subject, event, now) for subject, event in done),
            outcome,
        ]
        on_disk = self._hub.append(drafts)

        def appended(result: asyncio.Future[bool]) -> None:
            if not result.result():
                self._finish(command.id, c.Refused(code="store-failed", message="nothing was written"))

        on_disk.add_done_callback(appended)

    def _facts(
        self, command: c.Command, identity: Identity | None, now: Millis
    ) -> Sequence[tuple[Subject, e.Event]] | c.Refused:
        match command.service:
            case c.TakeNote(contact=contact, text=text):
                return [(command.subject, e.NoteTaken(at=now, contact=contact, text=text))]
            case c.SetLocalData(contact=contact, variables=variables):
                return [(command.subject, e.LocalDataSet(at=now, contact=contact, variables=variables))]
            case c.ShareRecord(contact=contact, record=record):
                state = self._hub.state(command.subject)
                found = state.contacts.get(contact) if state is not None else None
                members = (
                    self._hub.threads.contacts(found.thread) if found is not None and found.thread else ()
                )
                places = members or ((command.subject, contact),)
                return [
                    (subject, e.RecordShared(at=now, contact=each, record=record)) for subject, each in places
                ]
            case c.PostTeamMessage(teams=teams) | c.DeleteTeamMessage(teams=teams) if not all(
                is_subject(team_subject(team)) for team in teams
            ):
                return c.Refused(code="not-found", message="there can be no team of such an id")
            case c.PostTeamMessage(teams=teams) | c.DeleteTeamMessage(teams=teams) if not all(
                may_post(identity, team) for team in teams
            ):
                return c.Refused(
                    code="not-allowed", message="only a supervisor of all these teams can do this"
                )
            case c.PostTeamMessage(content=content, teams=teams, duration=duration):
                author = self._hub.state(command.subject)
                message = TeamMessage(
                    id=self._hub.ids.new("tm"),
                    author=AgentId(subject_id(command.subject)),
                    name=author.profile.name if author is not None and author.profile is not None else "",
                    content=content,
                    teams=teams,
                    created=now,
                    duration=duration,
                )
                return [(team_subject(team), e.TeamMessagePosted(at=now, message=message)) for team in teams]
            case c.DeleteTeamMessage(message=gone, teams=teams):
                return [(team_subject(team), e.TeamMessageDeleted(at=now, message=gone)) for team in teams]
            case _:
                return c.Refused(code="not-supported", message="this hub does not do that")

    def _desk(self, command: c.Command, settled: Settled) -> None:
        holder = self._hub.rooms.at(command.subject).holder(type(command.service).__name__)
        if holder is None:
            self._refuse(settled, "nobody-claimed", f"no page has claimed {type(command.service).__name__}")
            return
        live = self._live[command.id] = _Live(command, LinkId(""), command_digest(command))
        live.waiting.append(settled)
        live.desk = holder
        live.cancel = self._hub.clock.call_after(
            DESK_PATIENCE, lambda: self._finish(command.id, c.Unconfirmed(reason="timeout"))
        )
        holder.peer(Asked(subject=command.subject, command=command))


def _nothing() -> None:
    return None
