"""Five9's things in the model's words: calls with who is in them, contacts, the agent's state. Pure; times are the vendor's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from cordboard.model.entities import (
    AgentProfile,
    AgentState,
    AttachedData,
    Availability,
    Call,
    CallKind,
    Connection,
    ConnectionState as S,
    Contact,
    Direction,
    Ending,
    Medium,
    Participant,
    PendingState,
    Phase,
    Queue,
    Reason,
    ReasonKind,
    Role,
    Stamp,
    Stamps,
)
from cordboard.model.ids import AgentId, CallId, ConnectionId, ContactId, LinkId, Millis, QueueId, ThreadId
from cordboard.protocols.five9 import wire, words as w

CUSTOM, NAMED = "Custom", "Named"
"""Groups of variables whose names stand for themselves in the model."""
_SYSTEM = frozenset({"Call", "Agent"})
_CUSTOMER = frozenset({"Customer.name", "Customer.number1"})
"""Told as the participant."""
SESSION_ID = "Call.session_id"
"""The variable that is the same in every part of one conversation."""
SKILL_NAME = "Call.skill_name"
OVER = frozenset({w.WRAP_UP, w.FINISHED})
"""States of a call in which nobody talks any more; any other, also one that nobody has told of, goes on."""
OUTWARD = frozenset(
    {w.OUTBOUND, w.MANUAL, w.AGENT, w.PREVIEW, w.AUTODIAL, w.QUEUE_CALLBACK, "OUTBOUND_PREVIEW", "TEST"}
)
"""Kinds of calls that the contact centre makes."""
INITIATIONS: Mapping[str, str] = {
    w.INBOUND: "routed",
    w.OUTBOUND: "campaign",
    w.AUTODIAL: "campaign",
    w.MANUAL: "dialled",
    w.AGENT: "dialled",
    w.QUEUE_CALLBACK: "callback",
    w.PREVIEW: "preview",
    "OUTBOUND_PREVIEW": "preview",
    w.INTERNAL: "direct",
}
OWN: Mapping[str, S] = {
    w.RINGING: S.CONNECTED,
    w.TALKING: S.CONNECTED,
    w.ON_HOLD: S.HOLD,
    w.PARKED: S.HOLD,
}
"""The agent's own connection. An offered call depends on who made it."""
PARTICIPANTS: Mapping[str, S] = {
    w.PARTICIPANT_RINGING: S.ALERTING,
    w.RINGING: S.ALERTING,
    w.PARTICIPANT_ON_HOLD: S.HOLD,
    w.ON_HOLD: S.HOLD,
    w.FINISHED: S.NULL,
    w.WRAP_UP: S.NULL,
}
"""Whoever is in another state talks."""
ENDINGS: Mapping[str, Ending] = {
    w.TRANSFERRED: Ending.TRANSFERRED,
    w.CONFERENCE_LEFT: Ending.TRANSFERRED,
    w.REJECTED: Ending.DECLINED,
    w.NO_ANSWER: Ending.MISSED,
    w.ABANDONED: Ending.ABANDONED,
    w.FAILED_TO_CONNECT: Ending.FAILED,
}
"""By the reason of the event. Any other: by what the call was before."""
NO_REASON = frozenset({"", "0"})


class Book(msgspec.Struct, frozen=True, kw_only=True):
    """What does not change with each call: who the agent is, and what ids mean."""

    link: LinkId
    agent: AgentId
    user: str = ""
    """The agent's id at Five9."""
    profile: AgentProfile
    variables: dict[str, str] = {}
    """By the id of a definition: ``Group.name``."""
    parts: dict[str, tuple[str, str]] = {}
    """The same, in its two parts."""
    ids: dict[str, str] = {}
    """The other way round."""
    campaigns: dict[str, str] = {}
    skills: dict[str, str] = {}
    users: dict[str, str] = {}
    """Names of colleagues by their ids at Five9."""

    def reason(self, code: str, kind: ReasonKind = ReasonKind.NOT_READY) -> Reason | None:
        """The reason of this id; one that is not listed has no label."""
        if code in NO_REASON:
            return None
        known = (item for item in self.profile.reasons if item.code == code and item.kind is kind)
        return next(known, Reason(code=code, kind=kind))


