"""Five9's event ids, as data. Names and meanings from Five9's own Python pack; the words are ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

EXCEPTION: Final = 1
CALL_CREATED: Final = 3
CALL_UPDATED: Final = 4
CALL_DELETED: Final = 5
PREVIEW_CREATED: Final = 8
PREVIEW_DELETED: Final = 9
PREVIEW_UPDATED: Final = 10
ACTIVE_SKILLS: Final = 11
PRESENCE: Final = 12
PERMISSIONS: Final = 14
LOGIN_STATE: Final = 17
STATION: Final = 18
SKILL_REMOVED: Final = 19
SKILL_STATS: Final = 29
CALL_CREATED_AGAIN: Final = 30
CALL_DELETED_AGAIN: Final = 31
MAINTENANCE_ANNOUNCED: Final = 37
SKILL_ADDED: Final = 39
NO_ANSWER: Final = 40
NOT_READY_REASONS: Final = 48
LOGOUT_REASONS: Final = 50
CALLBACK_CREATED: Final = 53
CALLBACK_UPDATED: Final = 54
CALLBACK_DELETED: Final = 55
RESOURCES: Final = 57
TRANSFER_FAILED: Final = 58
MAKE_CALL_FAILED: Final = 65
MAINTENANCE_STARTED: Final = 70
MAINTENANCE_COMPLETED: Final = 73
CLICK_TO_DIAL: Final = 74
CLICK_TO_DIAL_FAILED: Final = 75
SERVER_UNAVAILABLE: Final = 1000
MIGRATED_GRACEFULLY: Final = 1001
MIGRATED: Final = 1002
EVENTS_UNAVAILABLE: Final = 1003
CONNECTED: Final = 1010
DUPLICATE_CONNECTION: Final = 1020
PONG: Final = 1202
STATS: Final = 5000
INCREMENTAL_STATS: Final = 5012


class EventKind(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the catalogue. `family`: connection, agent, supervisor or channels."""

    name: str
    family: str
    meaning: str


def _family(family: str, **rows: tuple[str, str]) -> dict[int, EventKind]:
    return {
        int(key[1:]): EventKind(name=name, family=family, meaning=meaning)
        for key, (name, meaning) in rows.items()
    }


