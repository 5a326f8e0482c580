"""Who sees what, at every moment: not only when they ask, but also when teams, scopes and tokens change."""

from __future__ import annotations

import pytest

from cordboard.contract import (
    Ask,
    Barred,
    Claim,
    Claimed,
    Emit,
    Execute,
    Identity,
    Peers,
    Settle,
    Share,
    Shared,
    Unwatch,
    Watch,
    Woke,
    position,
)
from cordboard.hub import rooms
from cordboard.hub.clock import VirtualClock
from cordboard.hub.hub import Hub
from cordboard.hub.room import CLAIMS, MEMORY
from cordboard.hub.rooms import OPENINGS, PAUSE
from cordboard.hub.seat import GRACE
from cordboard.model import commands as c, events as e
from cordboard.model.entities import AgentProfile, Availability, Queue
from cordboard.model.ids import AgentId, CommandId, LinkId, QueueId, Subject, TeamId
from tests.hub.probe import Outlet, Page, Probe, ProbeSession

ANN = Subject("agent/ann")
BOB = Subject("agent/bob")
LINK = LinkId("lk")


class Doing:
    """Has the link tell things, through a command of a caller of its own."""

    def __init__(self, hub: Hub, probe: Probe) -> None:
        self._probe = probe
        self._page = Page(hub, probe, "agent:ann")
        self._count = 0

    async def __call__(self, *emits: Emit) -> None:
        self._count += 1
        name = f"do-{self._count}"
        self._probe.script.next = [*emits, Settle(command=name, outcome=c.Done())]
        service = c.SetAgentState(state=Availability.READY)
        await self._page.do(Execute(command=c.Command(id=CommandId(name), subject=ANN, service=service)))


@pytest.fixture
def happen(hub: Hub, probe: Probe) -> Doing:
    return Doing(hub, probe)


def profile(subject: Subject, team: str, *queues: str) -> Emit:
    name = AgentId(subject.partition("/")[2])
    served = tuple(Queue(id=QueueId(queue)) for queue in queues)
    found = AgentProfile(id=name, team=TeamId(team), queues=served)
    return Emit(subject=subject, event=e.ProfileChanged(link=LINK, profile=found))


def up(subject: Subject) -> Emit:
    return Emit(subject=subject, event=e.LinkUp(link=LINK))


def posted(team: str, text: str) -> Execute:
    service = c.PostTeamMessage(content=text, teams=(TeamId(team),))
    return Execute(command=c.Command(id=CommandId(f"post-{text}"), subject=ANN, service=service))


def barred(page: Page) -> list[tuple[str, str]]:
    return [(item.subject, item.code) for item in page.session.news if isinstance(item, Barred)]


def opened(page: Page) -> list[Subject]:
    return [joined.subject for joined in page.session.joined]


# --- teams and queues ----------------------------------------------------------------------------------------------


async def test_messages_of_a_team_are_read_by_those_who_see_the_team(hub: Hub, probe: Probe) -> None:
    supervisor = Page(hub, probe, "tenant:command", "tenant")
    await supervisor.do(posted("crew", "secret"))
    agent = Page(hub, probe, "agent:ann")
    await agent.do(Ask(id="q", subject=ANN, query=c.GetTeamMessages(team=TeamId("crew"))))
    answer = agent.session.answers["q"]
    assert isinstance(answer, c.NoAnswer)
    assert answer.code == "not-allowed"
    await supervisor.do(Ask(id="q", subject=ANN, query=c.GetTeamMessages(team=TeamId("crew"))))
    assert isinstance(supervisor.session.answers["q"], c.TeamMessages)


async def test_a_wildcard_brings_an_agent_whose_team_is_told_later(
    hub: Hub, probe: Probe, happen: Doing
) -> None:
    supervisor = Page(hub, probe, "team:crew")
    await supervisor.do(Watch(subjects={"agent/*": None}))
    await happen(up(BOB))
    assert opened(supervisor) == []
    await happen(profile(BOB, "crew"))
    assert opened(supervisor) == [BOB]
    await happen(up(BOB))
    assert [entry.subject for entry in supervisor.session.entries] == [BOB]


async def test_who_joins_a_team_gets_what_is_the_teams(hub: Hub, probe: Probe, happen: Doing) -> None:
    supervisor = Page(hub, probe, "tenant:command", "tenant")
    await supervisor.do(posted("crew", "hello"))
    await happen(up(Subject("queue/sales")))
    agent = Page(hub, probe, "agent:ann")
    await agent.do(Watch(subjects={"team/*": None, "queue/*": None}))
    assert opened(agent) == []
    await happen(profile(ANN, "crew", "sales"))
    assert sorted(opened(agent)) == ["queue/sales", "team/crew"]


