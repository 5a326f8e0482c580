"""What customers and colleagues do, chosen from what is so on the switch: mostly what makes sense, and mostly about our agent."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

Json = dict[str, Any]
Act = tuple[str, Json]

OUTSIDE = ("customer", "external")
COLLEAGUES = ("noor", "otto", "ruth")
QUEUES = ("8001", "8002", "8003")
MOST_WAITING = 3


def an_act(state: Json, centre: Json, agent: str, rng: Random) -> Act:
    """One thing that happens in the world now."""
    found = list(_acts(state, centre, agent, rng))
    acts, weights = [(name, params) for _, name, params in found], [weight for weight, _, _ in found]
    return rng.choices(acts, weights)[0]


def live_calls(state: Json) -> dict[str, Json]:
    """The calls that are under way, by id."""
    calls: dict[str, Json] = dict(state["calls"])
    for agent in state["agents"].values():
        for segment in agent["segments"]:
            calls.update((call["id"], call) for call in segment["calls"])
    return {ident: call for ident, call in calls.items() if call["ended"] is None}


def _acts(state: Json, centre: Json, agent: str, rng: Random) -> Iterator[tuple[float, str, Json]]:
    calls = live_calls(state)
    busy = {party["number"] for call in calls.values() for party in call["parties"]}
    free = [item["number"] for item in centre["customers"] if item["number"].replace(" ", "") not in busy]
    own = next(item["extension"] for item in centre["agents"] if item["id"] == agent)
    waiting = sum(party["state"] == "queued" for call in calls.values() for party in call["parties"])
    if free and waiting < MOST_WAITING:
        yield 4, "ring", {"number": rng.choice(free), "to": own}
        yield (
            3,
            "ring",
            {"number": rng.choice(free), "to": rng.choice(QUEUES), "patience": rng.choice([5, 60])},
        )
    for call in calls.values():
        for party in call["parties"]:
            if party["state"] != "null" and party["role"] in OUTSIDE:
                yield from _outsider(call["id"], party)
            elif party["state"] != "null" and party["agent"] is not None:
                mine = 0.15 if party["agent"] == agent else 1.0
                yield from _agent(call, party, mine, own, rng)
    for name in COLLEAGUES:
        yield from _colleague(state["agents"][name], own, centre, rng)


def _outsider(call: str, party: Json) -> Iterator[tuple[float, str, Json]]:
    at = {"call": call, "party": party["id"]}
    if party["state"] == "alerting":
        yield 8, "customer_answer", at
    else:
        yield 0.7, "customer_hang_up", at
        yield 0.3, "customer_digits", {**at, "digits": "1#"}


def _agent(call: Json, party: Json, much: float, own: str, rng: Random) -> Iterator[tuple[float, str, Json]]:
    at = {"agent": party["agent"], "call": call["id"]}
    if party["state"] == "alerting":
        yield 7 * much, "answer_call", at
        yield 0.5 * much, "deflect_call", at
        return
    yield 1.2 * much, "clear_connection", at
    yield 0.4 * much, "park_call", at
    yield (2.0 if party["state"] == "hold" else 0.2) * much, "retrieve_call", at
    yield 0.8 * much, "hold_call", at
    yield 0.4 * much, "associate_data", {**at, "data": {"note": rng.choice("ab")}}
    yield 0.2 * much, "set_mute", {**at, "on": rng.random() < 0.5}
    others = [item["id"] for item in call["parties"] if item["state"] != "null" and item["id"] != party["id"]]
    if len(others) > 1:
        yield 0.8 * much, "hold_party", {**at, "party": rng.choice(others)}
        yield 0.8 * much, "retrieve_party", {**at, "party": rng.choice(others)}
        yield 0.5 * much, "clear_connection", {**at, "party": rng.choice(others)}
    if call["kind"] == "consult":
        for name in ("transfer_call", "conference_call", "reconnect_call", "alternate_call"):
            yield 1.2 * much, name, at
    else:
        to = own if much == 1 else rng.choice(QUEUES)
        yield 1.5 * much, "consultation_call", {**at, "to": to}
        yield 0.5 * much, "single_step_transfer_call", {**at, "to": to}
        yield 0.5 * much, "single_step_conference_call", {**at, "to": to}


def _colleague(them: Json, own: str, centre: Json, rng: Random) -> Iterator[tuple[float, str, Json]]:
    at = {"agent": them["id"]}
    match them["state"]:
        case "null":
            yield 1, "log_on", {**at, "state": rng.choice(["ready", "not_ready"])}
        case "working_after_call":
            yield 2, "complete_wrap_up", at
            yield 1, "set_disposition", {**at, "disposition": rng.choice(centre["dispositions"])["code"]}
        case "ready" | "not_ready":
            yield 0.5, "set_agent_state", {**at, "state": rng.choice(["ready", "not_ready"])}
            yield 0.6, "make_call", {**at, "to": own}
            yield 0.1, "log_off", at
        case _:
            pass  # they are in a call: what they do there is `_agent`'s