def outward(book: Book, call: wire.Call) -> bool:
    """Whether this agent's side made the call."""
    if call.transfer:
        return False
    if call.call_type == w.INTERNAL and call.original_call_id is None:
        return bool(call.ani) and call.ani == book.profile.extension
    return call.original_call_id is not None or call.call_type in OUTWARD


def call_of(book: Book, call: wire.Call) -> Call:
    """The call, with the connections that are live."""
    states = connections(book, call)
    return Call(
        id=CallId(call.id),
        vendor_id=call.id,
        kind=CallKind.CONSULT if call.consult else CallKind.MAIN,
        direction=direction(call),
        ani=call.ani or "",
        dnis=call.dnis or "",
        dialled=(call.dnis or call.number or "") if outward(book, call) else "",
        references=_references(book, call),
        data=_data(book, call),
        recording="recording" if call.recording else "",
        initiation=_initiation(call),
        stamps=Stamps(
            created=Stamp(vendor=call.start_timestamp or 0),
            connected=Stamp(vendor=call.handle_timestamp or 0),
            wrapped_up=Stamp(vendor=call.wrapup_timestamp or 0),
        ),
        connections=states,
        cleared=call.state in OVER,
    )


def direction(call: wire.Call) -> Direction:
    """Who began the call."""
    if call.call_type == w.INTERNAL or (call.consult and call.agent_id):
        return Direction.INTERNAL
    made = call.call_type in OUTWARD or call.original_call_id is not None
    return Direction.OUTBOUND if made else Direction.INBOUND


def connections(book: Book, call: wire.Call) -> tuple[Connection, ...]:
    """Who is in the call and how; of a call that is over everybody is gone."""
    over = call.state in OVER
    if over:
        own, far = S.NULL, S.NULL
    elif call.state == w.OFFERED:
        own, far = (S.INITIATED, S.NULL) if outward(book, call) else (S.ALERTING, S.CONNECTED)
    else:
        # A state that nobody has told of is taken for a call that goes on.
        own = OWN.get(call.state, S.CONNECTED)
        far = S.ALERTING if call.state == w.RINGING else S.CONNECTED
    since = call.hold_timestamp or call.handle_timestamp or call.start_timestamp or 0
    me = Participant(role=Role.AGENT, id=book.agent)
    parked = call.state == w.PARKED
    found = [
        Connection(id=ConnectionId(f"{call.id}-own"), participant=me, state=own, parked=parked, since=since)
    ]
    others = call.participants
    if not others:
        found.append(Connection(id=far_id(call.id), participant=_far(book, call), state=far))
    found += [
        Connection(
            id=ConnectionId(item.id),
            participant=_other(book, call, item),
            state=S.NULL if over else PARTICIPANTS.get(item.state, S.CONNECTED),
        )
        for item in others
    ]
    # Nobody is told of who was never there.
    return tuple(item for item in found if item.state is not S.NULL)


def far_id(call: str) -> ConnectionId:
    """The connection of whom the call began with, where Five9 has no id for it."""
    return ConnectionId(f"{call}-far")


def far(book: Book, call: wire.Call) -> wire.Participant:
    """The other end of a call of two, as one of several."""
    party = _far(book, call)
    return wire.Participant(
        id=far_id(call.id),
        state=w.PARTICIPANT_RINGING if call.state == w.RINGING else w.PARTICIPANT_TALKING,
        address_type=call.address_type,
        number=party.number,
        name=party.name,
        agent_id=party.id or None if party.role is Role.AGENT else None,
        skill_id=party.id or None if party.role is Role.QUEUE else None,
    )


