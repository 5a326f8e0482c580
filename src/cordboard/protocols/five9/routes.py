"""Five9's doors, as data. Every row is open at both contexts, the agents' and the supervisors', unless it says otherwise.

What else Five9 documents is answered with 404. What each row does, or why it is not here, stands in `coverage/rest.toml`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, Literal

import msgspec

from cordboard.contract import Called, Route

APPS: Final = "appsvcs"
SUPS: Final = "supsvcs"
CONTEXTS: Final = (APPS, SUPS)
PEOPLE: Mapping[str, str] = {APPS: "agents", SUPS: "supervisors"}
"""Under which word each context has its own user."""

SENT: Final = ("farmid", "x-requested-with")
"""Headers that Five9's clients send beside the usual ones."""

Method = Literal["GET", "PUT", "POST", "DELETE"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A door of Five9's catalogue. `path` is behind ``/rs/svc``; `A` in it is the user, `O` the organisation, `K` the call.

    `free`: in any login state. `alone`: without a login.
    """

    name: str
    method: Method
    path: str
    free: bool = False
    alone: bool = False
    contexts: tuple[str, ...] = CONTEXTS


def _rows(text: str, **more: bool) -> Iterator[Row]:
    """Rows of ``name method path``."""
    for line in text.strip().splitlines():
        name, method, path = line.split()
        yield Row(name=name, method=method, path=path, **more)  # type: ignore[arg-type] # a test looks at each


LOGIN, LOGIN_BY_TOKEN, METADATA, LOGOUT = "login", "login_by_token", "metadata", "logout"
SWITCHOVER: Final = "switchover"
ENTRIES: Final = frozenset({LOGIN, LOGIN_BY_TOKEN})

TABLE: tuple[Row, ...] = (
    *_rows(
        """
        login            POST /auth/login
        login_by_token   POST /auth/login_by_token
        """,
        alone=True,
    ),
    *_rows(
        """
        metadata         GET  /auth/metadata
        logout           POST /auth/logout
        switchover       GET  A/switchover_metadata
        login_state      GET  A/login_state
        session_start    PUT  A/session_start
        session_restart  PUT  A/session_restart
        session_stop     PUT  A/session_stop
        can_stop         GET  A/can_stop_session
        expiration       GET  A/session_expiration
        ping             PUT  A/ping
        notices          GET  A/maintenance_notices
        notice           GET  A/maintenance_notices/{notice}
        accept_notice    PUT  A/maintenance_notices/{notice}/accept
        skills           GET  A/skills
        active_skills    GET  A/active_skills
        set_skills       PUT  A/active_skills
        station          GET  A/station
        station_state    GET  A/station_state
        station_restart  PUT  A/station/restart
        org              GET  O
        org_time         GET  O/time
        call_variables   GET  O/call_variables
        self             GET  A
        permissions      GET  A/permissions
        user_permissions GET  /users/{agent}/permissions
        user_roles       GET  /users/{agent}/roles
        channels         GET  A/channels
        options          GET  A/options
        set_options      PUT  A/options
        """,
        free=True,
    ),
    *_rows(
        """
        presence         GET  A/presence
        set_presence     PUT  A/presence
        not_ready        PUT  A/set_system_not_ready_state
        groups           GET  A/agent_groups
        users            GET  O/users
        logged_in        GET  O/users/logged_in_agents
        agent_states     GET  O/agent_states
        interactions     GET  A/interactions
        calls            GET  A/interactions/calls
        call             GET  K
        make_external    POST A/interactions/make_external_call
        make_agent       POST A/interactions/make_agent_call
        make_skill       POST A/interactions/make_skill_call
        make_speed_dial  POST A/interactions/make_speed_dial_call
        click_to_dial    GET  O/interactions/click_to_dial
        answer           PUT  K/answer
        reject           PUT  K/reject
        accept_any       PUT  A/interactions/{call}/accept
        reject_any       PUT  A/interactions/{call}/reject/{reason}
        hold             PUT  K/hold
        unhold           PUT  K/unhold
        park             PUT  K/park
        retrieve         PUT  K/retrieve
        disconnect       PUT  K/disconnect
        dispose          PUT  K/dispose
        dispose_any      PUT  A/interactions/{call}/disposition
        transfer_external   PUT K/transfer_to_external_number
        transfer_speed_dial PUT K/transfer_to_speed_dial
        transfer_campaign   PUT K/transfer_to_campaign
        transfer_agent      PUT K/transfer_to_agent
        transfer_skill      PUT K/transfer_to_skill
        transfer_call       PUT K/transfer_to_call
        complete_transfer   PUT K/complete_transfer
        cancel_transfer     PUT K/cancel_transfer
        conference_external   POST K/add_external_to_conference
        conference_campaign   POST K/add_campaign_to_conference
        conference_agent      POST K/add_agent_to_conference
        conference_skill      POST K/add_skill_to_conference
        conference_speed_dial POST K/add_speed_dial_to_conference
        conference_call       PUT  A/interactions/calls/{call}/add_to_conference
        complete_conference   POST K/complete_warm_conference
        drop_participant      PUT  K/disconnectConferenceParticipant
        leave_conference      PUT  K/leave_conference
        start_recording  PUT  K/start_recording
        pause_recording  PUT  K/pause_recording
        resume_recording PUT  K/resume_recording
        stop_recording   PUT  K/stop_recording
        set_variables    PUT  K/call_variables
        set_variables_2  PUT  K/variables_2
        dispositions     GET  O/dispositions
        no_campaign      GET  O/no_campaign_dispositions
        campaign_dispositions GET O/campaigns/{campaign}/dispositions
        campaigns        GET  O/campaigns
        available_campaigns GET O/available_campaigns
        agent_campaigns  GET  A/campaigns
        campaigns_config GET  A/campaigns_config
        campaign         GET  O/campaigns/{campaign}
        org_skills       GET  O/skills
        not_ready_codes  GET  O/not_ready_reason_codes
        logout_codes     GET  O/logout_reason_codes
        speed_dials      GET  O/speed_dials
        speed_dial       GET  O/speed_dials/{dial}
        transferable     GET  A/transferable_agents
        conferees        GET  A/conferee_agents
        callbacks        GET  A/callbacks
        add_callback     POST A/callbacks
        drop_callback    DELETE A/callbacks/{callback}
        call_back        POST A/callbacks/{callback}/make_call
        previews         GET  A/previews
        preview          GET  A/previews/{preview}
        preview_call     POST A/previews/{preview}/make_call
        preview_end      PUT  A/previews/{preview}/end
        preview_dispose  PUT  A/previews/{preview}/dispose
        """
    ),
    *(
        msgspec.structs.replace(row, contexts=(SUPS,))
        for row in _rows(
            """
            statistics       PUT  A/request_full_statistics
            stats_filter     GET  A/stats_filter_settings
            set_stats_filter PUT  A/stats_filter_settings
            """,
            free=True,
        )
    ),
)
"""Every door that is built."""

MISSING: tuple[Row, ...] = tuple(
    Row(name=f"missing-{number}", method=method, path=path, free=True)  # type: ignore[arg-type] # as above
    for number, (method, path) in enumerate(
        line.split()
        for line in """
        GET    /auth/login_page_info
        GET    /auth/settings
        GET    /auth/roles
        GET    /auth/permissions
        PUT    /auth/exceptions
        POST   /auth/anon
        PUT    A/password
        GET    A/softphone_config
        PUT    A/station/softphone_force_restart
        GET    A/settings
        PUT    A/settings
        GET    A/logged_in_profiles
        GET    A/time_zone
        GET    A/locales
        GET    /users/{agent}/logged_in_users
        GET    A/subscriptions
        PUT    A/subscriptions/{id}
        GET    A/dashboard/subscriptions
        GET    A/gamification
        POST   A/interactions/make_test_call
        POST   A/echo_call
        GET    A/echo_call
        DELETE A/echo_call
        POST   A/interactions/return_missed_call
        PUT    A/add_number_to_dnc
        GET    A/prompts
        GET    K/audio
        PUT    K/audio/player/play_prompt
        PUT    K/audio/player/pause
        PUT    K/audio/player/resume
        PUT    K/audio/player/stop
        PUT    K/active_contact_2
        POST   K/contacts_2
        PUT    K/update_contact
        PUT    K/mute
        PUT    K/unmute
        POST   K/dtmf
        PUT    A/interactions/{call}/reject_preview/{reason}
        GET    A/interactions/{call}/notes
        PUT    A/interactions/{call}/notes
        GET    A/interactions/{call}/worksheet
        PUT    A/interactions/{call}/worksheet
        PUT    A/interactions/{call}/contact
        GET    A/interactions/voicemails
        PUT    A/callbacks
        DELETE A/callbacks
        GET    O/callbacks
        PUT    A/callbacks/{callback}
        PUT    A/callbacks/{callback}/dismiss
        PUT    A/callbacks/dismiss
        PUT    A/callbacks/{callback}/snooze
        GET    A/callbacks/snooze
        PUT    A/callbacks/snooze
        GET    A/queue_callbacks
        GET    A/queue_callbacks/{callback}
        PUT    A/queue_callbacks/{callback}/answer
        PUT    A/queue_callbacks/{callback}/reject
        PUT    A/previews/{preview}/renew
        PUT    A/previews/{preview}/update_contact
        GET    O/settings
        GET    O/attributes
        GET    O/time_zones
        GET    O/features
        POST   O/features
        GET    O/locales
        GET    O/campaigns/{campaign}/script
        GET    O/campaigns/{campaign}/worksheet_questions
        GET    O/contact_fields
        GET    O/contacts
        GET    O/cold_transfer_settings
        GET    /orgs/estimatedwaittime/{media}
        GET    O/ewt/group/{skill}/{media}
        POST   A/agents/{agent}/recording_views
        GET    /alerts
        GET    O/application_seats
        GET    O/user_sessions
        PUT    O/user_sessions/{session}/logout
        POST   A/migrate
        """.strip().splitlines()
    )
)
"""What Five9 documents besides: whoever asks hears in Five9's words that it is not offered. Why, `coverage/rest.toml` says."""

ROWS: Mapping[str, Row] = {row.name: row for row in (*TABLE, *MISSING)}


def row_of(called: Called) -> Row:
    """The row of the door that a request came to."""
    return ROWS[called.route.partition(".")[2]]


def address(row: Row, context: str) -> str:
    """Where the row's door is."""
    person = f"/{PEOPLE[context]}/{{agent}}"
    path = row.path
    for letter, whole in (
        ("K", f"{person}/interactions/calls/{{call}}"),
        ("A", person),
        ("O", "/orgs/{org}"),
    ):
        if path == letter or path.startswith(f"{letter}/"):
            path = whole + path[1:]
            break
    return f"/{context}/rs/svc{path}"


def _http(row: Row, context: str) -> Route:
    return Route(
        kind="http",
        method=row.method,
        path=address(row, context),
        name=f"{context}.{row.name}",
        anonymous=True,
        cors=True,
        credentials=True,
        headers=SENT,
    )


def _socket(path: str, name: str) -> Route:
    return Route(kind="ws", path=path, name=name, anonymous=True, cors=True, credentials=True, limit=4096)


AGENT_SOCKET, SUPERVISOR_SOCKET = "appsvcs.socket", "supsvcs.socket"

SOCKETS: tuple[Route, ...] = (
    _socket("/appsvcs/ws/{key}", AGENT_SOCKET),
    _socket("/appsvcs/ws", f"{AGENT_SOCKET}.plain"),
    _socket("/supsvcs/sws/{key}", SUPERVISOR_SOCKET),
    _socket("/supsvcs/ws/{key}", f"{SUPERVISOR_SOCKET}.older"),
)

ROUTES: tuple[Route, ...] = (
    *(_http(row, context) for row in (*TABLE, *MISSING) for context in row.contexts),
    *SOCKETS,
)
