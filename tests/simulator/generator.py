"""Random actions that often make sense: what the random walks take their steps from."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

from cordboard.model import commands as c
from cordboard.model.entities import (
    AttachedData,
    Availability,
    Call,
    Contact,
    Medium,
    Phase,
    Target,
    TargetKind,
)
from cordboard.model.ids import AgentId, Subject, agent_subject
from cordboard.model.state import SubjectState
from cordboard.protocols.simulator.centre import Centre
from cordboard.protocols.simulator.console import actions
from cordboard.protocols.simulator.picture import LIVE
from cordboard.protocols.simulator.switch import Switch

ACTIONS = actions()
FAVOURED = {
    "ring": 12,
    "answer_call": 60,
    "customer_answer": 10,
    "make_call": 6,
    "consultation_call": 8,
    "log_on": 12,
    "start_chat": 8,
    "create_task": 4,
    "customer_write": 4,
    "send_message": 6,
    "pause_contact": 5,
    "resume_contact": 8,
    "set_agent_state": 10,
    "complete_wrap_up": 12,
    "log_off": 0.4,
    "deflect_call": 1,
    "customer_hang_up": 5,
    "clear_connection": 3,
    "park_call": 3,
    "retrieve_call": 4,
    "conference_call": 8,
    "transfer_call": 6,
    "hold_party": 5,
    "supervise": 12,
    "retrieve_party": 8,
}
_MEDIA = frozenset(
    {
        "start_chat", "create_task", "customer_write", "send_message", "pause_contact", "resume_contact", "say", "suggest",
        "start_campaign", "stop_campaign", "offer_entry", "ask_callback", "schedule_callback", "cancel_callback",
        "post_message",
    }
)  # fmt: skip
_WEIGHTS = [FAVOURED.get(action.name, 2.0) for action in ACTIONS]
_CALLS = [0.0 if action.name in _MEDIA else weight for action, weight in zip(ACTIONS, _WEIGHTS, strict=True)]


def an_action(switch: Switch, rng: Random, *, media: bool = False) -> tuple[str, dict[str, object]]:
    """An action and its parameters; with `media` also of chats, tasks, transcripts, campaigns and callbacks."""
    name = rng.choices(ACTIONS, _WEIGHTS if media else _CALLS)[0].name
    given = parameters(switch, rng, name)
    if not media:
        given.pop("medium", None)
    return name, given


def parameters(switch: Switch, rng: Random, name: str) -> dict[str, object]:
    """Parameters that often fit: an agent, one of their calls, someone to reach."""
    picture, plan = switch.picture, switch.centre
    live = [c.id for c in picture.calls.values() if c.ended is None]
    agent, call = rng.choice(plan.agents).id, rng.choice([*live, "c0"])
    if rng.random() < 0.9:
        agent, call = _someone_fit(switch, rng, name) or (agent, call)
    to = rng.choice(
        [rng.choice(plan.agents).extension, rng.choice(plan.queues).number, rng.choice(plan.customers).number,
         rng.choice(plan.numbers).number, "+44 1632 960555", "nobody"]
    )  # fmt: skip
    parties = [p.id for p in picture.live_in(call)] or ["p0"]
    given: dict[str, object] = {
        "agent": agent,
        "call": call,
        "to": to,
        "party": rng.choice([*parties, "customer"]),
        "number": rng.choice(plan.customers).number,
        "digits": rng.choice(["1", "22#", "x"]),
        "on": rng.random() < 0.5,
        "state": rng.choice(["ready", "ready", "not_ready"]),
        "data": {"note": rng.choice(["a", "b"])},
        "disposition": rng.choice(plan.dispositions).code,
        "reason": rng.choice(plan.reasons).code,
        "patience": rng.choice([5, 60, 600]),
        "queue": rng.choice(plan.queues).id,
        "per_hour": 10,
        "action": rng.choice(["listen", "whisper", "barge", "barge", "take_over", "leave"]),
        "other": rng.choice(plan.agents).id,
        "medium": rng.choice(["voice", "chat", "chat", "task"]),
        "text": rng.choice(["Is the ferry late?", "One moment, please.", " "]),
        "subject": "A question",
        "title": "Timetable",
        "campaign": rng.choice(["winter", "arrears", "survey"]),
        "seconds": rng.choice([0, 30]),
        "callback": rng.choice([*(item.id for item in picture.promised()), "b0"]),
        "segment": rng.choice([*(item.id for item in picture.open_segments(agent)), "s0"]),
        "confidence": rng.choice([0.5, 1.0]),
        "final": rng.random() < 0.5,
    }
    if name in ("start_chat", "create_task"):
        given["to"] = {"start_chat": "8101", "create_task": "8201"}[name]
    if name == "ring":
        given["to"] = rng.choice(["8001", "8002", "8003", "2001", "2002"])
    if name in ("supervise", "set_state_of"):
        given |= {"agent": "ruth", "state": rng.choice(["ready", "ready", "not_ready", "null"])}
        crew = [a.id for a in plan.agents if a.team == "harbour"]
        talks = [(p.agent, p.call) for p in picture.parties.values() if p.agent in crew and p.state in LIVE]
        given["other"] = rng.choice(crew)
        if talks:
            given["other"], given["call"] = rng.choice(talks)
        if given["state"] == "null":
            given["reason"] = "end-of-shift"
    if name in ("transfer_call", "conference_call"):
        own = [p.call for p in picture.of_agent(agent) if p.call != call]
        consults = any(picture.calls[c].kind == "consult" for c in (*own, call) if c in picture.calls)
        given["other"] = rng.choice(own or ["c0"])
        if consults and rng.random() < 0.9:
            del given["other"]
    wanted = next(a for a in ACTIONS if a.name == name).parameters
    optional = {p.name for p in wanted if not p.required}
    if name in ("customer_answer", "customer_hang_up"):
        del given["number"]  # by their call, which says more than whose number it is
        optional.discard("call")
    if name == "post_message":
        given["agent"] = "ruth"
    return {
        p.name: given[p.name]
        for p in wanted
        if p.name in given and (p.name not in optional or (p.name != "station" and rng.random() < 0.5))
    }


def _someone_fit(switch: Switch, rng: Random, name: str) -> tuple[str, str] | None:
    """An agent and a call for whom the action makes sense."""
    picture = switch.picture
    states = {
        "log_on": {"null"},
        "set_agent_state": {"not_ready", "ready", "busy"},
        "complete_wrap_up": {"working_after_call"},
        "make_call": {"ready", "not_ready"},
    }
    if name in states:
        fit = [(a.id, "c0") for a in picture.agents.values() if a.state in states[name]]
    else:
        ringing = name in ("answer_call", "deflect_call")
        parties = [p for p in picture.parties.values() if p.agent is not None and p.state in LIVE]
        if name not in ("retrieve_call", "clear_connection", "transfer_call", "conference_call"):
            parties = [p for p in parties if not p.parked] or parties
        fit = [(p.agent or "", p.call) for p in parties if (p.state == "alerting") == ringing]
    if name in ("pause_contact", "resume_contact", "send_message"):
        fit = [f for f in fit if picture.calls[f[1]].medium != "voice"] or fit
    if name in ("transfer_call", "conference_call", "reconnect_call", "alternate_call"):
        consults = [f for f in fit if picture.calls[f[1]].kind == "consult"]
        fit = consults or fit
    return rng.choice(fit) if fit else None


def a_service(states: Mapping[Subject, SubjectState], centre: Centre, rng: Random) -> tuple[str, c.Service]:
    """What a page might ask for, with its agent: now and then something that makes no sense at the moment."""
    plan = rng.choice(centre.agents)
    state = states[agent_subject(AgentId(plan.id))]
    contacts = list(state.contacts.values())
    if not contacts or rng.random() < 0.15:
        if rng.random() < 0.3:
            return plan.id, c.MakeCall(target=a_target(centre, rng))
        to = rng.choice([Availability.READY, Availability.READY, Availability.NOT_READY, Availability.NULL])
        reason = {Availability.NOT_READY: "break", Availability.NULL: "end-of-shift"}.get(to, "")
        return plan.id, c.SetAgentState(state=to, reason=reason)
    first = rng.choice(contacts)
    second = rng.choice(contacts)
    if second is not first and rng.random() < 0.2:
        joined = (
            c.TransferCall(contact=first.id, other=second.id),
            c.ConferenceCall(contact=first.id, other=second.id),
        )
        return plan.id, rng.choice(joined)
    return plan.id, on_contact(first, centre, rng)


def a_target(centre: Centre, rng: Random) -> Target:
    """Someone to call."""
    return rng.choice(
        [
            Target(kind=TargetKind.AGENT, id=rng.choice(centre.agents).id),
            Target(kind=TargetKind.QUEUE, id=rng.choice(centre.queues).id),
            Target(kind=TargetKind.NUMBER, number=rng.choice(centre.customers).number.replace(" ", "")),
            Target(kind=TargetKind.NUMBER, number=rng.choice(centre.numbers).number.replace(" ", "")),
        ]
    )


def on_contact(contact: Contact, centre: Centre, rng: Random) -> c.Service:
    """What a page might ask for about a contact."""
    call: Call | None = rng.choice(contact.calls)
    others = [item.id for item in call.connections] if call is not None else []
    ident = call.id if call is not None and rng.random() < 0.5 else None
    where: dict[str, Any] = {"contact": contact.id, "call": ident}
    other = rng.choice(others) if others and rng.random() < 0.4 else None
    target = a_target(centre, rng)
    data = AttachedData(peripheral={"note": rng.choice("ab")}, named={"order": rng.choice(["", "7"])})
    chosen = c.SetDisposition(contact=contact.id, disposition=rng.choice(centre.dispositions).code)
    fitting: list[c.Service] = []
    if contact.medium is not Medium.VOICE and contact.phase in (Phase.ACTIVE, Phase.PAUSED):
        written: list[c.Service] = [
            c.SendMessage(contact=contact.id, text="One moment, please."),
            c.PauseContact(contact=contact.id),
            c.ResumeContact(contact=contact.id),
            c.ResumeContact(contact=contact.id),
            c.AssociateData(**where, data=data),
            c.ClearConnection(**where),
            c.SingleStepTransferCall(**where, target=target),
            chosen,
        ]
        return rng.choice(written)
    if contact.phase is Phase.OFFERED:
        fitting += [c.AnswerCall(**where)] * 8
        fitting += [c.DeflectCall(**where), c.DeflectCall(**where, target=target)]
    elif contact.phase is Phase.WRAP_UP:
        fitting += [c.CompleteContact(contact=contact.id), c.CompleteContact(contact=contact.id), chosen]
    anything: list[c.Service] = [
        c.ClearConnection(**where, connection=other),
        c.HoldCall(**where, connection=other),
        c.RetrieveCall(**where, connection=other),
        c.RetrieveCall(**where),
        c.ParkCall(**where),
        c.ConsultationCall(**where, target=target, data=data if rng.random() < 0.5 else None),
        c.AlternateCall(**where),
        c.ReconnectCall(**where),
        c.TransferCall(**where),
        c.ConferenceCall(**where),
        c.SingleStepTransferCall(**where, target=target),
        c.SingleStepConferenceCall(**where, target=target),
        c.GenerateDigits(**where, digits="1#"),
        c.AssociateData(**where, data=data, wrap_up_reason=rng.choice([None, "change", "nonsense"])),
        c.SetMicrophoneMute(**where, mute=rng.random() < 0.5),
        chosen,
        c.StartRecording(**where),
        c.StopRecording(**where),
        c.CompleteContact(contact=contact.id),
    ]
    return rng.choice(fitting or anything)
