"""Commands: each settled exactly once, recorded before the link hears of it, and never repeated."""

from __future__ import annotations

import pytest

from cordboard.contract import (
    Asked,
    Barred,
    Claim,
    Claimed,
    Down,
    Emit,
    Execute,
    Guard,
    Guarded,
    Settle,
    Watch,
)
from cordboard.hub.clock import RandomIds, VirtualClock
from cordboard.hub.dispatch import NESTINGS, PATIENCE, Rules
from cordboard.hub.hub import Hub
from cordboard.model import commands as c, events as e
from cordboard.model.entities import (
    Availability,
    Connection,
    ConnectionState,
    Participant,
    Role,
    Target,
    TargetKind,
)
from cordboard.model.ids import CallId, CommandId, ConnectionId, ContactId, LinkId, Subject
from cordboard.model.state import SubjectState
from cordboard.store.memory import MemoryStore
from tests.hub.probe import Page, Probe

ANN = Subject("agent/ann")
LINK = LinkId("lk")


def ready(command: str = "k1", subject: Subject = ANN) -> c.Command:
    return c.Command(
        id=CommandId(command), subject=subject, service=c.SetAgentState(state=Availability.READY)
    )


def dial(number: str, command: str = "d1", *, immediate: bool = False, nesting: int = 0) -> c.Command:
    target = Target(kind=TargetKind.NUMBER, number=number)
    return c.Command(
        id=CommandId(command),
        subject=ANN,
        service=c.MakeCall(target=target),
        immediate=immediate,
        nesting=nesting,
    )


def kinds(page: Page) -> list[str]:
    return [type(entry.event).__name__ for entry in page.session.entries]


async def test_a_command_is_on_disk_before_the_link_has_it_and_is_settled_once(
    hub: Hub, probe: Probe
) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={ANN: None}))
    probe.script.next = [Settle(command="k1", outcome=c.Done()), Settle(command="k1", outcome=c.Done())]
    await page.do(Execute(command=ready()))
    assert probe.script.commands == [ready()]
    assert kinds(page) == ["CommandIssued", "CommandSettled"]
    assert page.outcome("k1") == c.Done()


async def test_the_same_id_again_is_answered_and_not_executed(hub: Hub, probe: Probe) -> None:
    page, other = Page(hub, probe, "agent:ann"), Page(hub, probe, "agent:ann")
    await page.do(Execute(command=ready()))
    await other.do(Execute(command=ready()))  # while it is under way
    assert len(probe.script.commands) == 1
    probe.script.next = [Settle(command="k1", outcome=c.Done(data={"n": "1"}))]
    await page.do(Execute(command=ready("k2")))
    assert page.outcome("k1") == other.outcome("k1") == c.Done(data={"n": "1"})
    late = Page(hub, probe, "agent:ann")
    await late.do(Execute(command=ready()))
    assert late.outcome("k1") == c.Done(data={"n": "1"})
    assert [command.id for command in probe.script.commands] == ["k1", "k2"]


async def test_the_same_id_for_something_else_is_refused(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Execute(command=ready()))
    await page.do(Execute(command=dial("123", "k1")))
    assert page.session.settled["k1"] == [
        c.Refused(code="duplicate-command", message="this id was used for another command")
    ]


@pytest.mark.parametrize(
    ("scopes", "command", "code"),
    [
        (("agent:bob",), ready(), "not-allowed"),
        ((), ready(), "not-allowed"),
        (("tenant",), ready(), "not-allowed"),
        (("tenant:command",), ready(subject=Subject("agent/nobody")), "unknown-agent"),
        (("agent:ann",), ready("x" * 101), "bad-field"),
        (("agent:ann",), ready(""), "bad-field"),
        (("agent:ann",), dial("not a number"), "wrong-state"),
        (
            ("agent:ann",),
            c.Command(id=CommandId("h"), subject=ANN, service=c.HoldCall(contact=ContactId("?"))),
            "unknown-contact",
        ),
        (
            ("agent:ann",),
            c.Command(id=CommandId("s"), subject=ANN, service=c.SearchRecords(text="x")),
            "not-supported",
        ),
        (
            ("agent:ann",),
            c.Command(id=CommandId("p"), subject=ANN, service=c.ShowError(text="x")),
            "nobody-claimed",
        ),
    ],
)
async def test_what_may_not_be_done_is_refused_and_never_recorded(
    hub: Hub, probe: Probe, scopes: tuple[str, ...], command: c.Command, code: str
) -> None:
    page = Page(hub, probe, *scopes)
    before = hub.state(ANN)
    await page.do(Execute(command=command))
    outcome = page.outcome(command.id)
    assert isinstance(outcome, c.Refused)
    assert outcome.code == code
    assert probe.script.commands == []
    assert hub.state(ANN) is before


