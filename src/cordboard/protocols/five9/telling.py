"""What an entry is told as: the difference between what an agent's state shows on this wire before and after.

So a snapshot after a lost link, a call that was missed and one that was followed from its first ring all end in the same frames. The entry
itself only says why.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from msgspec.structs import replace

from cordboard.model import commands as c, events as e
from cordboard.model.calls import own_connection
from cordboard.model.entities import (
    Callback,
    ConnectionState as S,
    Contact,
    Ending,
    ReasonKind,
)
from cordboard.model.ids import Millis
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import events as ids, lists, wire, words as w
from cordboard.protocols.five9.lines import Line, guest, is_preview, lines, past
from cordboard.protocols.five9.presence import presence
from cordboard.protocols.five9.settings import Settings

LATELY: Millis = 120_000
"""Calls that were over for longer are not told to who joins: whoever was away for so long has loaded its page anew."""


class Told(NamedTuple):
    """A frame to be: event, reason, payload."""

    event: int
    reason: str | None
    payload: object = None
    broadcast: bool = False


def told(event: e.Event, before: SubjectState, after: SubjectState, settings: Settings) -> Iterator[Told]:
    """The frames of one entry of the agent's, in their order."""
    moved = before.contacts is not after.contacts or before.recent is not after.recent
    if moved or before.profile is not after.profile:
        yield from _calls(event, before, after, settings)
        yield from _previews(before, after)
    if before.states is not after.states and presence(before) != (now := presence(after)):
        yield Told(ids.PRESENCE, w.UPDATED, now)
    if before.callbacks is not after.callbacks:
        yield from _callbacks(before, after)
    if before.profile is not after.profile and before.profile is not None:
        yield from _profile(before, after)
    match event:
        case e.LinkDown():
            yield Told(ids.SERVER_UNAVAILABLE, event.cause or None)
        case e.LinkUp() if before.links:
            yield Told(ids.RESOURCES, w.UPDATED, lists.live_addresses(after))
        case e.CommandSettled(outcome=c.Refused() | c.Unconfirmed()):
            yield from _failed(event, before)
        case _:
            pass


def present(state: SubjectState, settings: Settings, at: Millis) -> Iterator[Told]:
    """The calls there are, as if they came now, each begun once more if it ever began; and before them those that were over lately. For who
    joins, and may have missed any of it.
    """
    for line in past(state, at - LATELY):
        yield from _again(line)
        if line.consult:
            reason = w.DISPOSITIONED if _talked(line) else w.FAILED_TO_CONNECT
        else:
            reason = _closed(line.contact, line)
        yield from _deleted(reason, line, settings)
    for line in lines(state).values():
        yield from _again(line)
        if line.told.state not in (w.OFFERED, w.TALKING):
            yield Told(ids.CALL_UPDATED, _joined(line.told.state), line.told)


def _again(line: Line) -> Iterator[Told]:
    yield Told(ids.CALL_CREATED, w.CREATED, replace(line.told, state=w.OFFERED))
    if _talked(line):
        yield _connected(line.told)


def _talked(line: Line) -> bool:
    """Whether the call was ever answered: on hold are also those that still ring at the other end."""
    call = line.told
    match call.state:
        case w.OFFERED:
            return False
        case w.TALKING:
            return True
        case w.ON_HOLD | w.PARKED if any(party.state != w.PARTICIPANT_RINGING for party in call.participants):
            return True
        case _:
            return call.handle_timestamp is not None


def _went_on(line: Line) -> bool:
    return line.told.state in (w.ON_HOLD, w.PARKED, w.WRAP_UP) and _talked(line)


def _connected(call: wire.Call) -> Told:
    """The beginning of a call that went on to another state at once, or was answered while it was on hold."""
    return Told(ids.CALL_UPDATED, w.CONNECTED, replace(call, state=w.TALKING, hold_timestamp=None))


# --- calls -----------------------------------------------------------------------------------------------------------------


def _calls(event: e.Event, before: SubjectState, after: SubjectState, settings: Settings) -> Iterator[Told]:
    old, new = lines(before), lines(after)
    for ident, line in old.items():
        if ident not in new:
            yield from _over(event, line, after, settings)
    for ident, line in new.items():
        known = old.get(ident)
        if known is None:
            yield from _begun(line, settings)
        elif known.told != line.told:
            yield from _changed(event, known, line, settings)


