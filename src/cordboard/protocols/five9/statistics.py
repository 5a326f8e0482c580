"""What supervisors are told: agents' states and skills' counters, all at once or what changed."""

from __future__ import annotations

from cordboard.contract import Joined
from cordboard.model.ids import Millis, Subject, subject_id
from cordboard.model.state import SubjectState
from cordboard.protocols.five9 import figures as f
from cordboard.protocols.five9.figures import Row

AGENT_STATE, ACD_STATUS, AGENT_STATISTIC = "AGENT_STATE", "ACD_STATUS", "AGENT_STATISTIC"
_GAUGES = frozenset({*f.COUNTERS, *f.AVERAGES, f.HANDLED})

Table = dict[str, Row]


class Statistics:
    """The statistics of what one supervisor may see."""

    def __init__(self) -> None:
        self.watched = False
        self.waiting = False
        self._states: dict[Subject, SubjectState] = {}
        self._gauges: dict[Subject, dict[str, float]] = {}
        self._told: dict[str, Table] = {}

    def opened(self, joined: Joined) -> bool:
        """A subject as it is now; whether statistics changed."""
        self._gauges.setdefault(joined.subject, {}).update(joined.gauges)
        return self.observed(joined.state)

    def observed(self, state: SubjectState) -> bool:
        """Something happened to it."""
        self._states[state.subject] = state
        return state.subject.startswith(("agent/", "queue/"))

    def lost(self, subject: str) -> bool:
        """It may be seen no longer."""
        self._gauges.pop(Subject(subject), None)
        return self._states.pop(Subject(subject), None) is not None

    def gauged(self, subject: Subject, name: str, value: float) -> bool:
        """A counter changed."""
        self._gauges.setdefault(subject, {})[name] = value
        return name in _GAUGES

    def all(self, at: Millis) -> list[Row]:
        """Everything: the payload of 5000."""
        self._told = self._tables(at)
        return [{"dataSource": name, "data": list(table.values())} for name, table in self._told.items()]

    def changed(self, at: Millis) -> list[Row]:
        """What changed since anything was told: the payload of 5012. Durations alone are no change."""
        before, self._told = self._told, self._tables(at)
        found = []
        for name, table in self._told.items():
            old = before.get(name, {})
            added = [row for key, row in table.items() if key not in old]
            updated = [
                row for key, row in table.items() if key in old and _lasting(row) != _lasting(old[key])
            ]
            removed = [key for key in old if key not in table]
            if added or updated or removed:
                found.append({"dataSource": name, "added": added, "updated": updated, "removed": removed})
        return found

    def _tables(self, at: Millis) -> dict[str, Table]:
        agents = [state for key, state in self._states.items() if key.startswith("agent/") and state.profile]
        people = [f.agent_row(state, at) for state in agents]
        skills = [
            f.skill_row(subject_id(key), self._gauges.get(key, {}), at)
            for key in self._states
            if key.startswith("queue/")
        ]
        counted = [
            f.counts_row(subject_id(state.subject), known)
            for state in agents
            if (known := self._gauges.get(state.subject))
        ]
        return {
            AGENT_STATE: _by_id(people),
            ACD_STATUS: _by_id([*skills, *([f.all_skills(skills, people)] if skills else ())]),
            AGENT_STATISTIC: _by_id([*counted, *([f.all_counts(counted)] if counted else ())]),
        }


def _by_id(rows: list[Row]) -> Table:
    return {row["id"]: row for row in rows}


def _lasting(row: Row) -> Row:
    """The row without what changes by itself."""
    return {
        key: value
        for key, value in row.items()
        if not key.endswith("Duration") and key != "currentLongestQueueTime"
    }
