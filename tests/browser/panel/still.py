"""A panel over a source of its own: a view that stands still, for what no contact centre of the tests can bring about.

It is what a page does that has an agent's view from elsewhere and gives it to the element.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from playwright.sync_api import Page

Json = dict[str, Any]

NOW = 1_795_000_000_000
MINUTE = 60_000

_SHOW = """({ view, board, messages, refused, now }) => {
  window.asked = [];
  window.outcome = { outcome: "done" };
  const listeners = new Set();
  const source = {
    view, board, messages, clock: { now: () => now },
    status: { state: "online", welcome: { identity: { subject: "mia", agent: "mia", scopes: [] } } },
    listen: (news) => (listeners.add(news), () => listeners.delete(news)),
    refused: (contact, service) => refused[service] ?? "",
    run: async (service) => (window.asked.push(service), window.outcome),
    targets: async () => ({ targets: [], after: "" }),
    doer: () => "nowhere",
    want: () => {},
    reconnect: () => {},
  };
  if (board) source.follow = () => {};
  window.turn = (changed) => {
    const before = source.view;
    source.view = { ...before, ...changed };
    for (const news of listeners) (news.viewed?.(before, source.view), news.changed?.());
  };
  const panel = document.createElement("cb-panel");
  panel.mute = true;
  panel.source = source;
  document.body.replaceChildren(panel);
}"""


def show(
    page: Page,
    view: Json,
    *,
    board: Json | None = None,
    refused: Json | None = None,
    messages: Sequence[Json] = (),
) -> None:
    """Put a panel with this view in place of what the page shows. `refused`: the code by service.

    The page then has `asked` (the services that were wanted), `outcome` (what each comes to) and `turn(changed)`.
    """
    given = {"view": view, "board": board, "refused": refused or {}, "messages": list(messages)}
    page.evaluate(_SHOW, {**given, "now": NOW + 83_000})


def agent(**more: Any) -> Json:  # noqa: ANN401 - JSON
    """Mia, busy with what `contacts` says."""
    return {
        "subject": "agent/mia",
        "links": {"sim": {"up": True}},
        "profile": {"id": "mia", "name": "Mia Thorne", "extension": "2001", "team": "crew"},
        "states": {"sim/chat": {"link": "sim", "medium": "chat", "state": "busy", "since": NOW}},
        **more,
    }


def contact(medium: str, phase: str = "active", **more: Any) -> Json:  # noqa: ANN401 - JSON
    """A contact of Mia's."""
    stamp = {"ours": NOW}
    return {
        "id": "k",
        "link": "sim",
        "agent": "mia",
        "medium": medium,
        "phase": phase,
        "phase_since": stamp,
        "created": stamp,
        **more,
    }


