"""A large centre, made of numbers: for days that are longer than those of Northquay Ferries."""

from __future__ import annotations

from cordboard.protocols.simulator.centre import Centre, centre

OFFICE = [0.02] * 7 + [
    0.3,
    0.8,
    1.0,
    1.0,
    0.9,
    0.7,
    0.8,
    0.9,
    0.9,
    0.8,
    0.6,
    0.4,
    0.25,
    0.15,
    0.08,
    0.04,
    0.02,
]
"""The day's course: busiest before noon, next to nobody at night."""


def large(agents: int, *, busy: float = 0.85, curve: list[float] | None = None) -> Centre:
    """So many agents in teams of 25, and a queue for each team and the next; in the busiest hour they are `busy` this much."""
    teams = max(1, agents // 25)
    talk, after_call = 240, 45
    per_hour = busy * agents * 3600 / (talk + after_call) / teams
    plain = {
        "name": f"Centre of {agents}",
        "rules": {"wrap_up_seconds": 180},
        "curves": {"day": {"factors": curve or OFFICE}},
        "queues": [
            {
                "id": f"q{n}",
                "name": f"Queue {n}",
                "number": f"8{n:03}",
                "routing": ("longest_idle", "priority")[n % 2],
                "priority": n % 3,
                "max_wait": 600,
                "wrap_up_seconds": 180,
                "arrivals_per_hour": per_hour,
                "curve": "day",
                "talk": {"mean": talk, "shape": "lognormal", "spread": 0.6},
                "after_call": {"mean": after_call, "shape": "even", "spread": 0.6},
            }
            for n in range(teams)
        ],
        "agents": [
            {
                "id": f"a{n}",
                "login": f"a{n}",
                "name": f"Agent {n}",
                "extension": f"2{n:04}",
                "team": f"t{n // 25}",
                "roles": ["agent", "supervisor"] if n % 25 == 0 else ["agent"],
                "queues": {f"q{n // 25 % teams}": 1, f"q{(n // 25 + 1) % teams}": 2},
                "self_acting": True,
            }
            for n in range(agents)
        ],
        "moods": {
            "patient": {"patience": {"mean": 300, "shape": "exponential"}, "talk": talk, "answers": 0.9},
            "hurried": {"patience": {"mean": 60, "shape": "exponential"}, "talk": talk, "answers": 0.6},
        },
        "customers": [
            {"number": f"+4420{n:08}", "name": f"Customer {n}", "mood": ("patient", "hurried")[n % 3 == 0]}
            for n in range(agents * 6)
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
    }
    return centre(plain)