def contact_of(book: Book, calls: Sequence[wire.Call], ended: Ending | None, now: Millis) -> Contact:
    """The contact of these calls, of which the first is the main one."""
    main = calls[0]
    live = [item for item in calls if item.state not in OVER]
    if live:
        phase = _phase(book, main if main.state not in OVER else live[0], active=len(calls) > 1)
    else:
        phase = Phase.WRAP_UP if any(item.state == w.WRAP_UP for item in calls) else Phase.CLOSED
    since = main.wrapup_timestamp if phase is Phase.WRAP_UP else main.handle_timestamp
    by = main.user_transferring_id
    return Contact(
        id=ContactId(main.id),
        link=book.link,
        agent=book.agent,
        thread=ThreadId(_thread(book, main)),
        direction=direction(main),
        phase=phase,
        phase_since=Stamp(vendor=since or main.start_timestamp or now),
        created=Stamp(vendor=main.start_timestamp or now),
        ended_by=None if live else ended or Ending.COMPLETED,
        customer=_customer(book, main),
        queue=_queue(book, main),
        campaign=main.campaign_id or "",
        campaign_name=book.campaigns.get(main.campaign_id or "", ""),
        callback=main.callback_id or "",
        disposition=main.disposition_id or "",
        transferred_by=Participant(role=Role.AGENT, id=by, name=book.users.get(by, "")) if by else None,
        calls=tuple(call_of(book, item) for item in calls),
    )


def agent_state(
    book: Book, login: str, presence: wire.Presence, calls: Sequence[wire.Call], now: Millis
) -> AgentState:
    """The agent's state for voice. A call hides what the agent has chosen, but for one that is parked."""
    if login != w.WORKING:
        return AgentState(link=book.link, medium=Medium.VOICE, state=Availability.NULL, since=now)
    chosen = _chosen(book, presence.current_state)
    state, beneath = chosen.state, None
    if any(holds(item) for item in calls):
        state, beneath = Availability.BUSY, chosen
    elif any(item.state == w.WRAP_UP for item in calls):
        state, beneath = Availability.WORKING_AFTER_CALL, chosen
    return AgentState(
        link=book.link,
        medium=Medium.VOICE,
        state=state,
        reason=None if beneath is not None else chosen.reason,
        pending=_chosen(book, presence.pending_state) if presence.pending_state is not None else None,
        chosen=beneath,
        since=now,
    )


def holds(call: wire.Call) -> bool:
    """Whether the call keeps its agent from others."""
    return call.state not in OVER and call.state != w.PARKED


def named(book: Book, data: AttachedData) -> tuple[dict[str, str], list[str]]:
    """The data by the ids of their variables, and the names that nobody has defined."""
    ids = book.ids
    wanted = {f"{CUSTOM}.{key}" if "." not in key else key: value for key, value in data.peripheral.items()}
    wanted.update((f"{NAMED}.{key}", value) for key, value in data.named.items())
    found = {ids[name]: value for name, value in wanted.items() if name in ids}
    return found, sorted(name for name in wanted if name not in ids)


# --- private --------------------------------------------------------------------------------------------------------------


def _chosen(book: Book, state: wire.PresenceState) -> PendingState:
    if w.CALL in state.ready_channels:
        return PendingState(state=Availability.READY)
    return PendingState(state=Availability.NOT_READY, reason=book.reason(state.not_ready_reason_code_id))


def _phase(book: Book, call: wire.Call, *, active: bool) -> Phase:
    if active or call.state in (w.TALKING, w.ON_HOLD, w.PARKED):
        return Phase.ACTIVE
    if connections(book, call)[0].state is S.ALERTING:
        return Phase.OFFERED
    return Phase.DIALLING if call.state in (w.OFFERED, w.RINGING) else Phase.ACTIVE


def _initiation(call: wire.Call) -> str:
    if call.consult:
        return "consult"
    return "transfer" if call.transfer else INITIATIONS.get(call.call_type, "")


def _references(book: Book, call: wire.Call) -> dict[str, str]:
    """What the contact centre itself says of the call."""
    found = {"callType": call.call_type}
    if call.state not in w.CALL_STATES:
        found["state"] = call.state
    parts = book.parts
    for ident, value in call.variables.items():
        group, name = parts.get(ident, _UNKNOWN)
        if group in _SYSTEM and value:
            found[name if name == "session_id" else book.variables[ident]] = value
    return found


def _variable(book: Book, call: wire.Call, name: str) -> str:
    ident = book.ids.get(name)
    return call.variables.get(ident, "") if ident is not None else ""


def _data(book: Book, call: wire.Call) -> AttachedData:
    """The variables that people and programs set, by their names; one that nobody has defined, by its id."""
    peripheral: dict[str, str] = {}
    named: dict[str, str] = {}
    parts = book.parts
    for ident, value in call.variables.items():
        group, name = parts.get(ident, _UNKNOWN)
        if not value or group in _SYSTEM:
            continue
        if group == CUSTOM:
            peripheral[name] = value
        elif group == NAMED:
            named[name] = value
        elif (known := book.variables.get(ident, ident)) not in _CUSTOMER:
            peripheral[known or ident] = value
    return AttachedData(peripheral=peripheral, named=named)