async def test_who_leaves_a_team_is_seen_by_its_supervisor_no_longer(
    hub: Hub, probe: Probe, happen: Doing
) -> None:
    await happen(profile(ANN, "crew", "sales"))
    supervisor, agent = Page(hub, probe, "team:crew"), Page(hub, probe, "agent:ann")
    await supervisor.do(Watch(subjects={ANN: None}))
    await agent.do(Watch(subjects={ANN: None, "team/crew": None, "queue/sales": None}))
    await happen(profile(ANN, "crew", "sales"))
    assert barred(supervisor) == barred(agent) == []
    await happen(profile(ANN, "other", "support"))
    assert barred(supervisor) == [(ANN, "not-allowed")]
    assert sorted(barred(agent)) == [("queue/sales", "not-allowed"), ("team/crew", "not-allowed")]
    seen = len(supervisor.session.entries)
    await happen(up(ANN))
    assert len(supervisor.session.entries) == seen
    assert agent.session.entries[-2].event == e.LinkUp(link=LINK), "the own agent is watched on"


async def test_no_team_of_an_impossible_name_comes_into_being(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "tenant:command")
    await page.do(posted("a/b c", "x"))
    outcome = page.outcome("post-x")
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "not-found"
    assert hub.subjects() == (ANN,)


# --- scopes and tokens ---------------------------------------------------------------------------------------------


async def test_an_identity_that_sees_less_takes_away_what_was_watched_beyond_it(
    hub: Hub, probe: Probe, happen: Doing
) -> None:
    await happen(up(BOB))
    page = Page(hub, probe, "agent:ann", "agent:bob")
    await page.do(Watch(subjects={"agent/*": None}), Claim(subject=ANN, name="pop"))
    page.seat.identity = Identity(subject="user:test", scopes=frozenset({"agent:bob"}))
    assert barred(page) == [(ANN, "not-allowed")]
    other = Page(hub, probe, "agent:ann")
    await other.do(Watch(subjects={ANN: None}), Claim(subject=ANN, name="pop"))
    assert [item.mine for item in other.session.news if isinstance(item, Claimed)] == [True]
    page.session.entries.clear()
    await happen(up(ANN), up(BOB))
    assert {entry.subject for entry in page.session.entries} == {BOB}


async def test_nobody_sees_or_does_anything_once_the_token_is_over(
    hub: Hub, probe: Probe, clock: VirtualClock, happen: Doing
) -> None:
    session = ProbeSession()
    scopes = frozenset({"agent:ann"})
    identity = Identity(subject="ann", scopes=scopes, expires=clock.now() + 5000)
    seat = hub.seat(probe, session, identity, Outlet())
    session.outgoing.append(Watch(subjects={ANN: None}))
    seat.receive(Woke(name="go", at=0))
    await clock.advance(4000)
    seat.identity = Identity(subject="ann", scopes=scopes, expires=clock.now() + 5000)
    await clock.advance(4999 + GRACE)
    await happen(up(ANN))
    told = len(session.entries)
    assert told
    await clock.advance(1)
    await happen(up(ANN))
    assert len(session.entries) == told
    command = c.Command(id=CommandId("k"), subject=ANN, service=c.SetAgentState(state=Availability.READY))
    session.outgoing.append(Execute(command=command))
    seat.receive(Woke(name="go", at=0))
    (outcome,) = session.settled["k"]
    assert isinstance(outcome, c.Refused)
    assert outcome.code == "not-allowed"
    assert seat.owner == "ann"


# --- pages among themselves ----------------------------------------------------------------------------------------


async def test_what_pages_of_an_agent_share_is_not_told_to_who_looks_on(hub: Hub, probe: Probe) -> None:
    one, two = Page(hub, probe, "agent:ann"), Page(hub, probe, "agent:ann")
    watcher = Page(hub, probe, "tenant")
    for page in (watcher, one, two):
        await page.do(Watch(subjects={ANN: None}))
    await one.do(Share(subject=ANN, name="draft", data=b'"secret"'), Claim(subject=ANN, name="pop"))
    assert watcher.session.news == []
    assert [type(item) for item in two.session.news] == [Peers, Shared, Claimed]
    (peers,) = [item for item in two.session.news if isinstance(item, Peers)]
    assert peers.pages == (one.seat.id, two.seat.id)


async def test_a_request_that_looks_at_an_agent_is_no_page_of_the_agents(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={ANN: None}))
    page.session.news.clear()
    session = ProbeSession()
    identity = Identity(subject="ann", scopes=frozenset({"agent:ann"}))
    seat = hub.seat(probe, session, identity, Outlet(), passing=True)
    session.outgoing.append(Watch(subjects={ANN: None}))
    seat.receive(Woke(name="go", at=0))
    assert [joined.subject for joined in session.joined] == [ANN]
    seat.leave()
    assert page.session.news == []


