from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.commands import Done, LogOff, LogOn, MakeCall, Refused, Ring, SetAgentState
from cordboard.protocols.simulator.console import act
from cordboard.protocols.simulator.picture import Party, everything
from cordboard.protocols.simulator.switch import KEPT_COMMANDS, Switch

Do = Callable[..., Done]
Refuse = Callable[..., str]

ADA, BRAM = "+44 20 7946 0101", "+44 20 7946 0102"


def parties(switch: Switch, call: str | None) -> dict[str, str]:
    assert call is not None
    return {p.agent or p.queue or p.role: p.state for p in switch.picture.of_call(call)}


def on_a_call(do: Do, agent: str = "mia", number: str = ADA) -> str:
    """Puts this agent, and nobody else, on a call of the bookings queue."""
    do("log_on", agent=agent, state="ready")
    call = do("ring", number=number, to="8001").call
    do("answer_call", agent=agent, call=call)
    assert call is not None
    return str(call)


def state_of(switch: Switch, agent: str) -> str:
    return switch.picture.agents[agent].state


def wait(switch: Switch, seconds: float) -> None:
    switch.advance(switch.now + round(seconds * 1000))


# --- commands ------------------------------------------------------------------------------------------------------


def test_a_command_id_is_executed_once_and_counted_each_time(switch: Switch) -> None:
    assert switch.execute("k1", LogOn(agent="mia")) == Done()
    before = switch.journal.last
    again = switch.execute("k1", LogOn(agent="noor"))
    assert isinstance(again, Refused)
    assert again.code == "duplicate-command"
    assert switch.journal.last == before
    assert switch.commands_seen == {"k1": 2}
    assert {r.command for r in switch.journal.records} == {"k1"}


def test_commands_move_the_clock_and_time_never_goes_back(switch: Switch) -> None:
    switch.execute("k1", MakeCall(agent="mia", to="2002"), now=2_000_000)
    assert switch.now == 2_000_000
    switch.execute("k2", SetAgentState(agent="mia", state="ready"), now=1)
    switch.advance(5)
    assert switch.now == 2_000_000


@pytest.mark.parametrize(
    ("name", "params", "code"),
    [
        ("log_on", {"agent": "nobody"}, "unknown-agent"),
        ("log_off", {"agent": "noor"}, "not-logged-on"),
        ("set_agent_state", {"agent": "mia", "state": "busy"}, "invalid-parameters"),
        ("set_agent_state", {"agent": "mia", "state": "not_ready", "reason": "bored"}, "unknown-reason"),
        ("log_off", {"agent": "mia", "reason": "lunch"}, "unknown-reason"),
        ("make_call", {"agent": "noor", "to": "2001"}, "not-logged-on"),
        ("make_call", {"agent": "mia", "to": "2001"}, "invalid-destination"),
        ("make_call", {"agent": "mia", "to": "sip:x"}, "invalid-destination"),
        ("answer_call", {"agent": "mia", "call": "c99"}, "unknown-call"),
        ("complete_wrap_up", {"agent": "mia"}, "no-wrap-up"),
        ("complete_wrap_up", {"agent": "mia", "segment": "s9"}, "unknown-segment"),
        ("set_disposition", {"agent": "mia", "disposition": "booked"}, "unknown-segment"),
        ("alternate_call", {"agent": "mia"}, "wrong-state"),
        ("ring", {"number": ADA, "to": "+44 1632 960001"}, "invalid-destination"),
        ("ring", {"number": ADA, "to": "8001", "patience": 0}, "invalid-parameters"),
        ("customer_hang_up", {"call": "c9"}, "unknown-call"),
        ("set_arrivals", {"queue": "sales", "per_hour": 1}, "unknown-queue"),
        ("set_arrivals", {"queue": "bookings", "per_hour": -1}, "invalid-parameters"),
        ("sing", {}, "unknown-action"),
    ],
)
def test_what_does_not_fit_is_refused(
    do: Do, refuse: Refuse, name: str, params: dict[str, Any], code: str
) -> None:
    do("log_on", agent="mia")
    assert refuse(name, **params) == code