EVENTS: Mapping[int, EventKind] = {
    **_family(
        "connection",
        _1000=("SERVER_UNAVAILABLE", "the contact centre was lost; start the session again"),
        _1001=("SERVER_MAINTENANCE_SWITCHOVER_RELOGIN", "moved; finish what is under way, then follow"),
        _1002=("SERVER_MAINTENANCE_SWITCHOVER_RELOGIN_FORCED", "moved; follow at once"),
        _1003=("JMS_SERVER_UNAVAILABLE", "no events come any more; start the session again"),
        _1004=("FARM_EVENT", "the domain belongs to another farm"),
        _1010=("SERVER_CONNECTED", "the socket is up"),
        _1020=("DUPLICATE_CONNECTION", "a second socket of the same key; closed with 3000"),
        _1202=("PONG", "the answer to `ping`"),
    ),
    **_family(
        "agent",
        _1=("FIVE9_EXCEPTION_DETAILS", "something that was asked for failed"),
        _2=("EVENT_INCOMING_PREVIEW", "an older double of 8"),
        _3=("EVENT_CALL_CREATED", "a new call"),
        _4=("EVENT_CALL_UPDATED", "a call changed, or its talking is over"),
        _5=("EVENT_CALL_DELETED", "a call is over and disposed of"),
        _6=("EVENT_INTERACTION_SESSION_UPDATED", "an interaction changed"),
        _7=("EVENT_CONFIGURATION_UPDATED", "older than 57"),
        _8=("EVENT_PREVIEW_CREATED", "a preview is offered"),
        _9=("EVENT_PREVIEW_DELETED", "a preview is gone"),
        _10=("EVENT_PREVIEW_UPDATED", "a preview changed"),
        _11=("EVENT_ACTIVE_SKILLS_UPDATED", "the agent's active skills changed"),
        _12=("EVENT_PRESENCE_UPDATED", "the agent's presence changed"),
        _13=("EVENT_OPTIONS_UPDATED", "the agent's options changed"),
        _14=("EVENT_PERMISSIONS_UPDATED", "what the agent may do changed"),
        _15=("EVENT_AGENTS_READY_PRESENCES_SUBSCRIPTION_UPDATE", "who is ready"),
        _16=("EVENT_SUBSCRIPTION_UPDATED", "a subscription changed"),
        _17=("EVENT_LOGIN_STATE_UPDATED", "the login state changed"),
        _18=("EVENT_STATION_UPDATED", "the station changed"),
        _19=("EVENT_AGENT_REMOVED_FROM_SKILL", "a skill was taken from the agent"),
        _20=("EVENT_INCOMING_QUEUE_CALLBACK", "an older double of 21"),
        _21=("EVENT_QUEUE_CALLBACK_CREATED", "a queue's callback is offered"),
        _22=("EVENT_QUEUE_CALLBACK_UPDATED", "it changed"),
        _23=("EVENT_QUEUE_CALLBACK_DELETED", "it is gone"),
        _24=("EVENT_VOICEMAILS_CREATED", "a skill has voicemail"),
        _25=("EVENT_VOICEMAILS_UPDATED", "voicemail changed"),
        _26=("EVENT_VOICEMAILS_DELETED", "voicemail is gone"),
        _27=("EVENT_VOICEMAILS_CREATED_DUPLICATE", "24 once more"),
        _29=("EVENT_SKILL_STATS_SNAPSHOT_SUBSCRIPTION_UPDATE", "who waits for the agent's skills"),
        _30=("EVENT_CALL_CREATED_DUPLICATE", "3 once more"),
        _31=("EVENT_CALL_DELETED_DUPLICATE", "5 once more"),
        _32=("EVENT_INTERACTION_SESSION_CREATED", "a new interaction"),
        _33=("EVENT_PENDING_CONNECTOR_CREATED", "a connector is about to open"),
        _34=("EVENT_PENDING_CONNECTOR_DELETED", "it is not any more"),
        _36=("EVENT_ECHO_CALL_DELETED", "the echo test is over"),
        _37=("EVENT_MAINTENANCE_ANNOUNCED", "milliseconds until maintenance begins"),
        _39=("EVENT_AGENT_ADDED_TO_SKILL", "the agent was given a skill"),
        _40=("EVENT_NO_ANSWER_ON_TRANSFERRED_CALL", "the other agent did not answer"),
        _41=("EVENT_AUDIO_PLAYER_UPDATED", "a prompt plays, or does not"),
        _42=("EVENT_STATION_NEEDS_RESTART", "the station has to be restarted"),
        _48=("EVENT_NOT_READY_REASON_CODES_UPDATED", "the list of reasons changed"),
        _49=("EVENT_NOT_READY_REASON_CODES_DELETED", "reasons are gone"),
        _50=("EVENT_LOGOUT_REASON_CODES_UPDATED", "the list of reasons changed"),
        _51=("EVENT_LOGOUT_REASON_CODES_DELETED", "reasons are gone"),
        _52=("EVENT_CALL_QUALITY_UPDATED", "how well a call is heard"),
        _53=("EVENT_CALLBACK_CREATED", "a call was promised"),
        _54=("EVENT_CALLBACK_UPDATED", "a promise changed"),
        _55=("EVENT_CALLBACK_DELETED", "a promise is kept or called off"),
        _57=("EVENT_RESOURCE_INVALIDATED", "addresses to fetch anew"),
        _58=("EVENT_TRANSFER_FAILED", "a transfer failed"),
        _60=("EVENT_CALL_LOGGING_SETTINGS_CHANGED", "settings changed"),
        _61=("EVENT_MANUAL_CALL_SETTINGS_CHANGED", "settings changed"),
        _62=("EVENT_DASHBOARD_SUBSCRIPTION_CREATED", "a dashboard's subscription"),
        _63=("EVENT_DASHBOARD_SUBSCRIPTION_DELETED", "its end"),
        _64=("EVENT_DASHBOARD_SUBSCRIPTION_UPDATED", "its news"),
        _65=("EVENT_MAKE_CALL_FAILED", "a call could not be made"),
        _66=("EVENT_CALL_VARIABLES_UPDATED", "definitions of variables changed"),
        _67=("EVENT_CALL_VARIABLES_DELETED", "definitions are gone"),
        _69=("EVENT_SOFTPHONE_DEFAULT_FLAGS_CHANGED", "settings changed"),
        _70=("EVENT_MAINTENANCE_STARTED", "maintenance has begun"),
        _71=("EVENT_SWITCHED_TO_BACKUP_HOST", "another site took over"),
        _72=("EVENT_SWITCHED_TO_PRIMARY_HOST", "the first site is back"),
        _73=("EVENT_MAINTENANCE_COMPLETED", "the move is done"),
        _74=("EVENT_CLICK_TO_DIAL_REQUEST", "a click-to-dial is to be done"),
        _75=("EVENT_CLICK_TO_DIAL_FAILED", "it could not be done"),
        _77=("EVENT_CONTACT_UPDATED", "the record of a call changed"),
        _79=("EVENT_GRACEFUL_STATE_TRANSITION_SETTINGS_CHANGES", "settings changed"),
        _81=("EVENT_LOGGING_CONFIG_CHANGED", "settings changed"),
        _84=("EVENT_DOMAIN_USERS_CAN_MIGRATE", "users may move to the new host"),
        _200=("EVENT_GAMIFICATION_AGENT_STAT", "an agent's score"),
        _201=("EVENT_GAMIFICATION_DISPOSITION_STAT", "a disposition's score"),
        _202=("EVENT_GAMIFICATION_SKILL_STAT", "a skill's score"),
    ),
    **_family(
        "supervisor",
        _5000=("EVENT_STATS", "all statistics"),
        _5002=("EVENT_DISPOSITIONS_INVALIDATED", "fetch the dispositions anew"),
        _5003=("EVENT_SKILLS_INVALIDATED", "fetch the skills anew"),
        _5004=("EVENT_AGENT_GROUPS_INVALIDATED", "fetch the groups anew"),
        _5005=("EVENT_CAMPAIGNS_INVALIDATED", "fetch the campaigns anew"),
        _5006=("EVENT_USERS_INVALIDATED", "fetch the users anew"),
        _5007=("EVENT_REASON_CODES_INVALIDATED", "fetch the reasons anew"),
        _5008=("EVENT_CAMPAIGN_PROFILES_INVALIDATED", "fetch the profiles anew"),
        _5009=("EVENT_CAMPAIGN_OUT_OF_NUMBERS", "a campaign has nobody left to call"),
        _5010=("EVENT_LISTS_INVALIDATED", "fetch the lists anew"),
        _5011=("EVENT_CAMPAIGN_LISTS_CHANGED", "a campaign has other lists"),
        _5012=("EVENT_INCREMENTAL_STATS_UPDATE", "statistics that changed"),
        _5013=("EVENT_INCREMENTAL_USER_PROFILES_UPDATE", "profiles that changed"),
        _5014=("EVENT_SKILL_INTERACTIONS_UPDATE", "interactions of a skill"),
        _6001=("EVENT_FILTER_SETTINGS_UPDATED", "the statistics' filter changed"),
        _6002=("EVENT_AGENTS_INVALIDATED", "fetch the agents anew"),
        _6003=("EVENT_SUP_PERMISSIONS_UPDATED", "what the supervisor may do changed"),
        _6004=("EVENT_RESET_CAMPAIGN_DISPOSITIONS_COMPLETED", "a reset is done"),
        _6005=("EVENT_MONITORING_STATE_UPDATED", "listening in began or ended"),
        _6006=("EVENT_RANDOM_MONITORING_STARTED", "listening to whoever talks"),
        _6007=("EVENT_FDS_REAL_TIME", "real-time data"),
        _6008=("EVENT_INCREMENTAL_INTERACTIONS", "interactions that changed"),
    ),
    **_family(
        "channels",
        _10000=("INTERACTION_MESSAGES", "a message in a chat"),
        _10001=("AGENT_EVENTS", "an agent's event in the channels"),
        _10003=("INTERNAL_CHAT", "a message of a colleague"),
        _10010=("USER_EVENT", "something of a user"),
    ),
}

ABOUT_SOCKETS: Final = frozenset(
    {
        *(ident for ident, kind in EVENTS.items() if kind.family == "connection"),
        *(MAINTENANCE_ANNOUNCED, MAINTENANCE_STARTED, MAINTENANCE_COMPLETED),
    }
)
"""What is about the socket itself: every page hears it, whichever events it asked for."""