async def log_on(probe: Probe, page: Page) -> None:
    probe.script.next = [
        Settle(command="on", outcome=c.Done()),
        Emit(subject=ANN, event=e.AgentLoggedOn(link=LINK)),
        Emit(subject=ANN, event=e.AgentReady(link=LINK)),
    ]
    await page.do(Execute(command=ready("on")))
    probe.script.commands.clear()


async def test_dialling_rules_are_skipped_by_immediate_and_by_nothing_else(
    clock: VirtualClock, probe: Probe
) -> None:
    hub = Hub(
        MemoryStore(),
        clock=clock,
        ids=RandomIds(1),
        protocols={"probe": probe},
        rules=Rules(deny=("+1900*",), allow=("+1*",)),
    )
    await hub.start()
    await hub.add_link(LINK, "probe", {})
    await hub.settled()
    page = Page(hub, probe, "agent:ann")
    await log_on(probe, page)
    for number, command in (("+1900555", "d1"), ("+4455", "d2")):
        await page.do(Execute(command=dial(number, command)))
        outcome = page.outcome(command)
        assert isinstance(outcome, c.Refused)
        assert outcome.code == "dial-rule"
    await page.do(
        Execute(command=dial("+1900555", "d3", immediate=True)), Execute(command=dial("+15550100", "d4"))
    )
    assert [command.id for command in probe.script.commands] == ["d3", "d4"]
    await hub.stop()


async def test_a_guard_gets_the_command_and_may_issue_it_again(hub: Hub, probe: Probe) -> None:
    page, guard = Page(hub, probe, "agent:ann"), Page(hub, probe, "agent:ann")
    await log_on(probe, page)
    await guard.do(Watch(subjects={ANN: None}), Guard(subject=ANN, service="MakeCall", on=True))
    await page.do(Execute(command=dial("123")))
    assert page.outcome("d1") == c.Done(data={"handed": "guard"})
    (news,) = [item for item in guard.session.news if isinstance(item, Guarded)]
    assert (news.command.id, news.command.nesting) == ("d1", 1)
    assert probe.script.commands == []
    await guard.do(Execute(command=dial("456", "g1", immediate=True)))
    assert [command.id for command in probe.script.commands] == ["g1"]
    await guard.do(Execute(command=dial("456", "g2", nesting=NESTINGS)))
    outcome = guard.outcome("g2")
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "guard-nested"
    guard.seat.leave()
    await page.do(Execute(command=dial("789", "d2")))
    assert [command.id for command in probe.script.commands] == ["g1", "d2"], "a guard dies with its page"


@pytest.mark.parametrize("fails", [False, True])
async def test_the_gate_is_not_skipped_by_immediate_and_fails_closed(
    clock: VirtualClock, probe: Probe, fails: bool
) -> None:
    async def gate(command: c.Command, state: SubjectState) -> c.Refused | None:
        if fails:
            raise RuntimeError(state.subject)
        number = getattr(command.service, "target").number  # noqa: B009 - only MakeCall comes here
        return c.Refused(code="gate-closed", message="on the do-not-call list") if number == "666" else None

    hub = Hub(MemoryStore(), clock=clock, ids=RandomIds(1), protocols={"probe": probe}, gate=gate)
    await hub.start()
    await hub.add_link(LINK, "probe", {})
    await hub.settled()
    page = Page(hub, probe, "agent:ann")
    await log_on(probe, page)
    await page.do(Execute(command=dial("666", immediate=True)), Execute(command=dial("777", "d2")))
    outcome = page.outcome("d1")
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "gate-closed"
    assert [command.id for command in probe.script.commands] == ([] if fails else ["d2"])
    await hub.stop()