def test_what_does_not_fit_a_call_is_refused(do: Do, refuse: Refuse) -> None:
    call = on_a_call(do)
    do("log_on", agent="noor")
    assert refuse("answer_call", agent="mia", call=call) == "wrong-state"
    assert refuse("deflect_call", agent="mia", call=call) == "wrong-state"
    assert refuse("retrieve_call", agent="mia", call=call) == "wrong-state"
    assert refuse("hold_call", agent="noor", call=call) == "not-in-call"
    assert refuse("hold_party", agent="mia", call=call, party="customer") == "not-a-conference"
    assert refuse("clear_connection", agent="mia", call=call, party="noor") == "unknown-party"
    assert refuse("reconnect_call", agent="mia", call=call) == "no-consult"
    assert refuse("make_call", agent="mia", to="2002") == "another-call-active"
    assert refuse("set_wrap_up_reason", agent="mia", call=call, reason="lunch") == "unknown-reason"
    assert refuse("consultation_call", agent="mia", call=call, to="2001") == "already-in-call"
    assert refuse("consultation_call", agent="mia", call=call, to="+44 1632 960005") == "invalid-destination"
    assert refuse("single_step_transfer_call", agent="mia", call=call, to="2003") == "target-unavailable"
    assert refuse("single_step_transfer_call", agent="mia", call=call, to=ADA) == "line-busy"
    assert refuse("customer_answer", call=call) == "wrong-state"
    assert refuse("ring", number=ADA, to="8002") == "line-busy"
    do("clear_connection", agent="mia", call=call)
    assert refuse("hold_call", agent="mia", call=call) == "call-ended"
    assert refuse("customer_hang_up", call=call) == "call-ended"


def test_a_call_being_dialled_can_be_left_but_not_transferred(switch: Switch, do: Do, refuse: Refuse) -> None:
    call = on_a_call(do)
    consult = do("consultation_call", agent="mia", call=call, to="2002").call
    assert refuse("transfer_call", agent="mia", call=call) == "call-being-set-up"
    assert refuse("alternate_call", agent="mia") == "call-being-set-up"
    do("clear_connection", agent="mia", call=consult)
    wait(switch, 5)
    assert parties(switch, consult) == {"mia": "null"}
    assert parties(switch, call)["mia"] == "hold"
    do("retrieve_call", agent="mia", call=call)


# --- agents --------------------------------------------------------------------------------------------------------


def test_logging_off_in_a_call_waits_for_the_end_of_wrap_up(switch: Switch, do: Do, refuse: Refuse) -> None:
    call = on_a_call(do)
    do("log_off", agent="mia", reason="end-of-shift")
    do("customer_hang_up", call=call)
    agent = switch.picture.agents["mia"]
    assert agent.state == "working_after_call"
    assert agent.pending is not None
    assert agent.pending.state == "null"
    wait(switch, 60)
    agent = switch.picture.agents["mia"]
    assert (agent.state, agent.reason, agent.pending) == ("null", "end-of-shift", None)
    assert refuse("set_agent_state", agent="mia", state="ready") == "not-logged-on"
    do("log_on", agent="mia", station="desk-9")
    assert switch.picture.agents["mia"].station == "desk-9"


def test_a_missed_call_overrides_a_pending_ready_but_not_a_pending_break(switch: Switch, do: Do) -> None:
    for agent, pending in (("mia", {"state": "ready"}), ("noor", {"state": "not_ready", "reason": "lunch"})):
        do("log_on", agent=agent, state="ready")
        call = do("ring", number=ADA, to="8001").call
        do("set_agent_state", agent=agent, **pending)
        wait(switch, 15)
        do("customer_hang_up", call=call)
    assert switch.picture.agents["mia"].reason == "no-answer"
    assert switch.picture.agents["noor"].reason == "lunch"


def test_an_agent_in_wrap_up_is_offered_nothing(switch: Switch, do: Do) -> None:
    call = on_a_call(do)
    do("customer_hang_up", call=call)
    queued = do("ring", number=ADA, to="8001").call
    direct = do("ring", number=BRAM, to="2001").call
    assert parties(switch, queued) == {"customer": "connected", "bookings": "queued"}
    assert parties(switch, direct) == {"customer": "connected", "mia": "fail"}
    do("complete_wrap_up", agent="mia")
    assert parties(switch, queued)["mia"] == "alerting"


