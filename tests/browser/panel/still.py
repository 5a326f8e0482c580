"""A panel over a source of its own: a view that stands still, for what no contact centre of the tests can bring about.

It is what a page does that has an agent's view from elsewhere and gives it to the element.
"""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

Json = dict[str, Any]

NOW = 1_795_000_000_000
MINUTE = 60_000

_SHOW = """({ view, board, refused, now }) => {
  window.asked = [];
  window.outcome = { outcome: "done" };
  const listeners = new Set();
  const source = {
    view, board, clock: { now: () => now },
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


def show(page: Page, view: Json, *, board: Json | None = None, refused: Json | None = None) -> None:
    """Put a panel with this view in place of what the page shows. `refused`: the code by service.

    The page then has `asked` (the services that were wanted), `outcome` (what each comes to) and `turn(changed)`.
    """
    page.evaluate(_SHOW, {"view": view, "board": board, "refused": refused or {}, "now": NOW + 83_000})


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
BOARD = {
    "queues": [
        {
            "id": "bookings",
            "name": "Bookings",
            "gauges": {
                "calls-waiting": 3,
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
            "states": [{"link": "sim", "medium": "voice", "state": "ready", "since": NOW}],
        },
    ],
}