CHAT = contact(
    "chat",
    customer={"role": "customer", "name": "Ada Whitlow"},
    subject="Pet cabin on the Friday crossing",
    queue={"id": "changes", "name": "Changes and refunds"},
)
WORDS = [
    {
        "id": "u1",
        "contact": "k",
        "role": "customer",
        "name": "Ada Whitlow",
        "text": "Hello, can our dog sleep in the cabin on Friday?",
        "start": NOW,
    },
    {
        "id": "u3",
        "contact": "k",
        "role": "customer",
        "name": "Ada Whitlow",
        "text": "NQ-2211, two adults and one car.",
        "start": NOW + 2 * MINUTE,
    },
    {
        "id": "u2",
        "contact": "k",
        "role": "agent",
        "author": "mia",
        "text": "Good morning! Give me your booking number, please, and I will have a look.",
        "start": NOW + MINUTE,
    },
]
SUGGESTIONS = [
    {
        "id": "s1",
        "contact": "k",
        "title": "Pets on board",
        "text": "Dogs may stay in pet cabins; there are four on each ship. I can add one for £25.",
        "source": "Handbook",
        "url": "https://handbook.example/pets",
        "confidence": 0.83,
        "snippets": ["Pet cabins are on deck 5, aft."],
    }
]
TASK = contact(
    "task",
    subject="Check the refund of NQ-1187",
    text="The customer was charged twice on 12 November.\nCompare with the bank's list before you answer.",
    links=[{"kind": "Booking", "id": "NQ-1187", "url": "https://crm.example/NQ-1187"}],
    variety="ticket",
)
CALL = contact(
    "voice",
    calls=[
        {
            "id": "c",
            "connections": [
                {"id": "a", "participant": {"role": "agent", "id": "mia"}, "state": "connected"},
                {
                    "id": "b",
                    "participant": {"role": "customer", "name": "Bram Okafor", "number": "+442079460102"},
                    "state": "connected",
                },
            ],
        }
    ],
)
SPOKEN = [
    {
        "id": "u1",
        "contact": "k",
        "role": "agent",
        "author": "mia",
        "text": "Northquay Ferries, Mia speaking.",
        "start": NOW,
        "confidence": 0.98,
    },
    {
        "id": "u2",
        "contact": "k",
        "role": "customer",
        "text": "I am at the quay in Port Selby and the gate is shut.",
        "start": NOW + 4000,
        "confidence": 0.61,
    },
    {
        "id": "u3",
        "contact": "k",
        "role": "customer",
        "text": "It says the half past",
        "start": NOW + 9000,
        "final": False,
        "confidence": 0.9,
    },
]
STATES = {
    "sim/voice": {"link": "sim", "state": "ready", "since": NOW},
    "sim/chat": {
        "link": "sim",
        "medium": "chat",
        "state": "busy",
        "since": NOW,
        "pending": {"state": "not_ready", "reason": {"code": "lunch", "label": "Lunch"}},
    },
    "sim/task": {"link": "sim", "medium": "task", "state": "null", "since": NOW},
}
"""Mia's, on each medium another."""
REASONS = [
    {"code": "lunch", "label": "Lunch", "limit": 2700},
    {"code": "training", "label": "Training", "productive": True},
    {"code": "end-of-shift", "label": "End of shift", "kind": "logout"},
]
PREVIEW = contact(
    "voice",
    "offered",
    direction="outbound",
    customer={"role": "customer", "name": "Uma Castell", "number": "+442079460121"},
    queue={"id": "bookings", "name": "Bookings"},
    campaign="winter",
    campaign_name="Winter timetable",
    campaign_mode="preview",
    list_record={
        "id": "winter-1",
        "list": "Regulars 2026",
        "attempt": 2,
        "fields": {"customer": "NQ-1740", "last": "Port Selby, October", "offer": "Winter pass"},
    },
    calls=[
        {
            "id": "c",
            "kind": "reservation",
            "dialled": "+442079460121",
            "connections": [{"id": "a", "participant": {"role": "agent", "id": "mia"}, "state": "alerting"}],
        }
    ],
)
CALLBACK = {
    **PREVIEW,
    "campaign": "",
    "campaign_name": "",
    "campaign_mode": "",
    "list_record": None,
    "callback": "b1",
    "text": "Whether the camper fits under the lower deck of the night boat",
}
CALLBACKS = {
    "b1": {
        "id": "b1",
        "number": "+442079460104",
        "name": "Dmitri Hale",
        "due": NOW,
        "agent": "mia",
        "text": "About the cabin",
    },
    "b2": {
        "id": "b2",
        "number": "+442079460992",
        "name": "Maximiliane Freifrau von Hohenberg-Lichtenstein-Wartenburg",
        "due": NOW + 26 * 60 * MINUTE,
        "agent": "mia",
        "text": "Whether the dog may stay in the cabin overnight, and what that costs",
    },
}
RECENT = [
    {
        **CALL,
        "phase": "closed",
        "ended_by": "completed",
        "customer": {"role": "customer", "name": "Bram Okafor", "number": "+442079460102"},
    }
]
MESSAGES = [
    {
        "id": "m1",
        "author": "ruth",
        "name": "Ruth Calloway",
        "content": "Port Selby is closed until 16:00. Rebook free of charge.",
        "teams": ["crew"],
        "created": NOW,
    },
    {"id": "m2", "author": "ruth", "content": "Coffee!", "teams": ["crew"], "created": NOW, "duration": 60},
]
"""The second one's time is over by now."""
BOARD = {
    "queues": [
        {
            "id": "bookings",
            "name": "Bookings",
            "gauges": {
                "calls-waiting": 3,
                "callbacks-waiting": 2,
                "longest-waiting-since": NOW,
                "agents-ready": 2,
                "agents-busy": 4,
                "service-level": 92,
            },
        },
        {
            "id": "changes",
            "name": "Changes and refunds",
            "gauges": {
                "calls-waiting": 0,
                "longest-waiting-since": 0,
                "agents-ready": 2,
                "agents-busy": 1,
                "agents-not-ready": 2,
                "service-level": 100,
            },
        },
        {"id": "freight", "name": "Freight desk", "gauges": {}},
    ],
    "team": {
        "id": "crew",
        "name": "Crew",
        "gauges": {"agents-ready": 2, "agents-busy": 1, "agents-wrap-up": 1, "agents-not-ready": 1},
    },
    "members": [
        {
            "id": "noor",
            "name": "Noor Rahimi",
            "states": [{"link": "sim", "medium": "voice", "state": "busy", "since": NOW}],
        },
        {
            "id": "otto",
            "name": "Otto Bergström",
            "states": [
                {
                    "link": "sim",
                    "medium": "voice",
                    "state": "not_ready",
                    "since": NOW,
                    "reason": {"code": "lunch", "label": "Lunch"},
                }
            ],
        },
        {
            "id": "pia",
            "name": "Pia Vance",
            "states": [
                {"link": "sim", "medium": "voice", "state": "ready", "since": NOW},
                {"link": "sim", "medium": "chat", "state": "busy", "since": NOW},
            ],
        },
    ],
}