def test_a_disposition_can_be_required(northquay: Centre) -> None:
    rules = msgspec.structs.replace(northquay.rules, disposition_required=True)
    switch = Switch(msgspec.structs.replace(northquay, rules=rules), now=0)
    act(switch, "log_on", {"agent": "mia", "state": "ready"})
    call = act(switch, "ring", {"number": ADA, "to": "8001"})
    assert isinstance(call, Done)
    act(switch, "answer_call", {"agent": "mia", "call": call.call})
    act(switch, "customer_hang_up", {"call": call.call})
    refused = act(switch, "complete_wrap_up", {"agent": "mia"})
    assert isinstance(refused, Refused)
    assert refused.code == "disposition-required"
    act(switch, "set_disposition", {"agent": "mia", "disposition": "booked"})
    act(switch, "complete_wrap_up", {"agent": "mia"})
    (segment,) = switch.picture.segments.values()
    assert (segment.disposition, segment.phase) == ("booked", "closed")


def test_two_calls_end_in_two_wrap_ups(switch: Switch, do: Do) -> None:
    first = on_a_call(do)
    second = do("ring", number=BRAM, to="2001").call
    do("answer_call", agent="mia", call=second)
    do("customer_hang_up", call=first)
    assert state_of(switch, "mia") == "busy"
    do("customer_hang_up", call=second)
    assert state_of(switch, "mia") == "working_after_call"
    do("complete_wrap_up", agent="mia")
    assert state_of(switch, "mia") == "working_after_call"
    do("complete_wrap_up", agent="mia")
    assert state_of(switch, "mia") == "ready"


# --- queues --------------------------------------------------------------------------------------------------------


def test_a_missed_call_returns_to_the_head_of_its_queue(switch: Switch, do: Do) -> None:
    do("log_on", agent="mia", state="ready")
    first = do("ring", number=ADA, to="8001").call
    wait(switch, 1)
    second = do("ring", number=BRAM, to="8001").call
    wait(switch, 14)
    assert parties(switch, first)["bookings"] == "queued"
    do("log_on", agent="noor", state="ready")
    assert parties(switch, first)["noor"] == "alerting"
    assert parties(switch, second)["bookings"] == "queued"


def test_a_queue_gives_up_after_its_longest_wait_however_often_the_call_was_offered(
    switch: Switch, do: Do
) -> None:
    call = do("ring", number=ADA, to="8002").call
    wait(switch, 290)
    do("log_on", agent="mia", state="ready")
    assert parties(switch, call)["mia"] == "alerting"
    wait(switch, 15)
    ended = switch.picture.calls[call or ""]
    assert ended.cause == "max-wait"
    assert ended.ended == 1_000_000 + 305_000


def test_patience_starts_again_when_an_answered_caller_waits_again(switch: Switch, do: Do) -> None:
    do("log_on", agent="mia", state="ready")
    call = do("ring", number=ADA, to="8001", patience=20).call
    do("answer_call", agent="mia", call=call)
    wait(switch, 100)
    do("single_step_transfer_call", agent="mia", call=call, to="8003")
    wait(switch, 19)
    assert parties(switch, call)["freight"] == "queued"
    wait(switch, 1)
    assert switch.picture.calls[call or ""].cause == "abandoned"


def test_a_call_on_hold_does_not_use_up_patience(switch: Switch, do: Do) -> None:
    do("log_on", agent="mia", state="ready")
    call = do("ring", number=ADA, to="8001", patience=20).call
    do("answer_call", agent="mia", call=call)
    do("hold_call", agent="mia", call=call)
    wait(switch, 60)
    assert parties(switch, call) == {"customer": "connected", "bookings": "null", "mia": "hold"}


def test_an_agent_can_call_a_queue(switch: Switch, do: Do) -> None:
    do("log_on", agent="mia", state="ready")
    call = do("make_call", agent="mia", to="queue:changes").call
    wait(switch, 1)
    assert parties(switch, call) == {"mia": "connected", "changes": "queued"}
    do("log_on", agent="sana", state="ready")
    do("answer_call", agent="sana", call=call)
    assert switch.picture.calls[call or ""].direction == "internal"
    do("clear_connection", agent="mia", call=call)
    assert switch.picture.agents["sana"].state == "ready"