_UNKNOWN = ("", "")


def _thread(book: Book, call: wire.Call) -> str:
    return _variable(book, call, SESSION_ID) or call.original_call_id or call.id


def _queue(book: Book, call: wire.Call) -> Queue | None:
    """The skill that the call came through, by its id or, where only that is told, by its name."""
    if call.original_call_id is not None:
        return None
    if call.skill_id:
        return Queue(id=QueueId(call.skill_id), name=book.skills.get(call.skill_id, ""))
    name = _variable(book, call, SKILL_NAME)
    ident = next((ident for ident, known in book.skills.items() if name and known == name), None)
    return Queue(id=QueueId(ident), name=name) if ident is not None else None


def _number(book: Book, call: wire.Call) -> str:
    if outward(book, call):
        return call.dnis or call.number or ""
    return call.ani or call.number or ""


def _customer(book: Book, call: wire.Call) -> Participant | None:
    name = _variable(book, call, "Customer.name")
    far = None if call.consult else _first(book, call)
    if far is not None:
        return Participant(role=Role.CUSTOMER, number=far.number, name=far.name or name)
    party = _far(book, call)
    number = _known(book, call)
    if not number:
        number = party.number if party.role is Role.CUSTOMER else _variable(book, call, "Customer.number1")
    return Participant(role=Role.CUSTOMER, number=number, name=name) if number else None


def _known(book: Book, call: wire.Call) -> str:
    """The customer's number, where the variable of it and the call say the same; `number` alone is who is at the other end now."""
    known = _variable(book, call, "Customer.number1")
    return known if known in (call.ani, call.dnis) and not call.consult else ""


def _first(book: Book, call: wire.Call) -> wire.Participant | None:
    """The customer among those in the call: whose number is the call's own. Of several whom it does not name, the first from outside; one alone
    whom it does not name is who was called in, and stayed.
    """
    outside = [item for item in call.participants if _role(item) is Role.CUSTOMER]
    number = _known(book, call) or _number(book, call)
    named = next((item for item in outside if same_number(item.number, number)), None)
    if named is not None or not outside:
        return named
    told = bool(number) and bool(outside[0].number)
    return None if told and len(outside) == 1 else outside[0]


def same_number(one: str, other: str) -> bool:
    """Whether these are written for one number: one may lack what stands before it in the other."""
    short, long = sorted((one.lstrip("+0"), other.lstrip("+0")), key=len)
    return bool(short) and (short == long or (len(short) >= _LOCAL and long.endswith(short)))


_LOCAL = 6
"""Digits that a number has at least, for which what stands before may be left out."""


def _far(book: Book, call: wire.Call) -> Participant:
    """The other end of a call of two."""
    if call.agent_id or call.address_type == w.AGENT:
        ident = call.agent_id or ""
        return Participant(role=Role.AGENT, id=ident, name=book.users.get(ident, ""))
    if call.address_type == w.SKILL:
        ident = call.skill_id or ""
        return Participant(role=Role.QUEUE, id=ident, name=book.skills.get(ident, ""))
    role = Role.THIRD_PARTY if call.consult else Role.CUSTOMER
    return Participant(role=role, number=_number(book, call))


def _role(item: wire.Participant) -> Role:
    if item.agent_id or item.address_type == w.AGENT:
        return Role.AGENT
    return Role.QUEUE if item.address_type == w.SKILL else Role.CUSTOMER


def _other(book: Book, call: wire.Call, item: wire.Participant) -> Participant:
    """One of several in a call."""
    match _role(item):
        case Role.AGENT:
            ident = item.agent_id or ""
            return Participant(role=Role.AGENT, id=ident, name=item.name or book.users.get(ident, ""))
        case Role.QUEUE:
            return Participant(role=Role.QUEUE, id=item.skill_id or "", name=item.name)
        case _:
            first = None if call.consult else _first(book, call)
            role = Role.CUSTOMER if first is not None and first.id == item.id else Role.THIRD_PARTY
            return Participant(role=role, number=item.number, name=item.name)