async def test_a_link_that_says_nothing_leaves_a_command_unconfirmed(
    hub: Hub, probe: Probe, clock: VirtualClock
) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Execute(command=ready()))
    await clock.advance(PATIENCE - 1)
    assert "k1" not in page.session.settled
    await clock.advance(1)
    assert page.outcome("k1") == c.Unconfirmed(reason="timeout")
    probe.script.next = [Settle(command="k1", outcome=c.Done())]
    await page.do(Execute(command=ready("k2")))
    assert page.outcome("k1") == c.Unconfirmed(reason="timeout"), "a late word changes nothing"
    state = hub.state(ANN)
    assert state is not None
    assert state.commands[CommandId("k1")].outcome == c.Unconfirmed(reason="timeout")


async def test_what_a_lost_link_had_not_settled_is_unconfirmed(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Execute(command=ready()))
    probe.script.next = [Down(retry="later", reason="cut")]
    await page.do(Execute(command=ready("k2")))
    assert page.outcome("k1") == page.outcome("k2") == c.Unconfirmed(reason="link-lost")
    await page.do(Execute(command=ready("k3")))
    outcome = page.outcome("k3")
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "link-down"


async def test_a_desk_command_goes_to_the_page_that_claimed_it_and_to_no_other(
    hub: Hub, probe: Probe
) -> None:
    page, one, two = (Page(hub, probe, "agent:ann") for _ in range(3))
    claim = Claim(subject=ANN, name="ShowError")
    await one.do(Watch(subjects={ANN: None}), claim)
    await two.do(Watch(subjects={ANN: None}), claim)
    assert [item.mine for item in two.session.news if isinstance(item, Claimed)] == [False, False]
    show = c.Command(id=CommandId("s1"), subject=ANN, service=c.ShowError(text="no"))
    await page.do(Execute(command=show))
    assert any(isinstance(item, Asked) for item in one.session.news)
    assert not any(isinstance(item, Asked) for item in two.session.news)
    await two.do(Settle(command="s1", outcome=c.Done()))
    assert "s1" not in page.session.settled, "only the page that was asked may settle it"
    await one.do(Settle(command="s1", outcome=c.Done()))
    assert page.outcome("s1") == c.Done()
    await two.do(Claim(subject=ANN, name="ShowError", take=True))
    await page.do(Execute(command=c.Command(id=CommandId("s2"), subject=ANN, service=c.ShowError(text="no"))))
    two.seat.leave()
    await hub.settled()
    assert page.outcome("s2") == c.Unconfirmed(reason="page-gone")


async def test_hub_services_are_done_and_settled_in_one_append(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={ANN: None}))
    own = Connection(
        id=ConnectionId("o"),
        participant=Participant(role=Role.AGENT, id="ann"),
        state=ConnectionState.ALERTING,
    )
    call = e.Delivered(link=LINK, contact=ContactId("c"), call=CallId("1"), connections=(own,))
    probe.script.next = [Emit(subject=ANN, event=call)]
    await page.do(Execute(command=ready()))
    page.session.entries.clear()
    note = c.Command(id=CommandId("n"), subject=ANN, service=c.TakeNote(contact=ContactId("c"), text="hello"))
    await page.do(Execute(command=note))
    assert kinds(page) == ["CommandIssued", "NoteTaken", "CommandSettled"]
    assert page.outcome("n") == c.Done()
    state = hub.state(ANN)
    assert state is not None
    assert state.contacts[ContactId("c")].notes == "hello"


async def test_only_a_supervisor_of_the_team_posts_to_it(hub: Hub, probe: Probe) -> None:
    post = c.Command(
        id=CommandId("m"),
        subject=ANN,
        service=c.PostTeamMessage(content="lunch", teams=("crew",), duration=60),  # type: ignore[arg-type]
    )
    agent, supervisor = Page(hub, probe, "agent:ann"), Page(hub, probe, "agent:ann", "team:crew")
    await agent.do(Execute(command=post))
    outcome = agent.outcome("m")
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "not-allowed"
    await supervisor.do(Execute(command=post))
    assert supervisor.outcome("m") == c.Done()
    team = hub.state(Subject("team/crew"))
    assert team is not None
    assert [item.content for item in team.messages] == ["lunch"]


async def test_claims_and_guards_need_a_watched_agent_of_ones_own(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "tenant")
    await page.do(Watch(subjects={ANN: None}), Guard(subject=ANN, service="MakeCall", on=True))
    assert [item.code for item in page.session.news if isinstance(item, Barred)] == ["not-allowed"]
