"""What clients read: each an answer made of the agent's state and the settings, with no command and no question."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from cordboard.contract import Called
from cordboard.model.entities import ReasonKind
from cordboard.model.rules import services_of
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import lists, variables, wire, words as w
from cordboard.protocols.five9.lines import guests, is_preview, lines
from cordboard.protocols.five9.orders import GoneError, line_of, preview_of
from cordboard.protocols.five9.presence import presence
from cordboard.protocols.five9.settings import Settings


class Sight(NamedTuple):
    """What there is to look at."""

    called: Called
    state: SubjectState
    settings: Settings


def known_variables(state: SubjectState, settings: Settings) -> tuple[variables.Definition, ...]:
    """The definitions: the system's, the operator's, and those of data that is attached to a call now."""
    attached = [variables.place(name) for name in settings.variables]
    for contact in (*state.contacts.values(), *state.recent):
        for call in contact.calls:
            attached += variables.places(call.data)
    return variables.definitions(attached)


def _campaign(sight: Sight) -> object:
    ident = sight.called.params["campaign"]
    for item in lists.campaigns(sight.state):
        if item["id"] == ident:
            return item
    raise GoneError(f"Campaign {ident} not found")


def _of_campaign(sight: Sight) -> object:
    _campaign(sight)
    return {"dispositions": lists.dispositions(sight.state.profile)}


def _speed_dial(sight: Sight) -> object:
    ident = sight.called.params["dial"]
    for item in sight.settings.speed_dials:
        if item.id == ident:
            return item
    raise GoneError(f"Speed dial {ident} not found")


def _calls(sight: Sight) -> Iterator[wire.Call]:
    """The agent's own first; Five9's sample for conferences takes all that follow for people to let go."""
    own = [line.told for line in lines(sight.state).values()]
    yield from own
    for call in own:
        yield from guests(call)


def _call(sight: Sight) -> object:
    ident = sight.called.params["call"]
    found = next((call for call in _calls(sight) if call.id == ident.upper()), None)
    return found if found is not None else line_of(sight.state, ident).told


def _skills(sight: Sight) -> object:
    return lists.skills(sight.state.profile)


def _permissions(sight: Sight) -> object:
    profile = sight.state.profile
    return lists.permissions(profile, services_of(sight.state)) if profile is not None else ()


def _campaigns(sight: Sight) -> object:
    return lists.campaigns(sight.state)


def _callbacks(sight: Sight) -> object:
    return [lists.callback(item) for item in sight.state.callbacks.values()]


INQUIRIES: Mapping[str, Callable[[Sight], object]] = {
    "self": lambda sight: lists.user(sight.state, services_of(sight.state)),
    "org": lambda sight: {"id": sight.settings.org, "name": "Cordboard"},
    "org_time": lambda sight: sight.called.at,
    "call_variables": lambda sight: known_variables(sight.state, sight.settings),
    "permissions": _permissions,
    "user_permissions": _permissions,
    "user_roles": lambda sight: lists.user(sight.state).roles,
    "channels": lambda _: [w.CALL],
    "groups": lambda sight: [
        {"id": team.id, "name": team.name}
        for team in (sight.state.profile.teams if sight.state.profile is not None else ())
    ],
    "agent_states": lambda _: [w.READY, w.NOT_READY, w.ON_CALL, w.ACW, w.LOGGED_OUT],
    "presence": lambda sight: presence(sight.state),
    "skills": _skills,
    "active_skills": _skills,
    "interactions": lambda sight: [
        *(wire.Stub(channel_type=w.CALL, interaction_id=ident) for ident in lines(sight.state)),
        *(
            wire.Stub(channel_type=w.PREVIEW, interaction_id=lists.preview_id(item))
            for item in sight.state.contacts.values()
            if is_preview(item)
        ),
    ],
    "calls": lambda sight: list(_calls(sight)),
    "call": _call,
    "dispositions": lambda sight: lists.dispositions(sight.state.profile),
    "no_campaign": lambda sight: {"dispositions": lists.dispositions(sight.state.profile)},
    "campaign_dispositions": _of_campaign,
    "campaigns": _campaigns,
    "available_campaigns": _campaigns,
    "agent_campaigns": _campaigns,
    "campaigns_config": lambda sight: wire.Campaigns(
        campaign_ids=tuple(item["id"] for item in lists.campaigns(sight.state))
    ),
    "campaign": _campaign,
    "not_ready_codes": lambda sight: lists.reasons(sight.state.profile, ReasonKind.NOT_READY),
    "logout_codes": lambda sight: lists.reasons(sight.state.profile, ReasonKind.LOGOUT),
    "speed_dials": lambda sight: sight.settings.speed_dials,
    "speed_dial": _speed_dial,
    "callbacks": _callbacks,
    "previews": lambda sight: [
        lists.preview(item) for item in sight.state.contacts.values() if is_preview(item)
    ],
    "preview": lambda sight: lists.preview(preview_of(sight.state, sight.called.params["preview"])),
}
"""By the name of the row."""
