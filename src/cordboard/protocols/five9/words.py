"""Five9's words: states, reasons, channels, error codes. Sets of reasons are open: an unknown one means whatever the state says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

# --- states of a call ----------------------------------------------------------------------------------------------------

OFFERED: Final = "OFFERED"
RINGING: Final = "RINGING_ON_OTHER_SIDE"
TALKING: Final = "TALKING"
ON_HOLD: Final = "ON_HOLD"
PARKED: Final = "PARKED"
WRAP_UP: Final = "WRAP_UP"
FINISHED: Final = "FINISHED"

CALL_STATES: Final = (OFFERED, RINGING, TALKING, ON_HOLD, PARKED, WRAP_UP, FINISHED)

PARTICIPANT_RINGING: Final = "PARTICIPANT_RINGING"
PARTICIPANT_TALKING: Final = "PARTICIPANT_TALKING"
PARTICIPANT_ON_HOLD: Final = "PARTICIPANT_ON_HOLD"

# --- reasons of events -----------------------------------------------------------------------------------------------------

CREATED: Final = "CREATED"
UPDATED: Final = "UPDATED"
CONNECTED: Final = "CONNECTED"
HELD: Final = "HELD"
UNHELD: Final = "UNHELD"
PUT_ASIDE: Final = "PARKED"
UNPARKED: Final = "UNPARKED"
RECORDING: Final = "RECORDING_CHANGED"
VARIABLES: Final = "VARIABLES_CHANGED"
PARTICIPANT_ADDED: Final = "CONFERENCE_PARTICIPANT_ADDED"
PARTICIPANTS: Final = "CONFERENCE_PARTICIPANTS_CHANGED"
DISCONNECTED_BY_AGENT: Final = "DISCONNECTED_BY_AGENT"
DISCONNECTED_BY_CALLER: Final = "DISCONNECTED_BY_CALLER"
FAILED_TO_CONNECT: Final = "FAILED_TO_CONNECT"
DISPOSITIONED: Final = "DISPOSITIONED"
TRANSFERRED: Final = "TRANSFERRED"
CONFERENCE_LEFT: Final = "CONFERENCE_LEFT"
CONFERENCE_JOINED: Final = "CONFERENCE_JOINED"
REJECTED: Final = "REJECTED"
NO_ANSWER: Final = "NO_ANSWER"
ABANDONED: Final = "ABANDONED"
DELETED: Final = "DELETED"

CONNECTED_TEXT: Final = "Successful WebSocket Connection"

STARTED: Final = "STARTED"
COMPLETED: Final = "COMPLETED"
IDLE_MAINTENANCE: Final = "IDLE_MAINTENANCE"
MIGRATION_TEXT: Final = "Domain Migrated, please use MetadataAPI to reload client."

# --- login -------------------------------------------------------------------------------------------------------------------

SELECT_STATION: Final = "SELECT_STATION"
SELECT_SKILLS: Final = "SELECT_SKILLS"
ACCEPT_NOTICE: Final = "ACCEPT_NOTICE"
WORKING: Final = "WORKING"
RELOGIN: Final = "RELOGIN"

ATTACH_EXISTING: Final = "AttachExisting"
FORCE_IN: Final = "ForceIn"

STATION_TYPES: Final = ("EMPTY", "PSTN", "SOFTPHONE", "STATION", "GATEWAY")

# --- channels, kinds of calls and addresses --------------------------------------------------------------------------------

CALL: Final = "CALL"
VOICE_MAIL: Final = "VOICE_MAIL"
CHAT: Final = "CHAT"
EMAIL: Final = "EMAIL"

INBOUND: Final = "INBOUND"
OUTBOUND: Final = "OUTBOUND"
MANUAL: Final = "MANUAL"
AGENT: Final = "AGENT"
INTERNAL: Final = "INTERNAL"
QUEUE_CALLBACK: Final = "QUEUE_CALLBACK"
PREVIEW: Final = "PREVIEW"
AUTODIAL: Final = "AUTODIAL"

EXTERNAL: Final = "EXTERNAL"
SKILL: Final = "SKILL"

# --- errors --------------------------------------------------------------------------------------------------------------------

NOT_LOGGED_IN: Final = 401
WRONG_STATE: Final = 3
MIGRATED: Final = 5001
STATUS: Final = 435
"""The HTTP status that is Five9's own: the wrong state, or a service that moved."""
CONTEXT_LOGIN: Final = "LOGIN"
DUPLICATE_LOGIN: Final = "DUPLICATE_LOGIN"
LOGGED_OUT_TEXT: Final = "User is not logged in"
MIGRATED_TEXT: Final = "Service migrated"

# --- close codes ------------------------------------------------------------------------------------------------------------------

NORMAL: Final = 1000
DUPLICATE: Final = 3000

# --- dispositions -------------------------------------------------------------------------------------------------------------------

MAY_END: Final = "VOICE_DISPOSE_CALL_OR_VOICEMAIL"
MAY_TRANSFER: Final = "VOICE_TRANSFER_CALL"

# --- roles of users --------------------------------------------------------------------------------------------------------------------

ROLES: Final[Mapping[str, str]] = {"agent": "Agent", "supervisor": "DomainSupervisor", "admin": "DomainAdmin"}
"""A role, and Five9's name for it."""

# --- supervisors' words --------------------------------------------------------------------------------------------------------------

ACW: Final = "ACW"
LOGGED_OUT: Final = "LOGGED_OUT"
NOT_READY: Final = "NOT_READY"
READY: Final = "READY"
ON_CALL: Final = "ON_CALL"
IS_RINGING: Final = "RINGING"
