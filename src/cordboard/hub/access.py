"""Who may see and command what, from an identity's scopes alone.

``tenant`` sees all, ``tenant:command`` commands all; ``agent:<id>`` sees and commands that agent; ``team:<id>`` sees the
team and its members, may post to the team, and may supervise its members as a supervisor; ``member:<id>`` sees the same and does nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.contract import Identity
from cordboard.model.ids import Subject, queue_subject, team_subject
from cordboard.model.state import SubjectState


def may_see(identity: Identity | None, subject: Subject, states: Mapping[Subject, SubjectState]) -> bool:
    """Whether the identity may watch the subject."""
    if identity is None:
        return False
    scopes = identity.scopes
    if "tenant" in scopes:
        return True
    kind, _, name = subject.partition("/")
    if f"{kind}:{name}" in scopes or (kind == "team" and f"member:{name}" in scopes):
        return True
    match kind:
        case "agent":
            team = _team_of(states.get(subject))
            return bool(team) and (team in scopes or team.replace("team:", "member:", 1) in scopes)
        case "team":
            return any(_team_of(states.get(agent)) == f"team:{name}" for agent in _agents(identity))
        case "queue":
            return any(_serves(states.get(agent), name) for agent in _agents(identity))
        case _:
            return False


def may_command(identity: Identity | None, subject: Subject) -> bool:
    """Whether the identity may issue commands on behalf of the subject's agent."""
    if identity is None:
        return False
    kind, _, name = subject.partition("/")
    return "tenant:command" in identity.scopes or (kind == "agent" and f"agent:{name}" in identity.scopes)


def may_supervise(
    identity: Identity | None, supervisor: Subject, agent: Subject, states: Mapping[Subject, SubjectState]
) -> bool:
    """Whether the identity, which commands the supervisor, may enter the agent's calls and set the agent's state: where the contact
    centre says that the supervisor has the agent's team, and else by its own scopes.
    """
    if identity is None:
        return False
    team, known = _team_of(states.get(agent)), states.get(supervisor)
    theirs = known.profile.supervises if known is not None and known.profile is not None else ()
    return (
        "tenant:command" in identity.scopes
        or team in identity.scopes
        or team in {f"team:{t}" for t in theirs}
    )


def may_post(identity: Identity | None, team: str) -> bool:
    """Whether the identity may write to the team."""
    return identity is not None and bool(identity.scopes & {"tenant:command", f"team:{team}"})


def groups(subject: Subject, state: SubjectState) -> frozenset[Subject]:
    """What others may see by this agent's team and queues: those, and by the team the agent."""
    profile = state.profile
    if profile is None or not subject.startswith("agent/"):
        return frozenset()
    queues = frozenset(queue_subject(queue.id) for queue in profile.queues)
    return queues | {team_subject(profile.team)} if profile.team else queues


def _agents(identity: Identity) -> list[Subject]:
    return [Subject(f"agent/{scope[6:]}") for scope in identity.scopes if scope.startswith("agent:")]


def _team_of(state: SubjectState | None) -> str:
    return f"team:{state.profile.team}" if state is not None and state.profile is not None else ""


def _serves(state: SubjectState | None, queue: str) -> bool:
    return (
        state is not None
        and state.profile is not None
        and any(item.id == queue for item in state.profile.queues)
    )