# --- consult, transfer, conference ----------------------------------------------------------------------------------


def test_a_transfer_chain_keeps_one_interaction_and_names_each_previous_segment(
    switch: Switch, do: Do
) -> None:
    call = on_a_call(do)
    do("log_on", agent="noor")
    do("log_on", agent="ruth")
    do("single_step_transfer_call", agent="mia", call=call, to="agent:noor")
    do("answer_call", agent="noor", call=call)
    consult = do("consultation_call", agent="noor", call=call, to="agent:ruth").call
    wait(switch, 1)
    do("answer_call", agent="ruth", call=consult)
    do("transfer_call", agent="noor", call=call)
    mia, noor, ruth = switch.picture.segments.values()
    assert [s.agent for s in (mia, noor, ruth)] == ["mia", "noor", "ruth"]
    assert (mia.previous, noor.previous, ruth.previous) == (None, mia.id, noor.id)
    assert len({s.interaction for s in (mia, noor, ruth)}) == 1
    assert ruth.calls == (consult, call)
    assert [s.ended_by for s in (mia, noor, ruth)] == ["transferred", "transferred", None]
    assert switch.picture.calls[consult or ""].into == call


def test_a_consult_to_a_queue_can_be_handed_over_while_it_waits(switch: Switch, do: Do) -> None:
    call = on_a_call(do)
    consult = do("consultation_call", agent="mia", call=call, to="8003").call
    wait(switch, 1)
    assert parties(switch, consult) == {"mia": "connected", "freight": "queued"}
    do("transfer_call", agent="mia", call=call)
    assert switch.picture.calls[call].queue == "freight"
    assert switch.picture.of_call(call)[-1].state == "queued"
    do("log_on", agent="remy", state="ready")
    assert parties(switch, call)["remy"] == "alerting"
    wait(switch, 20)
    assert switch.picture.agents["remy"].reason == "no-answer"
    assert switch.picture.of_call(call)[-1].state == "queued"


def test_a_consult_to_a_busy_number_leaves_the_caller_on_hold(switch: Switch, do: Do, refuse: Refuse) -> None:
    call = on_a_call(do)
    consult = do("consultation_call", agent="mia", call=call, to="+44 1632 960004").call
    wait(switch, 1)
    assert parties(switch, consult) == {"mia": "connected", "third_party": "fail"}
    assert refuse("transfer_call", agent="mia", call=call) == "consult-not-answered"
    wait(switch, 4)
    assert switch.picture.calls[consult or ""].cause == "busy"
    assert parties(switch, call) == {"customer": "connected", "bookings": "null", "mia": "hold"}
    assert switch.picture.agents["mia"].state == "busy"


def test_the_consulted_agent_can_reject_or_send_it_on(switch: Switch, do: Do) -> None:
    call = on_a_call(do)
    do("log_on", agent="noor")
    do("log_on", agent="ruth")
    consult = do("consultation_call", agent="mia", call=call, to="2002").call
    wait(switch, 1)
    do("deflect_call", agent="noor", call=consult, to="2008")
    assert parties(switch, consult) == {"mia": "connected", "noor": "null", "ruth": "alerting"}
    do("deflect_call", agent="ruth", call=consult)
    assert parties(switch, consult)["ruth"] == "fail"
    assert switch.picture.agents["ruth"].state == "not_ready"
    wait(switch, 4)
    assert switch.picture.calls[consult or ""].cause == "rejected"
    by = {s.agent: s.ended_by for s in switch.picture.segments.values()}
    assert by == {"mia": None, "noor": "declined", "ruth": "declined"}


