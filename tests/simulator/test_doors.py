"""The console's doors, good input and bad: an error names the field, and nothing brings the link down."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from cordboard.contract import Reply, Scope
from cordboard.model import commands as c
from cordboard.model.entities import Availability, Phase
from cordboard.model.errors import ERRORS, CallerError, VendorError
from cordboard.model.ids import LinkId
from cordboard.protocols.simulator import Simulator
from cordboard.protocols.simulator.doors import MOST_RECORDS, ROUTES, SCOPE
from cordboard.protocols.simulator.floor import KEPT_RECORDS
from cordboard.protocols.simulator.library import builtin_scenarios
from cordboard.protocols.simulator.scenario import loads
from cordboard.protocols.simulator.world import MOST_PER_HOUR
from tests.simulator.world import LINK, World, world


@pytest.fixture
async def at() -> AsyncIterator[World]:
    async with world() as made:
        yield made


def body(reply: Reply) -> Any:  # noqa: ANN401 - whatever the door says
    assert reply.headers["content-type"].startswith("application/json")
    return json.loads(reply.body)


def wrong(reply: Reply, code: str, field: str) -> None:
    error = body(reply)["error"]
    assert (error["code"], error["details"]) == (code, {"field": field})
    assert reply.status == ERRORS[code].status
    assert error["message"]


def test_every_door_is_the_links_and_needs_the_scope() -> None:
    assert len(ROUTES) == 11
    assert {route.end for route in ROUTES} == {"link"}
    assert {route.scope for route in ROUTES} == {SCOPE}
    assert not any(route.anonymous or route.cors for route in ROUTES)
    assert {route.path for route in ROUTES} == {f"/console/{route.name.split()[1]}" for route in ROUTES}


async def test_every_route_has_its_door(at: World) -> None:
    for route in ROUTES:
        reply = await at.raw(route.name, b"")
        assert reply.status == 200 if route.method == "GET" else reply.status == 400, route.name
    wrong(await at.raw("GET cellar", b""), "not-found", "route")


# --- looking ------------------------------------------------------------------------------------------------------------


async def test_state_is_the_switchs_own(at: World) -> None:
    await at.act("log_on", agent="mia", state="ready")
    told = body(await at.door("GET state"))
    assert told["agents"] == json.loads(json.dumps(at.switch.state()["agents"]))
    assert told["agents"]["mia"]["state"] == "ready"
    assert (told["now"], told["speed"], told["people"]) == (at.switch.now, 1.0, False)
    assert (told["journal"], told["arrivals"]["bookings"]) == (at.switch.journal.last, 60.0)


async def test_state_leaves_out_what_is_over_unless_it_is_asked_for(at: World) -> None:
    await at.act("log_on", agent="mia", state="ready")
    await at.act("ring", number="+442079460104", to="2001")
    (segment,) = body(await at.door("GET state"))["agents"]["mia"]["segments"]
    await at.act("customer_hang_up", call=segment["calls"][0]["id"])
    assert body(await at.door("GET state"))["agents"]["mia"]["segments"] == []
    everything = body(await at.door("GET state", all="1"))
    assert everything["agents"] == json.loads(json.dumps(at.switch.state()["agents"]))
    assert [item["phase"] for item in everything["agents"]["mia"]["segments"]] == ["closed"]


async def test_centre_and_actions_are_there_for_forms(at: World) -> None:
    assert [agent["id"] for agent in body(await at.door("GET centre"))["agents"]][:2] == ["mia", "noor"]
    assert {"name": "agent", "type": "str", "required": True} in next(
        action["parameters"] for action in body(await at.door("GET actions")) if action["name"] == "log_on"
    )


async def test_the_journal_is_read_from_a_place_on(at: World) -> None:
    for agent in ("mia", "noor", "ruth"):
        await at.act("log_on", agent=agent)
    assert [record["n"] for record in body(await at.door("GET journal"))] == [1, 2, 3]
    assert [record["agent"] for record in body(await at.door("GET journal", after="1"))] == ["noor", "ruth"]
    assert [record["n"] for record in body(await at.door("GET journal", after="1", limit="1"))] == [2]
    assert body(await at.door("GET journal", after="99")) == []
    assert body(await at.door("GET journal", limit="0")) == []


@pytest.mark.parametrize("field", ["after", "limit"])
@pytest.mark.parametrize("value", ["", "-1", "one", "1.5", "٣", "9" * 5000])
async def test_a_place_in_the_journal_is_a_number(at: World, field: str, value: str) -> None:
    wrong(await at.door("GET journal", **{field: value}), "bad-field", field)


async def test_no_answer_is_endless(at: World) -> None:
    for _ in range(MOST_RECORDS):
        await at.act("log_on", agent="mia")
        await at.act("log_off", agent="mia")
    assert len(body(await at.door("GET journal", limit="999999"))) == MOST_RECORDS


# --- doing --------------------------------------------------------------------------------------------------------------


async def test_an_act_is_done_and_seen(at: World) -> None:
    done = await at.door("POST act", {"name": "ring", "params": {"number": "+442079460101", "to": "8001"}})
    assert done.status == 200
    assert body(done)["type"] == "done"
    assert body(done)["call"] in at.switch.picture.calls
    assert at.shown() == at.truth()


async def test_a_refused_act_says_why(at: World) -> None:
    refused = await at.door("POST act", {"name": "log_on", "params": {"agent": "nobody"}})
    assert refused.status == 409
    assert body(refused)["code"] == "unknown-agent"
    unknown = await at.door("POST act", {"name": "dance"})
    assert body(unknown)["code"] == "unknown-action"
    missing = await at.door("POST act", {"name": "ring", "params": {"number": "1"}})
    assert (missing.status, body(missing)["code"]) == (409, "invalid-parameters")
    many = {"name": "set_arrivals", "params": {"queue": "bookings", "per_hour": MOST_PER_HOUR + 1}}
    assert body(await at.door("POST act", many))["code"] == "invalid-parameters"


async def test_the_same_id_is_done_once(at: World) -> None:
    asked = {"name": "log_on", "params": {"agent": "mia"}, "id": "mine"}
    assert (await at.door("POST act", asked)).status == 200
    again = await at.door("POST act", asked)
    assert (again.status, body(again)["code"]) == (409, "duplicate-command")
    assert body(await at.door("GET commands")) == {"mine": 2}


@pytest.mark.parametrize("route", ["POST act", "POST fault", "POST scenario"])
@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (b"", "bad-json"),
        (b"{", "bad-json"),
        (b"\xff\xfe", "bad-json"),
        (b"[" * 20_000, "bad-field"),
        (b"[]", "bad-field"),
        (b'"act"', "bad-field"),
        (b'{"colour": 1}', "bad-field"),
        (b'{"name": 5, "drop": "soon"}', "bad-field"),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_a_bad_body_is_told(at: World, route: str, sent: bytes, code: str) -> None:
    wrong(await at.raw(route, sent), code, "body")
    assert at.hub.links[LINK].state == "up"


@pytest.mark.parametrize(
    "sent",
    [
        b'{"name": "ring", "params": ' + b'{"a": ' * 30_000,
        b'{"name": "ring", "params": {"number": "\\ud800"}}',
    ],
    ids=["deep", "surrogate"],
)
async def test_json_that_is_none(at: World, sent: bytes) -> None:
    wrong(await at.raw("POST act", sent), "bad-json", "body")


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_FIELDS = st.sampled_from(
    ["name", "params", "id", "drop", "delay", "duplicate", "reorder", "refuse", "silent", "speed", "x"]
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from([r.name for r in ROUTES]), st.dictionaries(_FIELDS, _JSON)), max_size=5
    )
)
async def test_whatever_is_sent_is_answered(sent: list[tuple[str, dict[str, object]]]) -> None:
    async with world() as at:
        for route, fields in sent:
            if "drop" in fields:
                continue
            reply = await at.raw(route, json.dumps(fields).encode())
            assert reply.status in (200, 400, 404, 409)
            body(reply)
            assert at.hub.links[LINK].state == "up"


# --- faults -------------------------------------------------------------------------------------------------------------


async def test_faults_are_set_one_by_one_and_shown(at: World) -> None:
    clean = {
        "delay": 0, "duplicate": False, "reorder": False, "refuse": "", "silent": False, "speed": 1.0,
    }  # fmt: skip
    assert body(await at.door("GET faults")) == clean
    await at.fault(delay=300, duplicate=True)
    assert body(await at.door("GET faults")) == clean | {"delay": 300, "duplicate": True}
    await at.fault(delay=-5, refuse="wrong-state", silent=True, reorder=True, speed=2)
    assert body(await at.door("GET faults")) == {
        "delay": 0, "duplicate": True, "reorder": True, "refuse": "wrong-state", "silent": True, "speed": 2.0,
    }  # fmt: skip


@pytest.mark.parametrize("speed", [0, -1, 1000.5, 1e300])
async def test_a_pace_that_cannot_be(at: World, speed: float) -> None:
    wrong(await at.door("POST fault", {"speed": speed, "delay": 70}), "bad-field", "speed")
    assert at.floor.speed == 1.0
    assert at.floor.faults.delay == 0


async def test_a_refusal_that_nobody_knows(at: World) -> None:
    wrong(await at.door("POST fault", {"refuse": "just-because"}), "bad-field", "refuse")


async def test_a_drop_is_answered_before_it_comes(at: World) -> None:
    reply = await at.door("POST fault", {"drop": 4000})
    assert reply.status == 200
    status = at.hub.links[LINK]
    assert (status.state, status.reason) == ("down", "dropped-on-purpose")
    with pytest.raises(VendorError, match="down"):
        await at.door("GET state")
    await at.clock.advance(3999)
    assert at.hub.links[LINK].state == "down"
    await at.clock.advance(30_000)
    assert at.hub.links[LINK].state == "up"


# --- scenarios ------------------------------------------------------------------------------------------------------------


async def test_the_scenarios_are_those_of_the_package(at: World) -> None:
    offered = body(await at.door("GET scenarios"))
    assert [item["name"] for item in offered] == sorted(builtin_scenarios())
    transfer = next(item for item in offered if item["name"] == "warm-transfer")
    assert transfer["about"] == "An agent asks a colleague and hands the caller over."
    assert transfer["steps"] == len(loads(builtin_scenarios()["warm-transfer"]).steps)


@pytest.mark.parametrize("name", sorted(builtin_scenarios()))
async def test_a_scenario_plays_on_the_live_floor(name: str) -> None:
    story = loads(builtin_scenarios()[name])
    async with world(flavour=story.flavour, people=story.people) as at:
        untold = at.floor.centre.rules.pending == "untold"
        assert body(await at.door("GET scenario")) is None
        begun = body(await at.door("POST scenario", {"name": name}))
        assert (begun["name"], begun["step"] > 0) == (name, True)
        for _ in range(120):
            await at.clock.advance(6000 if story.people else 1000)
            so = at.truth()
            for agent in so["agents"].values() if untold else ():
                agent["pending"] = None
            assert at.shown() == so
        progress = body(await at.door("GET scenario"))
        assert (progress["failures"], progress["step"], progress["over"]) == ([], progress["steps"], True)


async def test_a_scenario_of_another_centre_is_refused_and_says_what_it_wants(at: World) -> None:
    offered = {item["name"]: item for item in body(await at.door("GET scenarios"))}
    assert (offered["flavour-plain"]["flavour"], offered["arrivals"]["people"]) == ("plain", True)
    assert (offered["inbound"]["flavour"], offered["inbound"]["people"]) == ("", False)
    assert {name for name, item in offered.items() if item["why"]} == {
        name for name, item in offered.items() if item["flavour"] or item["people"]
    }
    for name in ("flavour-plain", "arrivals"):
        wrong(await at.door("POST scenario", {"name": name}), "wrong-state", "name")
    assert body(await at.door("GET scenario")) is None


async def test_whoever_is_called_picks_up_and_leaves_by_number(at: World) -> None:
    await at.act("log_on", agent="mia")
    await at.act("make_call", agent="mia", to="+44 20 7946 0101")
    await at.clock.advance(1000)
    answered = await at.act("customer_answer", number="+44 20 7946 0101")
    assert at.contact("mia").phase is Phase.ACTIVE
    left = await at.act("customer_hang_up", number="+442079460101")
    assert (answered["call"], answered["party"]) == (left["call"], left["party"])
    for params in ({"number": "+44 20 7946 0101"}, {}):
        refused = await at.act("customer_hang_up", **params)
        assert refused["code"] in ("unknown-party", "unknown-call")


async def test_a_scenario_can_be_played_again_but_not_twice_at_once(at: World) -> None:
    for _ in range(2):
        await at.door("POST scenario", {"name": "inbound"})
        wrong(await at.door("POST scenario", {"name": "hold"}), "wrong-state", "name")
        await at.clock.advance(600_000)
        progress = body(await at.door("GET scenario"))
        assert (progress["name"], progress["over"], progress["failures"]) == ("inbound", True, [])
    assert set(at.switch.commands_seen.values()) == {1}


async def test_a_scenario_goes_on_while_the_link_is_away(at: World) -> None:
    await at.door("POST scenario", {"name": "missed"})
    await at.fault(drop=60_000)
    await at.clock.advance(600_000)
    progress = body(await at.door("GET scenario"))
    assert (progress["over"], progress["failures"]) == (True, [])
    assert at.shown() == at.truth()


async def test_what_does_not_come_as_expected_is_a_failure(at: World) -> None:
    await at.act("ring", number="+44 20 7946 0130", to="8001")
    await at.door("POST scenario", {"name": "inbound"})
    await at.clock.advance(600_000)
    progress = body(await at.door("GET scenario"))
    assert progress["over"]
    assert progress["failures"][0]["step"] >= 1
    assert {"step", "where", "expected", "actual"} == set(progress["failures"][0])


async def test_a_scenario_that_refers_to_nothing_ends_as_failed(at: World) -> None:
    played = loads('name = "x"\nabout = "y"\n[[step]]\ndo = "hold_call"\nagent = "mia"\ncall = "$call"')
    at.floor.begin(played, at.clock.now())
    progress = body(await at.door("GET scenario"))
    assert progress["over"]
    assert "$call" in progress["failures"][0]["actual"]
    assert at.hub.links[LINK].state == "up"


async def test_there_is_no_such_scenario(at: World) -> None:
    wrong(await at.door("POST scenario", {"name": "happy-end"}), "not-found", "name")


# --- the protocol ---------------------------------------------------------------------------------------------------------


async def test_a_floor_from_settings_outlives_its_link(at: World) -> None:
    """As the demo has it: the link is made from plain settings, dropped, and finds the same calls again."""
    await at.hub.add_link(LinkId("second"), "simulator", {"seed": 4})
    await at.hub.settled()
    here = World.__new__(World)
    here.__dict__.update(at.__dict__, link=LinkId("second"))
    await here.act("log_on", agent="mia", state="ready")
    await here.fault(drop=1000)
    await at.clock.advance(30_000)
    told = body(await here.door("GET state"))
    assert told["agents"]["mia"]["state"] == "ready"
    assert body(await at.door("GET state"))["agents"]["mia"]["state"] == "null"


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"colour": "red"}, "links.options"),
        ({"seed": "one"}, "links.options"),
        ({"speed": 0}, "links.options.speed"),
        ({"speed": 5000}, "links.options.speed"),
        ({"centre": "name ="}, "(file)"),
        ({"centre": 'name = "x"\nagents = [{id = "a"}]'}, "agents[0]"),
    ],
    ids=str,
)
async def test_wrong_settings_name_their_field(at: World, options: dict[str, object], field: str) -> None:
    with pytest.raises(CallerError) as raised:
        await at.hub.add_link(LinkId("wrong"), "simulator", options)
    assert raised.value.code == "bad-field"
    assert raised.value.details["field"] == field


async def test_the_simulator_has_no_sessions(at: World) -> None:
    protocol = Simulator()
    with pytest.raises(CallerError) as raised:
        protocol.session(None, at.hub.ids)
    assert raised.value.code == "not-supported"


async def test_an_agents_own_link_is_refused(at: World) -> None:
    with pytest.raises(CallerError, match="whole centre"):
        Simulator().link({}, Scope(kind="agent", link=LINK, agent="mia"), at.hub.ids)


async def test_someone_who_tries_the_demo_is_called_soon() -> None:
    async with world(people=True, welcome=True, seed=2) as at:
        for queue in at.floor.centre.queues:
            await at.act("set_arrivals", queue=queue.id, per_hour=0)
        await at.do("mia", c.SetAgentState(state=Availability.READY))
        await at.clock.advance(4500)
        assert at.contact("mia").phase.value == "offered"


async def test_the_floor_forgets_what_is_long_over() -> None:
    async with world(people=True, seed=3, speed=50.0) as at:
        del at._reader  # what somebody has not read yet is not forgotten
        for queue in at.floor.centre.queues:
            await at.act("set_arrivals", queue=queue.id, per_hour=600)
        for _ in range(40):
            await at.clock.advance(8_000)
        assert at.shown() == at.truth()
        assert at.floor.forgotten > 0
        ended = [call.ended for call in at.switch.picture.calls.values() if call.ended is not None]
        assert min(ended) >= at.floor.forgotten
        assert KEPT_RECORDS <= len(at.switch.journal.records) < KEPT_RECORDS + 3000 < at.switch.journal.last
        assert at.flags() == {}