def _begun(line: Line, settings: Settings) -> Iterator[Told]:
    call = line.told
    first = call if call.state in (w.OFFERED, w.RINGING) else replace(call, state=w.OFFERED)
    yield Told(ids.CALL_CREATED, w.CREATED, first)
    if settings.duplicates:
        yield Told(ids.CALL_CREATED_AGAIN, w.CREATED, first)
    if _went_on(line):
        yield _connected(call)
    if call is not first:
        yield Told(ids.CALL_UPDATED, _joined(call.state), call)


def _joined(state: str) -> str:
    """The reason for a state that was not seen coming."""
    return {w.TALKING: w.CONNECTED, w.ON_HOLD: w.HELD, w.PARKED: w.PUT_ASIDE}.get(state, w.UPDATED)


def _changed(event: e.Event, known: Line, line: Line, settings: Settings) -> Iterator[Told]:
    now = line.told
    if _went_on(line) and not _talked(known):
        yield _connected(now)
        known = known._replace(told=replace(known.told, state=w.TALKING))
    was = known.told
    if was.state != now.state:
        yield Told(ids.CALL_UPDATED, _moved(event, known, line, settings), now)
    elif now.state != w.TALKING or settings.faithful:
        yield Told(ids.CALL_UPDATED, w.UPDATED, now)
    elif was.recording != now.recording:
        yield Told(ids.CALL_UPDATED, w.RECORDING, now)
    elif was.participants == now.participants:
        yield Told(ids.CALL_UPDATED, w.VARIABLES, now)
    else:
        yield Told(ids.CALL_UPDATED, w.PARTICIPANTS, now)
    seen = {item.id for item in was.participants}
    if now.state in (w.TALKING, w.ON_HOLD, w.PARKED) and len(was.participants) and len(now.participants) > 1:
        for party in now.participants:
            if party.id not in seen:
                yield Told(ids.CALL_UPDATED, w.PARTICIPANT_ADDED, guest(party, now))


def _moved(event: e.Event, known: Line, line: Line, settings: Settings) -> str:
    """Why the call is in another state."""
    match known.told.state, line.told.state:
        case ((w.OFFERED | w.RINGING), w.TALKING):
            return w.CONNECTED
        case _, w.TALKING if not _talked(known):
            return w.CONNECTED
        case w.PARKED, w.TALKING:
            return w.UPDATED if settings.faithful else w.UNPARKED
        case _, w.TALKING:
            return w.UPDATED if settings.faithful else w.UNHELD
        case _, w.PARKED:
            return w.UPDATED if settings.faithful else w.PUT_ASIDE
        case _, w.ON_HOLD:
            return w.UPDATED if settings.faithful else w.HELD
        case _, w.WRAP_UP:
            return _hung_up(event, known)
        case _:
            return w.UPDATED


def _hung_up(event: e.Event, known: Line) -> str:
    """Who or what ended the talking."""
    match event:
        case e.Failed():
            return w.FAILED_TO_CONNECT
        case e.WrapUpStarted(ended_by=Ending.FAILED | Ending.MISSED):
            return w.FAILED_TO_CONNECT
        case e.Transferred() | e.WrapUpStarted(ended_by=Ending.TRANSFERRED):
            return w.TRANSFERRED
        case _:
            pass
    if known.told.state in (w.OFFERED, w.RINGING):
        return w.FAILED_TO_CONNECT
    if event.cause in ("transferred", "deflected", "conferenced"):
        return w.TRANSFERRED
    own = own_connection(known.call, known.contact.agent)
    others = [item for item in known.call.connections if own is None or item.id != own.id]
    if others and all(item.state is S.NULL for item in others):
        return w.DISCONNECTED_BY_CALLER
    by = getattr(event, "by", None)
    if by is not None:
        return w.DISCONNECTED_BY_AGENT if own is not None and by == own.id else w.DISCONNECTED_BY_CALLER
    gone = {item.id for item in getattr(event, "connections", ()) if item.state is S.NULL}
    if gone and own is not None and own.id not in gone:
        return w.DISCONNECTED_BY_CALLER
    return w.DISCONNECTED_BY_AGENT


def _over(event: e.Event, line: Line, after: SubjectState, settings: Settings) -> Iterator[Told]:
    """A call that is no more: why, by how its contact ended, or by what became of a consult."""
    closed = after.contacts.get(line.contact.id) or next(
        (item for item in after.recent if item.id == line.contact.id), line.contact
    )
    reason = _consult_over(event, line) if line.consult else _closed(closed, line)
    last = replace(line.told, disposition_id=closed.disposition or line.told.disposition_id)
    yield from _deleted(reason, line._replace(told=last), settings)


