"""The agent document, from which the library derives nearly all of its events. Times are Millis; the page makes Dates of them.

Nothing is left out when it is empty: the library reads some fields without asking whether they are there.
"""

from __future__ import annotations

import msgspec
from msgspec import field

from cordboard.model.ids import Millis


class _Part(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    pass


class State(_Part, frozen=True, kw_only=True):
    """What an agent does. `duration` was documented in 1.x, and is harmless since."""

    name: str
    type: str
    arn: str | None = field(default=None, name="agentStateARN")
    start_timestamp: Millis = 0
    duration: int = 0


class Chosen(_Part, frozen=True, kw_only=True):
    """What the agent chose. The library spells `timeStamp` so."""

    state: str
    time_stamp: Millis


class Endpoint(_Part, frozen=True, kw_only=True):
    """Someone that can be called. `type`: phone_number, agent or queue."""

    type: str
    arn: str | None = field(default=None, name="endpointARN")
    endpoint_id: str | None = None
    phone_number: str | None = None
    name: str | None = None
    agent_login: str | None = None
    queue: str | None = None


class SoftphoneMediaInfo(_Part, frozen=True, kw_only=True):
    """That the agent can answer in the page. `call_config_json` is JSON within JSON; we carry no audio."""

    call_type: str = "audio_only"
    auto_accept: bool = False
    call_config_json: str = "{}"
    call_context_token: str = ""
    media_leg_context_token: str = ""


class Moment(_Part, frozen=True, kw_only=True):
    """The state of a contact or connection, and since when."""

    type: str
    timestamp: Millis


class Connection(_Part, frozen=True, kw_only=True):
    """A participant's place in a contact. `type`: agent, inbound, outbound or monitoring."""

    connection_id: str
    contact_id: str
    type: str
    initial: bool
    state: Moment
    status: Moment
    endpoint: Endpoint | None
    address: Endpoint | None
    softphone_media_info: SoftphoneMediaInfo | None = None
    chat_media_info: None = None
    monitoring_info: dict[str, str] | None = None
    mute: bool = False
    forced_mute: bool = False
    quick_connect_name: str | None = None
    monitor_capabilities: tuple[str, ...] | None = None
    monitor_status: str | None = None
    capabilities: None = None


class Queue(_Part, frozen=True, kw_only=True):
    """A queue. One's own has no name."""

    name: str | None
    arn: str = field(name="queueARN")
    queue_id: str


class Attribute(_Part, frozen=True, kw_only=True):
    """One piece of attached data."""

    name: str
    value: str


class Features(_Part, frozen=True, kw_only=True):
    """What can be done with a contact."""

    attachments_enabled: bool = False
    messaging_markdown_enabled: bool = False
    multi_party_conference_enabled: bool = False
    screen_recording_enabled: bool = False


class Text(msgspec.Struct, frozen=True, kw_only=True):
    """A segment attribute."""

    text: str = field(name="ValueString")


class Handling(_Part, frozen=True, kw_only=True):
    """How the contact came to the agent."""

    auto_accept: bool = False


class Contact(_Part, frozen=True, kw_only=True):
    """One agent's view of an interaction. `type`: voice or queue_callback."""

    contact_id: str
    initial_contact_id: str | None
    related_contact_id: str | None
    contact_association_id: str | None
    type: str
    state: Moment
    status: Moment
    queue: Queue | None
    queue_timestamp: Millis | None
    connections: tuple[Connection, ...]
    attributes: dict[str, Attribute] | None
    contact_duration: str
    name: str | None = None
    description: str | None = None
    references: dict[str, str] = {}
    initiation_method: str
    contact_features: Features
    channel_context: None = None
    segment_attributes: dict[str, Text]
    customer_endpoint: Endpoint | None
    connect_system_endpoint: Endpoint | None
    agent_contact_handling_config: Handling = Handling()
    contact_metadata: dict[str, str] = {}
    language_code: str | None = None


class Snapshot(_Part, frozen=True, kw_only=True):
    """The agent and all contacts. `local_timestamp` and `skew` are for the page to set: they are about its clock."""

    state: State
    status: State
    next_state: State | None
    agent_availability_state: Chosen
    contacts: tuple[Contact, ...]
    snapshot_timestamp: Millis
    local_timestamp: Millis = 0
    skew: int = 0


class Choice(_Part, frozen=True, kw_only=True):
    """A state that can be chosen."""

    arn: str = field(name="agentStateARN")
    name: str
    type: str


class RoutingProfile(_Part, frozen=True, kw_only=True):
    """The queues of an agent."""

    name: str
    arn: str = field(name="routingProfileARN")
    routing_profile_id: str
    queues: tuple[Queue, ...]
    default_outbound_queue: Queue
    channel_concurrency_map: dict[str, int]


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """The agent's language, under both names that library versions look for."""

    language: str = field(name="LANGUAGE")
    locale: str


class Configuration(_Part, frozen=True, kw_only=True):
    """Who the agent is and what the agent may use."""

    name: str
    username: str
    arn: str = field(name="agentARN")
    softphone_enabled: bool
    softphone_auto_accept: bool = False
    softphone_persistent_connection: bool = False
    extension: str | None
    permissions: tuple[str, ...]
    dialable_countries: tuple[str, ...] = ()
    agent_states: tuple[Choice, ...]
    agent_preferences: Preferences
    voice_enhancement_mode: str = "NONE"
    routing_profile: RoutingProfile


class Document(_Part, frozen=True, kw_only=True):
    """What `agent::update` carries."""

    snapshot: Snapshot
    configuration: Configuration