def test_a_consult_made_from_a_consult_follows_the_call_when_it_is_merged(switch: Switch, do: Do) -> None:
    call = on_a_call(do)
    do("log_on", agent="noor")
    do("log_on", agent="ruth")
    consult = do("consultation_call", agent="mia", call=call, to="2002").call
    wait(switch, 1)
    do("answer_call", agent="noor", call=consult)
    further = do("consultation_call", agent="noor", call=consult, to="2008").call
    wait(switch, 1)
    do("answer_call", agent="ruth", call=further)
    do("transfer_call", agent="mia", call=call)
    assert switch.picture.calls[further or ""].parent == call
    do("conference_call", agent="noor", call=further)
    assert parties(switch, call) == {
        "customer": "connected",
        "bookings": "null",
        "mia": "null",
        "noor": "connected",
        "ruth": "connected",
    }


def test_who_joined_the_call_while_being_consulted_is_busy_for_the_consult(switch: Switch, do: Do) -> None:
    call = on_a_call(do)
    do("log_on", agent="noor")
    do("log_on", agent="ruth")
    do("single_step_conference_call", agent="mia", call=call, to="2002")
    do("answer_call", agent="noor", call=call)
    consult = do("consultation_call", agent="mia", call=call, to="2008").call
    do("single_step_conference_call", agent="noor", call=call, to="2008")
    do("answer_call", agent="ruth", call=call)
    wait(switch, 1)
    assert parties(switch, consult) == {"mia": "connected", "ruth": "fail"}
    assert parties(switch, call)["ruth"] == "connected"


def test_a_party_held_alone_is_released_when_the_holder_leaves(
    switch: Switch, do: Do, refuse: Refuse
) -> None:
    call = on_a_call(do)
    do("log_on", agent="noor")
    do("single_step_conference_call", agent="mia", call=call, to="2002")
    do("answer_call", agent="noor", call=call)
    do("hold_party", agent="mia", call=call, party="customer")
    held = switch.picture.of_call(call)[0]
    assert (held.state, held.held_by) == ("connected", "mia")
    assert refuse("hold_party", agent="noor", call=call, party="customer") == "wrong-state"
    do("clear_connection", agent="mia", call=call)
    assert switch.picture.of_call(call)[0].held_by is None
    assert [r.kind for r in switch.journal.records if r.cause == "holder-left"] == ["retrieved-alone"]


def test_the_customer_may_leave_a_conference_of_agents(switch: Switch, do: Do) -> None:
    call = on_a_call(do)
    do("log_on", agent="noor")
    do("single_step_conference_call", agent="mia", call=call, to="2002")
    do("answer_call", agent="noor", call=call)
    do("customer_hang_up", call=call)
    assert parties(switch, call)["mia"] == "connected"
    do("clear_connection", agent="noor", call=call)
    assert switch.picture.calls[call].ended is not None
    assert {a: switch.picture.agents[a].state for a in ("mia", "noor")} == {
        "mia": "working_after_call",
        "noor": "working_after_call",
    }


def test_an_outbound_call_may_be_made_for_a_queue(switch: Switch, do: Do, refuse: Refuse) -> None:
    do("log_on", agent="mia")
    assert refuse("make_call", agent="mia", to=ADA, queue="nobodys") == "unknown-queue"
    segment = do("make_call", agent="mia", to=ADA, queue="changes").segment
    assert switch.picture.segments[segment or ""].queue == "changes"


def test_an_outbound_customer_brings_their_data(switch: Switch, do: Do) -> None:
    do("log_on", agent="mia")
    call = do("make_call", agent="mia", to=ADA, data={"campaign": "spring"}).call
    assert switch.picture.calls[call or ""].data == {
        "customer": "NQ-1000",
        "tier": "deck",
        "port": "Northquay",
        "campaign": "spring",
    }
    do("associate_data", agent="mia", call=call, data={"tier": None, "campaign": "autumn"})
    assert switch.picture.calls[call or ""].data == {
        "customer": "NQ-1000",
        "port": "Northquay",
        "campaign": "autumn",
    }


def test_a_customer_who_is_in_a_call_is_busy_for_another(switch: Switch, do: Do) -> None:
    on_a_call(do)
    do("log_on", agent="noor")
    call = do("make_call", agent="noor", to=ADA).call
    wait(switch, 1)
    assert parties(switch, call) == {"noor": "connected", "customer": "fail"}


# --- what others see -------------------------------------------------------------------------------------------------