def _deleted(reason: str, line: Line, settings: Settings) -> Iterator[Told]:
    last = replace(line.told, state=w.FINISHED)
    reasons = [reason]
    if reason == w.TRANSFERRED and settings.transferred_then_dispositioned:
        reasons.append(w.DISPOSITIONED)
    for why in reasons:
        yield Told(ids.CALL_DELETED, why, last)
        if settings.duplicates:
            yield Told(ids.CALL_DELETED_AGAIN, why, last)
    if line.consult and reason == w.NO_ANSWER:
        yield Told(ids.NO_ANSWER, w.NO_ANSWER, last)


def _closed(contact: Contact, line: Line) -> str:
    talked = _talked(line)
    match contact.ended_by:
        case Ending.TRANSFERRED:
            return w.TRANSFERRED
        case _ if talked:
            # Whoever heard of the call's beginning waits for this, whatever became of it.
            return w.DISPOSITIONED
        case Ending.DECLINED:
            return w.REJECTED
        case Ending.ABANDONED:
            return w.ABANDONED
        case Ending.FAILED:
            return w.FAILED_TO_CONNECT
        case Ending.MISSED:
            return w.NO_ANSWER
        case _:
            return w.DELETED


def _consult_over(event: e.Event, line: Line) -> str:
    if _talked(line):
        return w.DISPOSITIONED
    return w.NO_ANSWER if event.cause == "no-answer" else w.FAILED_TO_CONNECT


# --- what else there is ----------------------------------------------------------------------------------------------------


def _previews(before: SubjectState, after: SubjectState) -> Iterator[Told]:
    old = {key: item for key, item in before.contacts.items() if is_preview(item)}
    new = {key: item for key, item in after.contacts.items() if is_preview(item)}
    for key, item in old.items():
        if key not in new:
            yield Told(ids.PREVIEW_DELETED, w.DELETED, lists.preview(item))
    for key, item in new.items():
        if key not in old:
            yield Told(ids.PREVIEW_CREATED, w.CREATED, lists.preview(item))
        elif item is not old[key] and lists.preview(item) != lists.preview(old[key]):
            yield Told(ids.PREVIEW_UPDATED, w.UPDATED, lists.preview(item))


def _callbacks(before: SubjectState, after: SubjectState) -> Iterator[Told]:
    old, new = before.callbacks, after.callbacks
    for key, item in old.items():
        if key not in new:
            yield Told(ids.CALLBACK_DELETED, w.DELETED, lists.callback(item))
    for key, item in new.items():
        known: Callback | None = old.get(key)
        if known is None:
            yield Told(ids.CALLBACK_CREATED, w.CREATED, lists.callback(item))
        elif known != item:
            yield Told(ids.CALLBACK_UPDATED, w.UPDATED, lists.callback(item))


def _profile(before: SubjectState, after: SubjectState) -> Iterator[Told]:
    was, now = before.profile, after.profile
    if was is None or now is None:
        return
    old, new = {item.id: item for item in was.queues}, {item.id: item for item in now.queues}
    for gone in old.keys() - new.keys():
        yield Told(ids.SKILL_REMOVED, w.DELETED, lists.skill(old[gone]))
    for come in new.keys() - old.keys():
        yield Told(ids.SKILL_ADDED, w.CREATED, lists.skill(new[come]))
    if old != new:
        yield Told(ids.ACTIVE_SKILLS, w.UPDATED, [lists.skill(item) for item in now.queues])
    for event, kind in (
        (ids.NOT_READY_REASONS, ReasonKind.NOT_READY),
        (ids.LOGOUT_REASONS, ReasonKind.LOGOUT),
    ):
        told_now = lists.reasons(now, kind)
        if lists.reasons(was, kind) != told_now:
            yield Told(event, w.UPDATED, told_now)
    if was.roles != now.roles or was.permissions != now.permissions:
        yield Told(ids.PERMISSIONS, w.UPDATED, lists.permissions(now))
    yield Told(ids.RESOURCES, w.UPDATED, lists.list_addresses(after))


def _failed(event: e.CommandSettled, before: SubjectState) -> Iterator[Told]:
    """What clients hear on the socket when a call or transfer came to nothing."""
    record = before.commands.get(event.command)
    name = record.service if record is not None else ""
    outcome = event.outcome
    code = outcome.code if isinstance(outcome, c.Refused) else "unconfirmed"
    if name == "MakeCall":
        yield Told(ids.MAKE_CALL_FAILED, code.upper().replace("-", "_"))
    elif name in ("TransferCall", "SingleStepTransferCall", "ConsultationCall"):
        yield Told(ids.TRANSFER_FAILED, code.upper().replace("-", "_"))