async def test_claims_are_bounded(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={ANN: None}))
    await page.do(*(Claim(subject=ANN, name=f"claim-{number}") for number in range(CLAIMS + 1)))
    assert barred(page) == [(ANN, "too-many-requests")]
    await page.do(Claim(subject=ANN, name="claim-0", give=True), Claim(subject=ANN, name="one-more"))
    assert len(barred(page)) == 1


# --- what is kept ------------------------------------------------------------------------------------------------------


async def test_nothing_is_kept_of_subjects_that_never_were(hub: Hub, probe: Probe) -> None:
    page = Page(hub, probe, "tenant")
    names = [f"agent/nobody-{number}" for number in range(10)]
    await page.do(Watch(subjects=dict.fromkeys(names)))
    assert len(hub.rooms) == 11
    await page.do(Unwatch(subjects=tuple(names[:5])))
    assert len(hub.rooms) == 6
    page.seat.leave()
    assert len(hub.rooms) == 1


async def test_a_tail_is_read_once_however_often_it_is_asked_for(
    hub: Hub, probe: Probe, happen: Doing
) -> None:
    await happen(*(up(ANN) for _ in range(3 * MEMORY)))
    state = hub.state(ANN)
    assert state is not None
    page = Page(hub, probe, "agent:ann")
    places = [position(hub.epoch, seq) for seq in (9, 5, 7, 3, 4)]
    await page.do(*(Watch(subjects={ANN: place}) for place in places))
    (joined,) = page.session.joined
    assert joined.recovered is True
    assert [entry.seq for entry in joined.tail] == list(range(5, state.seq + 1)), "from the place named last"


async def test_a_request_reads_a_part_of_a_long_tail_at_a_time(
    hub: Hub, probe: Probe, happen: Doing, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "CHUNK", 2 * MEMORY)
    monkeypatch.setattr(rooms, "TAIL_LIMIT", 3 * MEMORY)
    await happen(*(up(ANN) for _ in range(4 * MEMORY)))
    identity = Identity(subject="ann", scopes=frozenset({"agent:ann"}))
    for passing, recovered, found in ((True, True, 2 * MEMORY), (False, False, 0)):
        session = ProbeSession()
        seat = hub.seat(probe, session, identity, Outlet(), passing=passing)
        session.outgoing.append(Watch(subjects={ANN: position(hub.epoch, 1)}))
        seat.receive(Woke(name="go", at=0))
        await hub.settled()
        (joined,) = session.joined
        assert joined.recovered is recovered
        assert [entry.seq for entry in joined.tail] == list(range(2, found + 2))
        seat.leave()


async def test_what_is_watched_no_longer_is_not_joined_when_its_tail_is_there(
    hub: Hub, probe: Probe, happen: Doing
) -> None:
    await happen(*(up(ANN) for _ in range(3 * MEMORY)))
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={ANN: position(hub.epoch, 1)}), Unwatch(subjects=(ANN,)))
    assert page.session.joined == []
    await page.do(Watch(subjects={ANN: position(hub.epoch, 1)}), Watch(subjects={ANN: None}))
    (joined,) = page.session.joined
    assert joined.recovered is None


async def test_a_page_that_has_enough_to_take_gets_the_rest_a_little_later(
    hub: Hub, probe: Probe, clock: VirtualClock, happen: Doing
) -> None:
    names = [Subject(f"agent/a{number}") for number in range(3 * OPENINGS)]
    await happen(
        *(up(name) for name in names), *(up(name) for name in names[:OPENINGS] for _ in range(MEMORY))
    )
    full = True
    session = ProbeSession()
    identity = Identity(subject="boss", scopes=frozenset({"tenant"}))
    seat = hub.seat(probe, session, identity, Outlet(), full=lambda: full)
    places: dict[str, str | None] = {name: position(hub.epoch, 0) for name in names[:OPENINGS]}
    session.outgoing += [Watch(subjects={"agent/*": None, **places}), Unwatch(subjects=(names[0], names[-1]))]
    seat.receive(Woke(name="go", at=0))
    await clock.advance(10 * PAUSE)
    assert session.joined == []
    full = False
    await clock.advance(PAUSE)
    assert sorted(joined.subject for joined in session.joined) == sorted({ANN, *names[1:-1]})
    tails = [joined for joined in session.joined if joined.recovered]
    assert [len(joined.tail) for joined in tails] == [MEMORY + 1] * (OPENINGS - 1)
    seat.leave()


async def test_a_protocol_that_cannot_render_hurts_nobody_else(
    hub: Hub, probe: Probe, happen: Doing, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(hub, probe, "agent:ann")
    await page.do(Watch(subjects={ANN: None}))
    state = hub.state(ANN)
    assert state is not None
    monkeypatch.setattr(probe, "render", lambda *_: 1 / 0)
    await happen(up(ANN), up(ANN))
    after = hub.state(ANN)
    assert after is not None
    assert after.seq == state.seq + 4
    assert page.session.rendered == [None] * 4
