"""Recording a call: started, paused, resumed and stopped by anyone who talks in it; the record says by whom."""

from __future__ import annotations

from typing import assert_never

from msgspec.structs import replace

from cordboard.protocols.simulator.commands import (
    PauseRecording,
    RefusedError,
    ResumeRecording,
    StartRecording,
    StopRecording,
)
from cordboard.protocols.simulator.consequences import talking
from cordboard.protocols.simulator.exchange import Exchange
from cordboard.protocols.simulator.journal import Kind
from cordboard.protocols.simulator.picture import Call, Party, Recording

Command = StartRecording | PauseRecording | ResumeRecording | StopRecording


def record(exchange: Exchange, own: Party, call: Call, command: Command) -> None:
    """Do it, or refuse. To start what runs, or to stop what does not, changes nothing."""
    if not talking(own):
        raise RefusedError("wrong-state", own.state)
    match command:
        case StartRecording():
            if call.recording == "paused":
                raise RefusedError("not-recording", "it is paused: resume it")
            _turn(exchange, own, call, "recording-started", "recording")
        case PauseRecording():
            if not call.recording:
                raise RefusedError("not-recording", "there is nothing to pause")
            _turn(exchange, own, call, "recording-paused", "paused")
        case ResumeRecording():
            if not call.recording:
                raise RefusedError("not-recording", "there is nothing to resume")
            _turn(exchange, own, call, "recording-resumed", "recording")
        case StopRecording():
            _turn(exchange, own, call, "recording-stopped", "")
        case _:
            assert_never(command)


def _turn(exchange: Exchange, own: Party, call: Call, kind: Kind, to: Recording) -> None:
    if call.recording != to:
        exchange.put(kind, replace(call, recording=to), by=own.id)