def test_the_picture_in_plain_json(switch: Switch, do: Do) -> None:
    call = on_a_call(do)
    waiting = do("ring", number=BRAM, to="8001").call
    state: Any = msgspec.json.decode(msgspec.json.encode(switch.state()))
    mia = state["agents"]["mia"]
    assert (mia["state"], mia["pending"]) == ("busy", None)
    (segment,) = mia["segments"]
    assert (segment["phase"], segment["queue"], segment["ended_by"]) == ("active", "bookings", None)
    (shown,) = segment["calls"]
    assert (shown["id"], shown["kind"], shown["calling"], shown["called"]) == (
        call,
        "main",
        "+442079460101",
        "8001",
    )
    assert [(p["role"], p["name"], p["state"], p["muted"]) for p in shown["parties"]] == [
        ("customer", "Ada Whitlow", "connected", False),
        ("queue", "Bookings", "null", False),
        ("agent", "Mia Thorne", "connected", False),
    ]
    assert list(state["calls"]) == [waiting]


def test_a_reader_that_starts_late_catches_up_from_a_snapshot(switch: Switch, do: Do) -> None:
    call = on_a_call(do)
    mirror, reader = switch.snapshot(), switch.reader()
    before = mirror.state()
    do("hold_call", agent="mia", call=call)
    assert mirror.state() == before
    for record in reader.read():
        mirror.put(record.after)
    assert list(everything(mirror)) == list(everything(switch.picture))
    assert reader.read() == []


def test_drain_gives_each_record_once(switch: Switch, do: Do) -> None:
    do("log_on", agent="mia")
    assert [r.kind for r in switch.drain()] == ["agent-logged-on"]
    assert switch.drain() == []
    do("set_agent_state", agent="mia", state="ready")
    (record,) = switch.drain()
    assert (record.n, record.kind, record.agent) == (2, "agent-ready", "mia")


def test_forgetting_keeps_what_is_open_and_what_is_unread(switch: Switch, do: Do) -> None:
    ended = on_a_call(do)
    do("customer_hang_up", call=ended)
    do("complete_wrap_up", agent="mia")
    wait(switch, 1)
    running = do("ring", number=BRAM, to="8001").call
    slow = switch.reader()
    last = switch.journal.last
    switch.drain()
    do("answer_call", agent="mia", call=running)
    switch.forget(switch.now)
    assert list(switch.picture.calls) == [running]
    assert {p.call for p in switch.picture.parties.values()} == {running}
    assert [r.n for r in slow.read()] == list(range(last + 1, switch.journal.last + 1))
    assert [r.n for r in switch.drain()] == list(range(last + 1, switch.journal.last + 1))
    switch.forget(switch.now)
    assert switch.journal.records == ()
    do("hold_call", agent="mia", call=running)
    assert [r.n for r in switch.drain()] == [switch.journal.last]


def test_ids_carry_the_mark_of_their_run(northquay: Centre) -> None:
    switch = Switch(northquay, now=0, mark="-x7-")
    done = switch.happen(Ring(number=ADA, to="8001"))
    assert done == Done(interaction="i-x7-1", call="c-x7-1", party="p-x7-1")


def test_a_record_tells_where_it_belongs(switch: Switch, do: Do) -> None:
    call = on_a_call(do)
    (record,) = [r for r in switch.journal.records if r.kind == "established"]
    assert isinstance(record.before, Party)
    assert isinstance(record.after, Party)
    assert (record.before.state, record.after.state) == ("alerting", "connected")
    assert (record.interaction, record.call, record.agent, record.queue) == ("i1", call, "mia", "bookings")
    assert (record.party, record.segment) == (record.after.id, record.after.segment)
    assert record.command is not None


def test_of_commands_the_newest_are_remembered(switch: Switch) -> None:
    for number in range(KEPT_COMMANDS + 1000):
        switch.execute(f"off-{number}", LogOff(agent="mia"))
    switch.forget(switch.now)
    assert len(switch.commands_seen) == KEPT_COMMANDS
    again = switch.execute(f"off-{KEPT_COMMANDS}", LogOff(agent="mia"))
    assert isinstance(again, Refused)
    assert again.code == "duplicate-command"
