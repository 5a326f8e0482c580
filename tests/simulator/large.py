"""A large centre, made of numbers: for days that are longer than those of Northquay Ferries."""

from __future__ import annotations

from collections.abc import Mapping

from cordboard.protocols.simulator.centre import Centre, centre

OFFICE = [0.04] * 6 + [
    0.3,
    0.3,
    0.65,
    1.0,
    1.0,
    1.0,
    1.0,
    1.0,
    0.95,
    0.95,
    0.6,
    0.33,
    0.33,
    0.3,
    0.28,
    0.2,
    0.05,
    0.05,
]
"""The day's course: busy from nine to four, next to nobody at night."""

SHIFTS = ((6, 14), (9, 17), (14, 22), (8, 16)) * 6 + ((22, 30),)
"""By place in a team: when whoever has it works."""

TEAM = 25
TALK, AFTER_CALL = 240, 45
CUSTOMERS = 6
"""For each agent."""

HABITS = {
    "misses": 0.03,
    "declines": 0.01,
    "breaks": 0.05,
    "dials": 0.02,
    "pauses": 0.15,
    "consults": 0.06,
    "hands_on": 0.04,
    "promises": 0.02,
    "records": 0.1,
    "asks": 0.03,
    "posts": 0.5,
    "listens": 1.0,
}


def large(agents: int, *, busy: float = 0.8, curve: list[float] | None = None, shifts: bool = True) -> Centre:
    """So many agents in teams of 25, and a queue of calls for each team and the next; two teams in four have chats or tasks, too.

    Whoever is there in the busiest hour (with shifts, somewhat less than three of four) is `busy` this much with calls.
    """
    teams = max(1, agents // TEAM)
    there = agents * (0.72 if shifts else 1.0)
    per_hour = busy * there * 3600 / (TALK + AFTER_CALL) / teams
    plain = {
        "name": f"Centre of {agents}",
        "rules": {"wrap_up_seconds": 180},
        "habits": HABITS,
        "curves": {"day": {"factors": curve or OFFICE}},
        "queues": [_calls(n, per_hour) for n in range(teams)]
        + [_digital(n) for n in range(teams) if _medium(n)],
        "agents": [_agent(n, teams, shifts=shifts) for n in range(agents)],
        "moods": {
            "patient": {"patience": {"mean": 300, "shape": "exponential"}, "talk": TALK, "answers": 0.9},
            "hurried": {"patience": {"mean": 60, "shape": "exponential"}, "talk": TALK, "answers": 0.6},
        },
        "customers": [
            {"number": f"+4420{n:08}", "name": f"Customer {n}", "mood": ("patient", "hurried")[n % 3 == 0]}
            for n in range(agents * CUSTOMERS)
        ],
        "numbers": [
            {"number": "+44 1632 960001", "name": "Depot", "behaviour": "answer"},
            {"number": "+44 1632 960002", "name": "Engaged", "behaviour": "busy"},
            {"number": "+44 1632 960003", "name": "Nobody in", "behaviour": "no_answer"},
        ],
        "reasons": [
            {"code": "break", "label": "Break"},
            {"code": "no-answer", "label": "Did not answer"},
            {"code": "end-of-shift", "label": "End of shift", "use": "logout"},
        ],
        "dispositions": [
            {"code": "solved", "label": "Solved"},
            {"code": "again", "label": "Will call again"},
        ],
        "dialogues": [
            {
                "id": "parcel",
                "medium": "chat",
                "lines": [
                    {
                        "text": "Where is my parcel?",
                        "suggest": [{"title": "Parcels", "text": "Ask for its number."}],
                    },
                    {"who": "agent", "text": "Good day! May I have its number?"},
                    {"text": "It is 4711."},
                    {"who": "agent", "text": "It comes tomorrow before noon."},
                    {"text": "Thank you!"},
                ],
            }
        ],
        "campaigns": [
            _campaign(mode, n % teams, agents)
            for n, mode in enumerate(("preview", "progressive", "predictive"), 1)
        ],
    }
    return centre(plain)


def _medium(team: int) -> str:
    """What a team has besides calls."""
    return {0: "chat", 1: "task"}.get(team % 4, "")


def _calls(n: int, per_hour: float) -> Mapping[str, object]:
    return {
        "id": f"q{n}",
        "name": f"Queue {n}",
        "number": f"8{n:03}",
        "routing": ("longest_idle", "priority")[n % 2],
        "priority": n % 3,
        "max_wait": 600,
        "wrap_up_seconds": 180,
        "arrivals_per_hour": per_hour,
        "curve": "day",
        "talk": {"mean": TALK, "shape": "lognormal", "spread": 0.6},
        "after_call": {"mean": AFTER_CALL, "shape": "even", "spread": 0.6},
    }


def _digital(n: int) -> Mapping[str, object]:
    chat = _medium(n) == "chat"
    return {
        "id": f"d{n}",
        "name": f"{'Messages' if chat else 'Back office'} {n}",
        "number": f"9{n:03}",
        "medium": _medium(n),
        "no_answer": 30,
        "max_wait": 1800 if chat else 0,
        "wrap_up_seconds": 60,
        "arrivals_per_hour": 120 if chat else 60,
        "curve": "day",
        "talk": {"mean": 240 if chat else 400, "shape": "lognormal", "spread": 0.6},
        "after_call": 20,
    }


def _agent(n: int, teams: int, *, shifts: bool) -> Mapping[str, object]:
    team, place = n // TEAM % teams, n % TEAM
    queues = {f"q{team}": 1, f"q{(team + 1) % teams}": 2}
    capacity = {"voice": 1}
    if medium := _medium(team):
        queues[f"d{team}"] = 1
        capacity[medium] = {"chat": 3, "task": 5}[medium]
    begin, end = SHIFTS[place % len(SHIFTS)]
    return {
        "id": f"a{n}",
        "login": f"a{n}",
        "name": f"Agent {n}",
        "extension": f"2{n:04}",
        "team": f"t{team}",
        "roles": ["agent", "supervisor"] if place == 1 else ["agent"],
        "queues": queues,
        "capacity": capacity,
        "self_acting": True,
        **({"shift": {"start": begin, "end": end}} if shifts else {}),
    }


def _campaign(mode: str, team: int, agents: int) -> Mapping[str, object]:
    """Its list: customers, one after the other from some place on."""
    people = agents * CUSTOMERS
    return {
        "id": mode,
        "name": f"The {mode} one",
        "mode": mode,
        "queue": f"q{team}",
        "attempts": 2,
        "again": 1800,
        "entries": [
            {"number": f"+4420{(team * 7 + place * 3) % people:08}", "fields": {"place": str(place)}}
            for place in range(max(20, agents * 2))
        ],
    }
